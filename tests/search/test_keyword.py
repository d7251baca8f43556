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


def test_a_missing_index_is_a_problem_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(IndexProblem, match=r"keyword is damaged .*izde index SOURCE --full"):
        KeywordIndex(tmp_path)


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    write_keyword_index(tmp_path, [])
    index = KeywordIndex(tmp_path)
    assert index.meeting(Term("text", "water")).tolist() == []
