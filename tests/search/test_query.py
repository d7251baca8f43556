"""Tests of `search.query`: what a query asks for."""

from __future__ import annotations

import pytest

from search.query import QueryError, understand


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("drug control conventions", "en"),
        ("возврат незаконно приобретённых активов", "ru"),
        ("адам саудасымен күрес", "kk"),
        ("баңгизаттарды көзөмөлдөө", "ky"),
    ],
)
def test_the_language_is_recognised(text: str, language: str) -> None:
    assert understand(text).language == language


def test_words_that_say_nothing_do_not_rank() -> None:
    assert [term.word for term in understand("the water of the rivers").terms] == ["water", "rivers"]


def test_a_query_of_stop_words_ranks_by_them() -> None:
    assert [term.word for term in understand("to be or not to be").terms] == ["to", "be", "or", "not"]


def test_a_word_is_kept_as_typed_and_looked_up_by_form_and_lemma() -> None:
    (term,) = understand("КОНВЕНЦИЯХ").terms
    assert (term.word, term.form, term.keys["конвенция"]) == ("КОНВЕНЦИЯХ", "конвенциях", 1.0)


def test_a_word_said_twice_counts_once() -> None:
    assert [term.form for term in understand("Ёлка елка ёлка").terms] == ["елка"]


@pytest.mark.parametrize(("word", "expected"), [("2015", True), ("COVID-19", True), ("water", False)])
def test_numbers_are_told_from_words(word: str, expected: bool) -> None:
    assert understand(word).terms[0].is_number is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ""), (" \t\n ", ""), ("a\0b\x1b", "a b"), ("\u202eвода\u202c", "вода"), ("  a\n b ", "a b")],
)
def test_what_cannot_be_seen_is_not_asked_for(text: str, expected: str) -> None:
    assert understand(text).text == expected


def test_letters_may_come_in_parts() -> None:
    assert understand("мои\u0306 дом").text == "мой дом"


@pytest.mark.parametrize("text", ["", "?!", "😀", "()", '""', "🏔️ —"])
def test_a_query_without_words_has_no_terms(text: str) -> None:
    assert understand(text).terms == ()


def test_plain_words_make_no_condition() -> None:
    assert understand("water and energy").condition is None
    assert understand('"water and energy"').condition is not None


def test_a_long_query_is_refused_with_the_numbers() -> None:
    with pytest.raises(QueryError) as problem:
        understand("a" * 10_000)
    assert str(problem.value) == "the query has 10,000 characters; at most 2,000 are searched for"


def test_only_so_many_words_rank() -> None:
    assert len(understand(" ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200))).terms) == 48


@pytest.mark.parametrize("depth", [1, 5, 10])
def test_brackets_may_be_nested(depth: int) -> None:
    assert [term.word for term in understand("(" * depth + "water" + ")" * depth).terms] == ["water"]


@pytest.mark.parametrize("brackets", [100, 990])
def test_brackets_without_end_are_refused(brackets: int) -> None:
    with pytest.raises(QueryError, match=f"the query has {brackets} brackets; at most 40 are understood"):
        understand("(" * brackets + "water" + ")" * brackets)
