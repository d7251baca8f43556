"""How many of the passages that score best Qdrant chooses, by their words and by their vectors."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from benchmarks import own_search
from benchmarks.cluster.bench import Bench
from benchmarks.cluster.heard import Heard, asked_for
from benchmarks.cluster.servers import address, servers
from benchmarks.synthetic import PASSAGES_PER_ARTICLE
from benchmarks.timing import Figures, percentiles
from search.backends import store
from search.backends.protocol import Asked, Backend
from search.backends.qdrant.backend import QdrantBackend
from search.backends.qdrant.schema import point_id
from search.evidence import Floats
from search.ranking import CANDIDATES
from search.semantic import RELATED
from search.vectors import Vectors

#: Of so many passages that score best it is asked how many are chosen.
DEPTHS = (10, 100, 200)

#: Scores that are no further apart are equal: which of equals is chosen makes no difference.
_EQUAL = 1e-4


def candidates(bench: Bench) -> Figures:
    """The recall of each kind of evidence by itself, and the time until the passages chosen by it are at hand.

    `cut` is for how many queries the candidates of an index on disk end among passages of the same score: which of them
    are candidates is then chance, and with it what article evidence adds to others.
    """
    with servers(bench.folder, bench.nodes) as nodes:
        backend, exact = store(address(nodes)).newest(_cluster), Heard.of(bench)
        vectors = Vectors(own_search.segments(bench.index), "passages.vectors")
        recalls: dict[str, list[float]] = defaultdict(list)
        times: dict[str, list[float]] = defaultdict(list)
        for asked in asked_for(exact, bench.compared(), "hybrid"):
            for kind, part, scores in _kinds(asked, exact, vectors):
                started = time.perf_counter()
                chosen = set(backend.found(part)._batch.ids)
                times[kind].append((time.perf_counter() - started) * 1000)
                recalls[f"{kind}_cut"].append(_is_cut_among_equals(scores))
                for depth in DEPTHS:
                    recalls[f"{kind}_recall_{depth}"].append(_recall(chosen, scores, depth))
    return {name: float(np.mean(values)) for name, values in recalls.items()} | {
        name: value for kind, values in times.items() for name, value in percentiles(values, f"{kind}_").items()
    }


def _cluster(backend: Backend) -> QdrantBackend:
    assert isinstance(backend, QdrantBackend)
    return backend


def _kinds(asked: Asked, exact: Heard, vectors: Vectors) -> Iterator[tuple[str, Asked, Floats]]:
    """Each kind of evidence with what is asked for by it alone, and what all passages score by it."""
    assert asked.vector is not None
    cosines = vectors.cosines(asked.vector[None])[:, 0]
    yield "meaning", Asked(vector=asked.vector), np.where(cosines >= RELATED, cosines, 0)
    for kind, part in (("own", Asked(own=asked.own)), ("counterparts", Asked(counterparts=asked.counterparts))):
        scores = np.zeros(exact.keys.passages, np.float32)
        passages, found = exact.keys.scores([*part.own, *part.counterparts])
        scores[passages] = found
        if len(passages):
            yield kind, part, scores


def _recall(chosen: set[str], scores: Floats, depth: int) -> float:
    """The share of the best passages that are chosen; 1 where there is none."""
    depth = min(depth, int(np.count_nonzero(scores)))
    if not depth:
        return 1.0
    last = np.partition(scores, -depth)[-depth]
    good = np.flatnonzero(scores >= last - _EQUAL)
    return min(depth, sum(_id(number) in chosen for number in good.tolist())) / depth


def _is_cut_among_equals(scores: Floats) -> bool:
    """Whether it is by their order only that some of the best passages are candidates, and others not."""
    if np.count_nonzero(scores) <= CANDIDATES:
        return False
    first_left_out, last = np.partition(scores, (-CANDIDATES - 1, -CANDIDATES))[[-CANDIDATES - 1, -CANDIDATES]]
    return bool(last - first_left_out <= _EQUAL)


def _id(number: int) -> str:
    """The id of the point of a passage, by its number in the index on disk."""
    article, ordinal = divmod(number, PASSAGES_PER_ARTICLE)
    return point_id("passage", f"synthetic-{article}", ordinal)
