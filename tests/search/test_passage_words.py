"""Tests of `search.passage_words`: the words of passages and their places."""

from __future__ import annotations

import numpy as np

from search.passage_words import WordsOfPassages


def test_a_passage_has_its_words_with_their_places(order: WordsOfPassages) -> None:
    passage = order[0]
    text = "The cats, 42"
    places = zip(passage.starts, passage.ends, strict=True)
    assert [text[start:end] for start, end in places] == ["cats", "42"]
    assert passage.numbers.tolist() == [1, 0]
    assert order[2].numbers.tolist() == []


def test_words_of_several_passages_come_on_end(order: WordsOfPassages) -> None:
    numbers, bounds = order.take(np.array([1, 2, 0], np.int32))
    assert (numbers.tolist(), bounds.tolist()) == ([3, 2, 1, 0], [0, 2, 2, 4])
