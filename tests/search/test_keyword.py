"""Tests of `search.keyword`: the Whoosh index."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from whoosh.query import And, Every, FuzzyTerm, Not, Prefix, Term, Wildcard

from search.keyword import KeywordIndex, write_keyword_index
from search.storage import IndexProblem


def test_it_answers_again_and_again_and_from_threads(keyword_index: KeywordIndex) -> None:
    def water(_: int) -> list[bool]:
        return keyword_index.meeting(Term("text", "water")).tolist()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(water, range(40))) == [[True, True, False, False]] * 40


def test_wildcards_and_fuzzy_words_say_what_they_stand_for(keyword_index: KeywordIndex) -> None:
    condition = And([Prefix("text", "=торг"), Wildcard("text", "=*ds"), FuzzyTerm("text", "=wafer", prefixlength=2)])
    assert [(word, sorted(keys)) for word, keys in keyword_index.expansions(condition)] == [
        ("торг", ["=торговлю", "=торговля"]),
        ("*ds", ["=fields"]),
        ("wafer", ["=water"]),
    ]


def test_what_is_excluded_stands_for_nothing(keyword_index: KeywordIndex) -> None:
    assert list(keyword_index.expansions(And([Every(), Not(Prefix("text", "=торг"))]))) == []


@pytest.mark.parametrize(
    ("form", "letters", "expected"),
    [
        ("watr", 2, "water"),
        ("запрещенна", 1, "запрещена"),
        ("закном", 1, "законом"),
        ("запрeщенна", 1, None),
        ("запрeщенна", 2, "запрещена"),
        ("wtxr", 2, None),
        ("фиелды", 2, None),
        ("xyzzy", 2, None),
        ("з" * 1000, 2, None),
    ],
)
def test_the_nearest_word_is_offered(
    keyword_index: KeywordIndex, form: str, letters: int, expected: str | None
) -> None:
    assert keyword_index.correction(form, letters) == expected


def test_a_missing_index_is_a_problem_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(IndexProblem, match=r"keyword is damaged .*izde index SOURCE --full"):
        KeywordIndex(tmp_path)


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    write_keyword_index(tmp_path, [])
    index = KeywordIndex(tmp_path)
    assert index.meeting(Term("text", "water")).tolist() == []
    assert index.correction("water", 2) is None
