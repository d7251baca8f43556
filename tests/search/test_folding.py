from __future__ import annotations

import numpy as np

from search.folding import left_out


def test_places_that_are_hits_on_no_page_go_to_the_first_hit_of_their_article() -> None:
    articles = np.array([7, 5, 7, 7, 5, 9], np.int32)
    kept = np.array([0, 1, 2, 5])

    assert [each.tolist() for each in left_out(np.array([0, 1, 2]), kept, articles)] == [[3], [4], []]
    assert [each.tolist() for each in left_out(np.array([5]), kept, articles)] == [[]]
    assert left_out(np.array([], np.int64), kept, articles) == []
