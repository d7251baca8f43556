"""A sorted table of strings, memory-mapped: string to number and back without loading it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class StringTable:
    """Distinct strings in the order of their UTF-8 bytes; a string's number is its place."""

    def __init__(self, path: Path) -> None:
        """Open the table `write` made under this name."""
        # Plain views of what is mapped: `numpy.memmap` is slow to take single items from.
        self._offsets: NDArray[np.int64] = np.asarray(np.load(path.with_suffix(".offsets.npy"), mmap_mode="r"))
        size = path.with_suffix(".strings").stat().st_size
        mapped = np.memmap(path.with_suffix(".strings"), np.uint8, "r") if size else np.empty(0, np.uint8)
        self._bytes: NDArray[np.uint8] = np.asarray(mapped)

    @staticmethod
    def write(path: Path, strings: Iterable[str]) -> None:
        """Write `path`.strings and `path`.offsets.npy from strings that are sorted and distinct already."""
        encoded = [string.encode("utf-8", "surrogatepass") for string in strings]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(each) for each in encoded], out=offsets[1:])
        path.with_suffix(".strings").write_bytes(b"".join(encoded))
        np.save(path.with_suffix(".offsets.npy"), offsets)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> str:
        return self._raw(number).decode("utf-8", "surrogatepass")

    def number(self, string: str) -> int | None:
        """The number of a string, None when it is not in the table."""
        wanted = string.encode("utf-8", "surrogatepass")
        place = self._first_not_below(wanted)
        return place if place < len(self) and self._raw(place) == wanted else None

    def _raw(self, number: int) -> bytes:
        return bytes(self._bytes[self._offsets[number] : self._offsets[number + 1]])

    def _first_not_below(self, wanted: bytes) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._raw(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low
