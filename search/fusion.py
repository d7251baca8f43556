"""Several kinds of evidence that a passage answers a query -> one score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: What the cosine of query and passage adds to the alignment of their words.
SENTENCE_WEIGHT = 0.3

#: What keyword evidence adds to it, for a passage in a language of the query.
KEYWORD_WEIGHT = 0.3

#: What the article around a passage adds: an article on the subject speaks for each of its passages
#: (document and passage evidence interpolated, Callan 1994).
ARTICLE_WEIGHT = 0.5

#: Passages an article is judged by, its best.
BEST_OF_ARTICLE = 3


def fused(alignment: Floats, cosine: Floats, keyword: Floats, in_query_language: NDArray[np.bool_]) -> Floats:
    """The score of each candidate by itself; all arrays have shape (candidates,).

    Words that two languages share (конвенция) make keyword scores of passages in other languages
    incomparable with those in the query's own: there the keyword evidence is left to the alignment.
    """
    strongest = float(keyword[in_query_language].max(initial=0.0))
    relative = np.where(in_query_language, keyword / strongest, 0) if strongest else np.zeros_like(keyword)
    return (alignment + SENTENCE_WEIGHT * cosine + KEYWORD_WEIGHT * relative).astype(np.float32)


def with_article_evidence(scores: Floats, articles: NDArray[np.int32]) -> Floats:
    """Scores of candidates, shape (candidates,), each raised by how well its article's best candidates do.

    An article with fewer candidates than it is judged by is held to have others that score nothing.
    """
    order = np.lexsort((-scores, articles))
    grouped, first = np.unique(articles[order], return_index=True)
    place = np.arange(len(order)) - np.repeat(first, np.diff([*first, len(order)]))
    counted = place < BEST_OF_ARTICLE
    totals = np.bincount(np.searchsorted(grouped, articles[order][counted]), scores[order][counted], len(grouped))
    return (scores + ARTICLE_WEIGHT * totals[np.searchsorted(grouped, articles)] / BEST_OF_ARTICLE).astype(np.float32)
