"""Tests of `indexer.vocabulary`: distinct words, their keys and vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.vocabulary import AnalysedVocabulary, Vocabulary, analysed, word_vectors
from search.encoder import Encoder
from search.words import word_name

WORDS = [("ru", "людьми"), ("en", "children"), ("en", "child"), ("ru", "торгово-экономический")]


def _analysed(words: Sequence[tuple[str, str]] = WORDS) -> AnalysedVocabulary:
    vocabulary = Vocabulary()
    vocabulary.numbers(word_name(*word) for word in words)
    return analysed(vocabulary, None)


def _keys(found: AnalysedVocabulary, word: int) -> dict[str, float]:
    row = slice(found.table.key_offsets[word], found.table.key_offsets[word + 1])
    names = [found.keys[key] for key in found.table.keys[row]]
    return dict(zip(names, (round(weight, 2) for weight in found.table.key_weights[row].tolist()), strict=True))


def test_a_word_keeps_the_number_it_was_given_first() -> None:
    vocabulary = Vocabulary()
    assert vocabulary.numbers(word_name(*word) for word in [*WORDS, WORDS[1]]).tolist() == [0, 1, 2, 3, 1]
    assert len(vocabulary) == 4


def test_words_are_sorted_and_known_by_the_number_they_had() -> None:
    found = _analysed()
    assert found.table.names == ["en:child", "en:children", "ru:людьми", "ru:торгово-экономический"]
    assert found.places.tolist() == [2, 1, 0, 3]


def test_each_word_has_its_exact_key_then_its_lemmas() -> None:
    found = _analysed()
    assert list(found.keys) == sorted(found.keys, key=str.encode)
    assert _keys(found, 0) == {"=child": 1, "child": 1}
    assert _keys(found, 1) == {"=children": 1, "child": 1}
    assert _keys(found, 2) == {"=людьми": 1, "человек": 1}
    assert _keys(found, 3)["=торгово-экономический"] == 1
    assert _keys(found, 3)["экономический"] == 0.6


def test_vectors_are_between_those_of_form_and_lemma(encoder: Encoder) -> None:
    vectors, scales = word_vectors(_analysed([("en", "child"), ("ru", "людьми")]), encoder, None)
    child, form, lemma = encoder.encode_words(["child", "людьми", "человек"])
    expected = np.stack([child, (form + lemma) / np.linalg.norm(form + lemma)])
    np.testing.assert_allclose(vectors * scales[:, None], expected, atol=1e-3)


def test_no_words_have_no_vectors(encoder: Encoder) -> None:
    assert word_vectors(_analysed([]), encoder, None)[0].shape == (0, encoder.dimensions)
    assert analysed(Vocabulary(), None).table.names == []
