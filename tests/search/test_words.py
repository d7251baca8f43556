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


def test_a_passage_has_its_words_with_their_places(words: Words) -> None:
    passage = words.passage(0)
    text = "The cats, 42"
    places = zip(passage.starts, passage.ends, strict=True)
    assert [text[start:end] for start, end in places] == ["cats", "42"]
    assert passage.numbers.tolist() == [1, 0]
    assert words.passage(2).numbers.tolist() == []


def test_words_of_several_passages_come_on_end(words: Words) -> None:
    numbers, bounds = words.passage_words(np.array([1, 2, 0], np.int32))
    assert (numbers.tolist(), bounds.tolist()) == ([3, 2, 1, 0], [0, 2, 2, 4])


def test_words_are_found_by_their_keys(words: Words, keys: KeyIndex) -> None:
    wanted = np.array([keys.number("cat"), keys.number("=кот")], np.int32)
    assert words.holding(np.array([0, 1, 3], np.int32), wanted).tolist() == [False, True, True]
    assert words.holding(np.array([], np.int32), wanted).tolist() == []


def test_vectors_come_in_the_order_asked_for(words: Words) -> None:
    np.testing.assert_allclose(words.vectors(np.array([2, 1])), [[0, 1, 0], [1, 0, 0]])
