"""Tests of `search.conditions`, over the four passages of conftest.py; what a query asks for is in test_syntax.py."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from whoosh.query import And, Every, FuzzyTerm, Not, Prefix, Sequence, Term, Wildcard

from search import conditions as conditions_module
from tests.search.conftest import AnsweredConditions, conditions_over


def test_it_answers_again_and_again_and_from_threads(conditions: AnsweredConditions) -> None:
    def water(_: int) -> list[bool]:
        return conditions.meeting(Term("text", "water")).tolist()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(water, range(40))) == [[True, True, False, False]] * 40


def test_wildcards_and_fuzzy_words_say_what_they_stand_for(conditions: AnsweredConditions) -> None:
    condition = And([Prefix("text", "=торг"), Wildcard("text", "=*ds"), FuzzyTerm("text", "=wafer", prefixlength=2)])
    assert [(word, sorted(keys)) for word, keys in conditions.expansions(condition)] == [
        ("торг", ["=торговлю", "=торговля"]),
        ("*ds", ["=fields"]),
        ("wafer", ["=water"]),
    ]


def test_what_several_segments_hold_is_one_word(segment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions_module, "MOST_EXPANSIONS", 2)
    # The second segment has no word that the first has not.
    twice = conditions_over([segment, segment])
    found = [twice.expansions(each)[0][1] for each in (Prefix("text", "=торг"), FuzzyTerm("text", "=fieldz"))]
    assert found == [["=торговлю", "=торговля"], ["=fields"]]


def test_what_is_excluded_stands_for_nothing(conditions: AnsweredConditions) -> None:
    assert list(conditions.expansions(And([Every(), Not(Prefix("text", "=торг"))]))) == []


def test_the_words_of_a_phrase_may_stand_apart(conditions: AnsweredConditions) -> None:
    def found(*words: str, slop: int) -> list[int]:
        terms = [Term("text", f"={word}") for word in words]
        return np.flatnonzero(conditions.meeting(Sequence(terms, slop=slop))).tolist()

    assert found("bring", "fields", slop=3) == []
    assert found("bring", "fields", slop=4) == [0]
    assert found("fields", "bring", slop=9) == []
    # The last word of one passage and the first of the next.
    assert found("fields", "water", slop=1) == []
    assert found("water", "the", "cold", slop=2) == []
    assert found("the", "rivers", "bring", slop=1) == [0]


def test_a_phrase_in_a_field_stays_within_its_article(conditions: AnsweredConditions) -> None:
    def found(*words: str) -> list[int]:
        return np.flatnonzero(conditions.meeting(Sequence([Term("title", f"={word}") for word in words]))).tolist()

    assert found("rivers", "of", "asia") == [0]
    assert found("asia", "lakes") == []
