"""Tests of `search.words`: the words of passages, their keys and vectors."""

from __future__ import annotations

import numpy as np

from search.keyindex import KeyIndex
from search.words import Words


def test_words_are_told_apart_by_language(words: Words) -> None:
    assert len(words) == 4
    assert [words.name(number) for number in range(4)] == [("en", "42"), ("en", "cats"), ("ru", "дом"), ("ru", "кот")]
    assert (words.number("ru", "кот"), words.number("en", "кот")) == (3, None)


def test_a_word_has_its_exact_key_first(words: Words, keys: KeyIndex) -> None:
    assert [[keys.key(int(key)) for key in words.keys(word)] for word in range(4)] == [
        ["=42", "42"],
        ["=cats", "cat"],
        ["=дом", "дом"],
        ["=кот", "кот"],
    ]
    assert words.key_weights(1).tolist() == [1, 1]


def test_words_are_found_by_their_keys(words: Words, keys: KeyIndex) -> None:
    assert words.having([*keys.numbers("cat"), *keys.numbers("=кот")]).tolist() == [1, 3]
    assert words.having([]).tolist() == []


def test_every_word_has_its_cosine(words: Words) -> None:
    found = words.cosines(np.array([[0, 1, 0], [1, 0, 0]], np.float32))
    # Rows are 42, cats, дом, кот.
    np.testing.assert_allclose(found, [[0.8, 0], [0, 1], [1, 0], [0, 0.7]], atol=5e-3)
