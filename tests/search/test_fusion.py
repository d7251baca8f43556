"""Tests of `search.fusion`: alignment, cosine and keyword evidence as one score."""

from __future__ import annotations

import numpy as np

from search.fusion import fused, with_article_evidence


def _floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_keyword_evidence_counts_beside_the_strongest_in_the_query_language() -> None:
    in_language = np.array([True, True, False])
    found = fused(_floats(1, 0.5, 0.5), _floats(0.5, 0, 1), _floats(2, 4, 8), in_language)
    np.testing.assert_allclose(found, [1 + 0.15 + 0.15, 0.5 + 0.3, 0.5 + 0.3], rtol=1e-6)


def test_without_keyword_evidence_the_rest_decides() -> None:
    zeros = _floats(0, 0)
    found = fused(_floats(0.2, 0.4), _floats(0.5, 0.1), zeros, np.array([True, True]))
    np.testing.assert_allclose(found, [0.35, 0.43], rtol=1e-6)


def test_no_candidates_give_no_scores() -> None:
    nothing = _floats()
    assert fused(nothing, nothing, nothing, np.zeros(0, np.bool_)).tolist() == []


def test_an_article_on_the_subject_lifts_its_passages() -> None:
    # Article 7 has four candidates, of which its best three count; article 8 has one.
    found = with_article_evidence(_floats(0.9, 0.6, 0.3, 0.1, 0.9), np.array([7, 7, 7, 7, 8], np.int32))
    np.testing.assert_allclose(found, [0.9 + 0.3, 0.6 + 0.3, 0.3 + 0.3, 0.1 + 0.3, 0.9 + 0.15], rtol=1e-6)


def test_no_candidates_have_no_articles() -> None:
    assert with_article_evidence(_floats(), np.zeros(0, np.int32)).tolist() == []
