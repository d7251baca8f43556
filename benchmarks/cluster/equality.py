"""How far the answers of two backends to the same queries are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.timing import Figures
from search.results import Results

#: Scores are the same if they differ by no more: sums in single precision, taken in another order.
SAME = 1e-4

Pair = tuple[Results, Results]


def compared(pairs: Sequence[Pair]) -> Figures:
    """Shares of queries with the same answer, and by how much the others differ; each pair is of one query.

    `same_but_ties` counts answers as the same that differ only in which of equals they have, or in what order;
    `missed` is how many of the hits of the one the other has not, on average; `rank_10` is the difference of the scores
    of the last hits where answers are not the same in this sense.
    """
    others = [pair for pair in pairs if not same_but_ties(*pair)]
    gaps = [abs(_last(one) - _last(other)) for one, other in others]
    totals = np.sum([(one.total, other.total) for one, other in pairs], axis=0).tolist()
    return {
        "queries": len(pairs),
        "same_hits": _share(pairs, lambda one, other: set(_ids(one)) == set(_ids(other))),
        "same_order": _share(pairs, lambda one, other: _ids(one) == _ids(other)),
        "same_first": _share(pairs, lambda one, other: _ids(one)[:1] == _ids(other)[:1]),
        "same_but_ties": _share(pairs, same_but_ties),
        "missed": float(np.mean([len(set(_ids(one)) - set(_ids(other))) for one, other in pairs])),
        "rank_10_median": float(np.median(gaps)) if gaps else 0.0,
        "rank_10_most": max(gaps, default=0.0),
        "same_total": _share(pairs, lambda one, other: one.total == other.total),
        "total_ratio": totals[1] / max(totals[0], 1),
        "same_facets": _share(pairs, lambda one, other: one.facets == other.facets),
    }


def same_but_ties(one: Results, other: Results) -> bool:
    """Whether each rank has the same score, and every hit better than the last the same score in both."""
    scores = [np.array([hit.score for hit in results.hits]) for results in (one, other)]
    if len(scores[0]) != len(scores[1]) or not np.all(np.abs(scores[0] - scores[1]) <= SAME):
        return False
    found = {hit.passage.id: hit.score for hit in other.hits}
    better = [hit for hit in one.hits if hit.score > _last(one) + SAME]
    return all(abs(found.get(hit.passage.id, np.inf) - hit.score) <= SAME for hit in better)


def _share(pairs: Sequence[Pair], true: Callable[[Results, Results], bool]) -> float:
    return float(np.mean([true(*pair) for pair in pairs])) if pairs else 1.0


def _ids(results: Results) -> list[str]:
    return [hit.passage.id for hit in results.hits]


def _last(results: Results) -> float:
    return results.hits[-1].score if results.hits else 0.0
