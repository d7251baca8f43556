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

from search.chained import Ints, mapped

_NAME = "passages.sketches"

Sketches = NDArray[np.uint8]


class PassageSketches:
    """The sketches of a generation's passages, memory-mapped."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._parts = mapped(paths, _NAME)

    @staticmethod
    def write(path: Path, vectors: NDArray[np.int8]) -> None:
        """Write the sketches of vectors, shape (passages, dimensions)."""
        np.save(path / f"{_NAME}.npy", sketched(vectors))

    def nearest(self, vector: NDArray[np.float32], count: int) -> Ints:
        """The passages, ascending, with the fewest signs other than a vector's: `count`, and those as near as the last.

        `vector` has shape (dimensions,).
        """
        packed = numkong.hammings_pack(sketched(vector[None]))
        distances = np.concatenate([np.asarray(numkong.hammings_packed(part, packed))[:, 0] for part in self._parts])
        furthest = int(np.searchsorted(np.cumsum(np.bincount(distances)), count))
        return np.flatnonzero(distances <= furthest)


def sketched(vectors: NDArray[np.integer] | NDArray[np.float32]) -> Sketches:
    """The signs of vectors, eight to a byte; shape (vectors, dimensions / 8)."""
    return np.packbits(vectors > 0, axis=1)
