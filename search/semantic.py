"""Which passages are nearest to a query in meaning, and the best of any scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.chained import Ints
from search.vectors import Vectors

Floats = NDArray[np.float32]

#: Passages that are all compared with a query; of more, those nearest by sketch (see `search.sketches`).
EXACT = 100_000

#: Cosine from which a passage counts as found by meaning.
RELATED = 0.3


class PassageVectors:
    """The unit vectors of a generation's passages, memory-mapped."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._vectors = Vectors(paths, "passages.vectors")

    def related(self, vector: Floats) -> tuple[Ints, Floats]:
        """The passages that are found by meaning, ascending, and their cosines with a unit vector."""
        passages, cosines = self._vectors.nearest(vector[None], EXACT)
        found = cosines[:, 0] >= RELATED
        return passages[found], cosines[found, 0]

    def cosines(self, passages: NDArray[np.integer], vector: Floats) -> Floats:
        """Cosines of some passages with a unit vector, shape (dimensions,); shape (passages,)."""
        return self._vectors.cosines_of(passages, vector[None])[:, 0]

    def __getitem__(self, passages: NDArray[np.integer]) -> Floats:
        return self._vectors[passages]


def best(scores: Floats, count: int) -> Ints:
    """The places of the `count` highest scores, best first, the earlier of equals first."""
    if len(scores) > count:
        # Of several that are as good as the last, the earliest.
        worst = np.partition(scores, len(scores) - count)[len(scores) - count] if count else np.inf
        better, equal = np.flatnonzero(scores > worst), np.flatnonzero(scores == worst)
        places = np.sort(np.concatenate([better, equal[: count - len(better)]]))
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")]
