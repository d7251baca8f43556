"""An array that grows at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)


class Column(Generic[T]):
    """Numbers of one type, with room for as many again whenever there is no more."""

    def __init__(self, kind: type[T], first: Sequence[int] = ()) -> None:
        self._room: NDArray[T] = np.array(first, kind)
        self._length = len(first)

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray[T]:
        """All of them: a view, which what is added later is not in."""
        return self._room[: self._length]

    def extend(self, values: Sequence[float] | NDArray[np.generic]) -> None:
        """Add some."""
        needed = self._length + len(values)
        if needed > len(self._room):
            larger = np.empty(max(needed, 2 * len(self._room)), self._room.dtype)
            larger[: self._length] = self.values
            self._room = larger
        self._room[self._length : needed] = values
        self._length = needed
