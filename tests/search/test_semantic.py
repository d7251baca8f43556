"""Tests of `search.semantic`: passages near to a vector, over vectors that go round a circle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from search import semantic
from search import vectors as vectors_module
from search.semantic import PassageVectors, best
from search.vectors import Vectors, quantised


@pytest.fixture
def vectors(tmp_path: Path) -> PassageVectors:
    """Two segments of 40 vectors each, of 16 dimensions, drawn around two opposite directions."""
    chance = np.random.default_rng(7)
    paths = [tmp_path / name for name in ("one", "two")]
    for path, direction in zip(paths, (1.0, -1.0), strict=True):
        path.mkdir()
        drawn = chance.normal(size=(40, 16)).astype(np.float32) + direction
        rows, scales = quantised(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))
        Vectors.write(path, "passages.vectors", rows, scales)
    return PassageVectors(paths)


TOWARDS = np.full(16, 0.25, np.float32)


def test_passages_are_related_from_a_cosine_on(vectors: PassageVectors) -> None:
    passages, cosines = vectors.related(TOWARDS)
    assert passages.tolist() == [each for each in range(40) if vectors.cosines(np.array([each]), TOWARDS)[0] >= 0.3]
    assert len(passages) > 30
    np.testing.assert_allclose(cosines, vectors[passages] @ TOWARDS, atol=5e-3)


def test_of_very_many_the_nearest_are_compared(vectors: PassageVectors, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = dict(zip(*vectors.related(TOWARDS), strict=True))
    monkeypatch.setattr(semantic, "EXACT", 10)
    monkeypatch.setattr(vectors_module, "COMPARED", 20)
    passages, cosines = vectors.related(TOWARDS)
    assert 20 <= len(passages) < len(exact)
    assert passages.tolist() == sorted(passages.tolist())
    assert [exact[passage] for passage in passages.tolist()] == cosines.tolist()
    nearest = sorted(exact, key=lambda passage: -exact[passage])[:10]
    assert set(nearest) <= set(passages.tolist())


def test_the_best_come_first_and_of_equals_the_earlier() -> None:
    scores = np.array([0.5, 0.9, 0.5, 0.1, 0.9, 0.5], np.float32)
    assert [best(scores, count).tolist() for count in (0, 1, 2, 3, 4, 9)] == [
        [],
        [1],
        [1, 4],
        [1, 4, 0],
        [1, 4, 0, 2],
        [1, 4, 0, 2, 5, 3],
    ]
