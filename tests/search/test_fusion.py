"""Tests of `search.fusion`: alignment, cosine, keyword evidence and the article around as one score."""

from __future__ import annotations

import numpy as np

from search.fusion import (
    ARTICLE_WEIGHT,
    COUNTERPART_WEIGHT,
    KEYWORD_WEIGHT,
    LANGUAGE_STEP,
    LONG_ENOUGH,
    SENTENCE_WEIGHT,
    for_length,
    fused,
    spread_over_languages,
    with_article_evidence,
)


def _floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_keyword_evidence_counts_beside_the_strongest_and_in_the_query_language_alone() -> None:
    languages = np.array([1, 1, 0], bool)
    found = fused(_floats(1, 0.5, 0.5), _floats(0, 0, 0), _floats(2, 4, 8), _floats(0, 0, 0), languages, words=1)
    np.testing.assert_allclose(found, [1 + KEYWORD_WEIGHT / 2, 0.5 + KEYWORD_WEIGHT, 0.5], rtol=1e-6)


def test_the_words_of_a_query_share_the_keyword_evidence() -> None:
    found = fused(_floats(0), _floats(0), _floats(3), _floats(0), np.array([True]), words=4)
    np.testing.assert_allclose(found, [KEYWORD_WEIGHT / 4], rtol=1e-6)


def test_counterparts_and_the_sentence_count_in_any_language() -> None:
    found = fused(_floats(0, 0), _floats(0.5, 1), _floats(0, 0), _floats(3, 1.5), np.array([True, False]), 1)
    expected = [SENTENCE_WEIGHT / 2 + COUNTERPART_WEIGHT, SENTENCE_WEIGHT + COUNTERPART_WEIGHT / 2]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_short_passage_counts_for_less() -> None:
    found = for_length(_floats(1, 1, 0.5), np.array([LONG_ENOUGH, LONG_ENOUGH // 16, 2 * LONG_ENOUGH]))
    np.testing.assert_allclose(found, [1, 0.5, 0.5], rtol=1e-6)


def test_an_article_on_the_subject_lifts_its_passages() -> None:
    # Article 7 has four candidates, of which its best three count; article 8 has one.
    found = with_article_evidence(_floats(0.9, 0.6, 0.3, 0.1, 0.9), np.array([7, 7, 7, 7, 8], np.int32))
    lift = _floats(0.6, 0.6, 0.6, 0.6, 0.3) * np.float32(ARTICLE_WEIGHT)
    np.testing.assert_allclose(found, _floats(0.9, 0.6, 0.3, 0.1, 0.9) + lift, rtol=1e-6)


def test_each_better_passage_in_a_language_takes_its_step() -> None:
    found = spread_over_languages(_floats(0.9, 0.7, 0.8, 0.6), np.array([0, 0, 0, 1], np.int8))
    np.testing.assert_allclose(found, [0.9, 0.7 - 2 * LANGUAGE_STEP, 0.8 - LANGUAGE_STEP, 0.6], rtol=1e-6)


def test_no_candidates_give_no_scores() -> None:
    nothing = _floats()
    assert fused(nothing, nothing, nothing, nothing, np.zeros(0, np.bool_), 0).tolist() == []
    assert with_article_evidence(nothing, np.zeros(0, np.int32)).tolist() == []
    assert spread_over_languages(nothing, np.zeros(0, np.int8)).tolist() == []
