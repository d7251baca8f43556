"""Several kinds of evidence that a passage answers a query -> one score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: What the cosine of query and passage adds to the alignment of their words.
SENTENCE_WEIGHT = 0.6

#: What BM25 of the query's own words adds to it, for a passage in a language of the query; the words share it. Who
#: types one word means that word, who types many means what they come to.
KEYWORD_WEIGHT = 0.4

#: What BM25 of the words that stand for the query's adds to it, for any passage.
COUNTERPART_WEIGHT = 0.2

#: What the article around a passage adds: an article on the subject speaks for each of its passages
#: (document and passage evidence interpolated, Callan 1994).
ARTICLE_WEIGHT = 0.5

#: Words from which a passage is long enough to answer, and the power by which a shorter one counts for less: headings,
#: captions and entries of references name a subject in few words and say nothing of it.
LONG_ENOUGH = 80
BREVITY_POWER = 0.25

#: What each better passage in the same language takes from a passage.
LANGUAGE_STEP = 0.03

#: Passages an article is judged by, its best.
BEST_OF_ARTICLE = 3


def fused(
    alignment: Floats,
    cosine: Floats,
    keyword: Floats,
    counterparts: Floats,
    in_query_language: NDArray[np.bool_],
    words: int,
) -> Floats:
    """The score of each candidate by itself, for a query of so many words; all arrays have shape (candidates,).

    BM25 scores count relative to the strongest. Words that two languages share (конвенция) make those of the
    query's own words incomparable across languages: they count in its languages only, while those of the words'
    counterparts count everywhere.
    """
    own = _relative(np.where(in_query_language, keyword, 0))
    total = (
        alignment
        + SENTENCE_WEIGHT * cosine
        + KEYWORD_WEIGHT / max(words, 1) * own
        + COUNTERPART_WEIGHT * _relative(counterparts)
    )
    return total.astype(np.float32)


def for_length(scores: Floats, words: NDArray[np.int64]) -> Floats:
    """Scores of candidates, those of short passages lowered; both arrays have shape (candidates,)."""
    return (scores * np.minimum(1, words / LONG_ENOUGH) ** BREVITY_POWER).astype(np.float32)


def with_article_evidence(scores: Floats, articles: NDArray[np.int32]) -> Floats:
    """Scores of candidates, shape (candidates,), each raised by how well its article's best candidates do.

    An article with fewer candidates than it is judged by is held to have others that score nothing.
    """
    counted = np.flatnonzero(_places_within(scores, articles) < BEST_OF_ARTICLE)
    numbers, group = np.unique(articles, return_inverse=True)
    totals = np.bincount(group[counted], scores[counted], len(numbers))
    return (scores + ARTICLE_WEIGHT * totals[group] / BEST_OF_ARTICLE).astype(np.float32)


def spread_over_languages(scores: Floats, languages: NDArray[np.int8]) -> Floats:
    """Scores of candidates, each lowered by its place among those in its language.

    A reader who asks in one language is to see, early on, what there is in the others. The order
    within a language stays, and so does the first passage of all.
    """
    return (scores - LANGUAGE_STEP * _places_within(scores, languages)).astype(np.float32)


def _places_within(scores: Floats, groups: NDArray[np.int32] | NDArray[np.int8]) -> NDArray[np.int64]:
    """The place of each score among those of its group, the best at 0."""
    order = np.lexsort((-scores, groups))
    _, first, sizes = np.unique(groups[order], return_index=True, return_counts=True)
    places = np.empty(len(scores), np.int64)
    places[order] = np.arange(len(order)) - np.repeat(first, sizes)
    return places


def _relative(scores: Floats) -> Floats:
    strongest = float(scores.max(initial=0.0))
    return scores / strongest if strongest else scores
