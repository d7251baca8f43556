"""Signs of vectors as bits: which of very many vectors are worth a full comparison.

The share of coordinates whose signs differ grows with the angle between two vectors (Charikar 2002, "Similarity
estimation techniques from rounding algorithms"). A sketch is an eighth of the vector kept as bytes, is made without
learning anything from the collection, and a new one makes no other worse: a segment is searched as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numkong
import numpy as np
from numpy.typing import NDArray

from search.chained import Ints, joined, mapped, whole

Bits = NDArray[np.uint8]


class Sketches:
    """The sketches of the vectors of one name, memory-mapped, numbered through the segments of a generation."""

    def __init__(self, paths: Sequence[Path], name: str) -> None:
        self._parts: list[Bits] = mapped(paths, f"{name}.signs")
        self._positive: NDArray[np.int16] = whole(paths, f"{name}.positive")

    @staticmethod
    def write(path: Path, name: str, vectors: NDArray[np.int8]) -> None:
        """Write the sketches of vectors, shape (vectors, dimensions), and how many coordinates of each are positive."""
        signs = _signs(vectors)
        np.save(path / f"{name}.signs.npy", signs)
        np.save(path / f"{name}.positive.npy", np.bitwise_count(signs).sum(axis=1, dtype=np.int16))

    def nearest(self, vectors: NDArray[np.float32], count: int) -> Ints:
        """The numbers, ascending, of the sketches that differ least from those of any of some vectors.

        `vectors` have shape (n, dimensions). For each of them they are `count`, and those as near as the last.
        """
        packed = numkong.dots_pack(_signs(vectors), dtype="uint1")
        shared = joined([np.asarray(numkong.dots_packed(part, packed)) for part in self._parts])
        chosen = np.zeros(len(shared), np.bool_)
        for both_positive in shared.T:
            # The signs that differ, less how many of the vector's own are positive, which is the same for all.
            differing = self._positive - 2 * both_positive.astype(np.int16)
            differing -= differing.min(initial=0)
            furthest = int(np.searchsorted(np.cumsum(np.bincount(differing)), count))
            chosen |= differing <= furthest
        return np.flatnonzero(chosen)


def _signs(vectors: NDArray[np.integer] | NDArray[np.float32]) -> Bits:
    """The signs of vectors, eight to a byte; shape (vectors, dimensions / 8)."""
    return np.packbits(vectors > 0, axis=1)
