"""Tests of `search.highlight`: the words marked in the passages of the small generation."""

from __future__ import annotations

from search.alignment import Aligner
from search.highlight import highlights
from search.keyindex import KeyIndex
from search.passage_words import WordsOfPassages
from search.query import Term
from search.results import Highlight
from search.words import Words
from tests.search.conftest import MeaningEncoder

CATS, CAT = Term("Cats", "cats", {"cat": 1.0}), Term("cat", "cat", {"cat": 1.0})
HOUSE = Term("house", "house", {"house": 1.0})
YEAR = Term("2015", "2015", {"2015": 1.0})


def _marks(
    passage: int, terms: list[Term], keys: KeyIndex, words: Words, order: WordsOfPassages, by_meaning: bool = True
) -> list[Highlight]:
    aligner = Aligner(terms, keys, words, MeaningEncoder())
    return list(highlights(order[passage], aligner, by_meaning))


def test_the_form_typed_is_exact_and_another_form_a_lemma(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    assert _marks(0, [CATS], keys, words, order) == [Highlight(4, 8, "exact", "Cats")]
    assert _marks(0, [CAT], keys, words, order) == [Highlight(4, 8, "lemma", "cat")]


def test_a_counterpart_is_marked_by_meaning(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    assert _marks(1, [CAT, HOUSE], keys, words, order) == [
        Highlight(0, 3, "meaning", "cat"),
        Highlight(5, 8, "meaning", "house"),
    ]


def test_meaning_is_left_out_where_words_are_asked_for(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    assert _marks(1, [CAT], keys, words, order, by_meaning=False) == []


def test_a_word_that_is_there_has_no_counterpart(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    assert _marks(0, [CAT, HOUSE], keys, words, order) == [
        Highlight(4, 8, "lemma", "cat"),
        Highlight(10, 12, "meaning", "house"),
    ]


def test_a_number_has_no_counterpart(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    assert _marks(0, [YEAR], keys, words, order) == []


def test_nothing_to_mark(keys: KeyIndex, words: Words, order: WordsOfPassages) -> None:
    assert _marks(2, [CAT], keys, words, order) == []
    assert _marks(0, [], keys, words, order) == []
