"""Several kinds of evidence that a passage answers a query -> one score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: What the cosine of query and passage adds to the alignment of their words.
SENTENCE_WEIGHT = 0.3

#: What keyword evidence adds to it, for a passage in a language of the query.
KEYWORD_WEIGHT = 0.3


def fused(alignment: Floats, cosine: Floats, keyword: Floats, in_query_language: NDArray[np.bool_]) -> Floats:
    """The score of each candidate; all arrays have shape (candidates,).

    Words that two languages share (конвенция) make keyword scores of passages in other languages
    incomparable with those in the query's own: there the keyword evidence is left to the alignment.
    """
    strongest = float(keyword[in_query_language].max(initial=0.0))
    relative = np.where(in_query_language, keyword / strongest, 0) if strongest else np.zeros_like(keyword)
    return (alignment + SENTENCE_WEIGHT * cosine + KEYWORD_WEIGHT * relative).astype(np.float32)
