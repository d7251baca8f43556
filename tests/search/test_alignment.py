"""Tests of `search.alignment`: words of a query against words of passages, over the small generation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from search import alignment
from search.alignment import SAME, SAME_NAME, STRETCH, SYNONYM, UNRELATED, Aligner, best_ahead
from search.keyindex import KeyIndex
from search.passage_words import WordsOfPassages
from search.query import Term
from search.words import Words
from tests.search.conftest import MeaningEncoder

CAT = Term("Cat", "cat", {"cat": 1.0})
HOUSE = Term("house", "house", {"house": 1.0})
YEAR = Term("2015", "2015", {"2015": 1.0})


def _aligner(terms: list[Term], keys: KeyIndex, words: Words) -> Aligner:
    return Aligner(terms, keys, words, MeaningEncoder())


def _scaled(cosine: float) -> float:
    return SYNONYM * min(1.0, max(0.0, (cosine - UNRELATED) / (SAME - UNRELATED)))


def test_a_shared_lemma_is_full_similarity_and_meaning_a_part(keys: KeyIndex, words: Words) -> None:
    found = _aligner([CAT, HOUSE], keys, words).similarities
    # Rows are 42, cats, дом, кот.
    np.testing.assert_allclose(found, [[0, _scaled(0.8)], [1, 0], [0, SYNONYM], [_scaled(0.7), 0]], atol=1e-2)


def test_a_number_is_answered_by_itself_only(keys: KeyIndex, words: Words) -> None:
    found = _aligner([YEAR, Term("42", "42", {"42": 1.0})], keys, words).similarities
    assert found.tolist() == [[0, 1], [0, 0], [0, 0], [0, 0]]


def test_a_passage_scores_by_the_best_of_its_words(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    scores = _aligner([CAT], keys, words).scores(*order.take(np.array([0, 1, 2], np.int32)))
    np.testing.assert_allclose(scores, [1, _scaled(0.7), 0], atol=1e-2)


def test_a_passage_scores_alike_in_any_company(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    aligner = _aligner([Term("дом", "дом", {"дом": 1.0}), Term("42", "42", {"42": 1.0})], keys, words)
    together = aligner.scores(*order.take(np.array([1, 0, 2], np.int32)))
    alone = [float(aligner.scores(*order.take(np.array([passage], np.int32)))[0]) for passage in (1, 0, 2)]
    np.testing.assert_allclose(together, alone, rtol=1e-6)


def test_a_stretch_of_a_passage_is_read_together() -> None:
    similarity = np.zeros((STRETCH + 1, 2), np.float32)
    similarity[0, 0] = similarity[-1, 1] = 1
    # The second word of the query is one word too far from the first.
    bounds = np.array([0, len(similarity)])
    assert best_ahead(similarity, bounds).tolist() == [[1, 0], *[[0, 1]] * STRETCH]
    bounds = np.array([0, 5, 5, len(similarity)])
    assert best_ahead(similarity, bounds).tolist() == [[1, 0], *[[0, 0]] * 4, *[[0, 1]] * (STRETCH - 4)]


def test_a_name_is_answered_by_what_sounds_like_it(keys: KeyIndex, words: Words) -> None:
    named = _aligner([Term("Rantsev", "rantsev", {"rantsev": 1.0})], keys, words)
    np.testing.assert_allclose(named.similarities, [[0], [0], [SAME_NAME], [0]])
    assert named.counterparts == [{"дом": pytest.approx(SAME_NAME)}]


def test_counterparts_are_the_lemmas_of_close_words(keys: KeyIndex, words: Words) -> None:
    cat, house, year = _aligner([CAT, HOUSE, YEAR], keys, words).counterparts
    assert list(cat) == ["cat", "кот"]
    assert set(house) == {"дом", "42"}
    assert year == {}


def test_a_word_that_several_segments_hold_is_one_counterpart(
    generation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alignment, "MOST_COUNTERPARTS", 2)
    segments = [generation, generation]
    assert list(_aligner([CAT], KeyIndex(segments), Words(segments)).counterparts[0]) == ["cat", "кот"]


def test_rare_words_weigh_more(keys: KeyIndex, words: Words) -> None:
    cat, year = _aligner([CAT, YEAR], keys, words).weights.tolist()
    assert year > cat > 0


def test_a_query_without_words_aligns_with_nothing(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    assert _aligner([], keys, words).scores(*order.take(np.array([0, 1], np.int32))).tolist() == [0, 0]


def test_no_passages_have_no_scores(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    assert _aligner([CAT], keys, words).scores(*order.take(np.array([], np.int32))).tolist() == []
