"""Which passages of the articles of an answer are folded under their hits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


def left_out(shown: Places, kept: Places, articles: NDArray[np.int32]) -> list[Places]:
    """For each hit shown that is the first of its article, the places that are hits on no page, in their order.

    `shown` are the places of the hits in the ranking, `kept` those of the hits on all pages; `articles` are the
    numbers of the articles by place.
    """
    free = np.ones(len(articles), np.bool_)
    free[kept] = False
    others = []
    for place in shown.tolist():
        of_article = np.flatnonzero(free & (articles == articles[place]))
        free[of_article] = False
        others.append(of_article)
    return others
