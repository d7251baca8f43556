"""Passage vectors, and which passages are nearest to a query."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class PassageVectors:
    """The unit vectors of a generation's passages, memory-mapped; searched exactly."""

    def __init__(self, path: Path) -> None:
        self._vectors: Vectors = np.load(path / "passages.vectors.npy", mmap_mode="r")

    def similarities(self, vector: Vectors) -> Vectors:
        """Cosine of a unit vector, shape (dimensions,), with every passage; shape (passages,)."""
        return np.asarray(self._vectors @ vector)

    def __getitem__(self, numbers: slice | NDArray[np.int64]) -> Vectors:
        return np.asarray(self._vectors[numbers])


def write_vectors(path: Path, vectors: Vectors) -> None:
    """Write passage vectors; shape (passages, dimensions)."""
    np.save(path / "passages.vectors.npy", vectors)


def best(scores: Vectors, count: int, among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers of the `count` passages with the highest scores among those allowed, best first."""
    allowed = np.flatnonzero(among)
    if len(allowed) > count:
        top = np.argpartition(-scores[allowed], count)[:count]
        allowed = allowed[top]
    return allowed[np.argsort(-scores[allowed], kind="stable")]
