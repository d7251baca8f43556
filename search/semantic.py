"""Which passages are nearest to a query in meaning, and the best of any scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.vectors import Vectors

Floats = NDArray[np.float32]

#: A threshold is first guessed from every so many-th score, where there are many more scores than wanted.
_SAMPLED = 64


class PassageVectors:
    """The unit vectors of a generation's passages, memory-mapped; searched exactly."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._vectors = Vectors(paths, "passages.vectors")

    def similarities(self, vector: Floats) -> Floats:
        """Cosine of a unit vector, shape (dimensions,), with every passage; shape (passages,)."""
        return self._vectors.cosines(vector[None])[:, 0]

    def __getitem__(self, numbers: NDArray[np.integer]) -> Floats:
        return self._vectors[numbers]


def best(scores: Floats, count: int, among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers of the `count` passages with the highest scores among those allowed, best first."""
    allowed = np.flatnonzero(_promising(scores, count, among))
    if len(allowed) > count:
        top = np.argpartition(-scores[allowed], count)[:count]
        allowed = allowed[top]
    return allowed[np.argsort(-scores[allowed], kind="stable")]


def _promising(scores: Floats, count: int, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those allowed, without most of those that are surely not among the best."""
    sample = scores[::_SAMPLED][among[::_SAMPLED]]
    wanted = 2 * count // _SAMPLED + 8
    if len(sample) <= 2 * wanted:
        return among
    threshold = np.partition(sample, -wanted)[-wanted]
    promising = among & (scores > threshold)
    return promising if np.count_nonzero(promising) >= count else among
