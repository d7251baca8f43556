"""Unit vectors kept as bytes: a quarter of the memory, and products many times as fast.

A vector is stored as whole numbers from -127 to 127 and what they are to be multiplied by. Products of two such vectors
are exact sums of whole numbers (numkong uses the processor's own instructions for them); a cosine is off by less than
.005.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numkong
import numpy as np
from numpy.typing import NDArray

from search.chained import Chained, Ints, joined, mapped, whole
from search.sketches import Sketches

Floats = NDArray[np.float32]
Bytes = NDArray[np.int8]

_LARGEST = 127

#: Of very many vectors so many are compared, or this part where that is more: 98 % of the nearest 200 are among them.
COMPARED = 5_000
COMPARED_PART = 1 / 64


class Vectors:
    """Vectors of a generation, shape (vectors, dimensions), memory-mapped, numbered through its segments."""

    def __init__(self, paths: Sequence[Path], name: str) -> None:
        self._bytes = Chained(mapped(paths, name))
        self._scales: Floats = whole(paths, f"{name}.scales")
        self._sketches = Sketches(paths, name)

    @staticmethod
    def write(path: Path, name: str, vectors: Bytes, scales: Floats) -> None:
        """Write vectors as `quantised` gives them."""
        np.save(path / f"{name}.npy", vectors)
        np.save(path / f"{name}.scales.npy", scales)
        Sketches.write(path, name, vectors)

    def __len__(self) -> int:
        return len(self._bytes)

    def __getitem__(self, numbers: NDArray[np.integer]) -> Floats:
        """Some of the vectors; shape (numbers, dimensions)."""
        return self._bytes[numbers].astype(np.float32) * self._scales[numbers, None]

    def nearest(self, vectors: Floats, exact: int) -> tuple[Ints, Floats]:
        """The vectors nearest to any of some unit vectors, and their cosines with each; all where there are `exact`.

        Of more, those are compared that their sketches speak for. `vectors` have shape (n, dimensions). Answers
        numbers, ascending, and cosines, shape (numbers, n).
        """
        if len(self) <= exact:
            return np.arange(len(self)), self.cosines(vectors)
        numbers = self._sketches.nearest(vectors, max(COMPARED, int(COMPARED_PART * len(self))))
        return numbers, self.cosines_of(numbers, vectors)

    def cosines_of(self, numbers: NDArray[np.integer], vectors: Floats) -> Floats:
        """Cosines of some of the vectors with some unit vectors; shapes (n, dimensions) to (numbers, n)."""
        return cosines(*self.quantised(numbers), vectors)

    def quantised(self, numbers: NDArray[np.integer]) -> tuple[Bytes, Floats]:
        """Some of the vectors as they are kept: what the function of this name gives for them."""
        return self._bytes[numbers], self._scales[numbers]

    def cosines(self, vectors: Floats) -> Floats:
        """Cosine of every vector with some unit vectors; shapes (n, dimensions) to (vectors, n)."""
        rows, scales = quantised(vectors)
        packed = numkong.dots_pack(rows)
        product = joined([np.asarray(numkong.dots_packed(part, packed)) for part in self._bytes.parts])
        return product.astype(np.float32) * self._scales[:, None] * scales


def cosines(rows: Bytes, scales: Floats, vectors: Floats) -> Floats:
    """Cosines of vectors as they are kept with some unit vectors; shapes (rows, dimensions), (rows,) to (rows, n)."""
    if not len(rows):
        return np.zeros((0, len(vectors)), np.float32)
    others, factors = quantised(vectors)
    product = np.asarray(numkong.dots_packed(rows, numkong.dots_pack(others)))
    return product.astype(np.float32) * scales[:, None] * factors


def quantised(vectors: Floats) -> tuple[Bytes, Floats]:
    """Vectors as bytes, shape (n, dimensions), and what each is to be multiplied by, shape (n,)."""
    scales = np.abs(vectors).max(axis=1, initial=0).astype(np.float32) / _LARGEST
    divisors = np.maximum(scales, np.finfo(np.float32).tiny)[:, None]
    return np.rint(vectors / divisors).astype(np.int8), scales
