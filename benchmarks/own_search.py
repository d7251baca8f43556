"""What is timed of Izde in one process: its ranking alone, its nearest vectors alone, and whole answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import MEASURED, WARMING, Asked, Corpus
from benchmarks.lexical import TOP, Search
from benchmarks.nearest import Nearest
from benchmarks.synthetic import PASSAGES_PER_ARTICLE
from search.engine import Engine
from search.keyindex import KeyIndex
from search.results import Mode
from search.semantic import EXACT, best
from search.storage import current_generation, generation_path, open_generation, segment_paths
from search.vectors import Vectors

#: Letters of a word that a wildcard leaves.
_LETTERS = 4


def segments(index: Path) -> list[Path]:
    """The folders of the generation in use."""
    path = generation_path(index, current_generation(index))
    return segment_paths(path, open_generation(path))


def open_ranking(index: Path) -> Search:
    """BM25 from the impact table, as keyword ranking does it, without understanding the query or showing passages."""
    keys = KeyIndex(segments(index))

    def search(tokens: Sequence[str]) -> Sequence[int]:
        passages, scores = keys.scores([{token: 1.0} for token in tokens])
        return passages[best(scores, TOP)].tolist()

    return search


def open_nearest(index: Path) -> Nearest:
    """The cosine with every passage, or of very many with those nearest by sketch, and the best of them."""
    vectors = Vectors(segments(index), "passages.vectors")

    def search(asked: NDArray[np.float32]) -> NDArray[np.int64]:
        passages, cosines = vectors.nearest(asked[None], EXACT)
        return passages[best(cosines[:, 0], TOP)]

    return search


def structured(corpus: Corpus, index: Path) -> dict[str, list[str]]:
    """Queries with operators, of each kind, as many as are measured of any other."""
    warm = corpus.asked[WARMING : WARMING + MEASURED]
    return {
        "phrase": _phrases(Engine.open(index), len(warm)),
        "boolean": [_boolean(each) for each in warm],
        "wildcard": [f"{each.words[0][:_LETTERS]}*" for each in warm],
        "fuzzy": [f"{each.words[-1]}~" for each in warm],
    }


def asking(engine: Engine, mode: Mode = "hybrid") -> Callable[[str], object]:
    """A call that answers a query."""
    return partial(engine.search, mode=mode)


def _phrases(engine: Engine, count: int) -> list[str]:
    """Two words that follow one another somewhere, from the first passages of some articles."""
    articles = engine.stats().passages // PASSAGES_PER_ARTICLE
    chosen = np.random.default_rng(3).integers(articles, size=count).tolist()
    words = [engine.passages(f"synthetic-{number}")[0].text.split() for number in chosen]
    return [f'"{passage[5]} {passage[6]}"' for passage in words]


def _boolean(asked: Asked) -> str:
    first, *others = asked.words
    return f"{first} AND ({' OR '.join(others)})"
