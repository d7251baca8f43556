"""What a process has at hand for the tasks of a build."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from search.encoder import Encoder, StaticEncoder, load_encoder

Digests = NDArray[np.uint64]


@dataclass(slots=True)
class Desk:
    """The encoder a process has, None where vectors are made elsewhere, and which contents are known already.

    `known` has the first 64 bits of the content digests of the previous generation, sorted: 8 MB for a million
    articles, and enough to leave one aside; the process that builds has the whole digests, and confirms it.
    """

    encoder: Encoder | None
    known: Digests = field(default_factory=lambda: np.zeros(0, np.uint64))

    def knows(self, content: str) -> bool:
        """Whether the previous generation most probably has an article of this content digest."""
        wanted = _shortened([content])
        place = int(np.searchsorted(self.known, wanted)[0])
        return place < len(self.known) and bool(self.known[place] == wanted[0])

    def prepare(self) -> None:
        """Load what would be loaded with the first task, which has a time to keep."""
        if self.encoder:
            self.encoder.encode([""])

    def __getstate__(self) -> tuple[str | None, Digests]:
        """The name of an embedded or static model: other models are large, and are kept by one process."""
        return self.encoder.name if isinstance(self.encoder, StaticEncoder) else None, self.known

    def __setstate__(self, state: tuple[str | None, Digests]) -> None:
        model, self.known = state
        self.encoder = load_encoder(model) if model else None


def known_digests(contents: Iterable[str]) -> Digests:
    """Content digests as a desk has them."""
    return np.sort(_shortened(contents))


def _shortened(contents: Iterable[str]) -> Digests:
    return np.array([int(content[:16], 16) for content in contents], np.uint64)
