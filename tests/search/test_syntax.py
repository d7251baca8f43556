"""Tests of `search.syntax`: what the query language asks for, over the four passages of conftest.py."""

from __future__ import annotations

import pytest

from search.articles import LANGUAGES
from search.languages.analysis import lemma_keys
from search.syntax import condition, is_structured, parse, ranking_text
from tests.search.conftest import AnsweredConditions

EVERYTHING = ["rivers", "lakes", "crime", "мой файл"]


def _keys(form: str) -> dict[str, float]:
    return {key: weight for language in LANGUAGES for key, weight in lemma_keys(form, language)}


def _found(conditions: AnsweredConditions, query: str) -> list[str]:
    """Articles whose passage meets the condition of a query; all where it makes none."""
    asked = condition(parse(query), _keys)
    met = [True] * 4 if asked is None else conditions.meeting(asked)
    return [article for article, found in zip(EVERYTHING, met, strict=True) if found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"water to the fields"', ["rivers"]),
        ('"water fields"', []),
        ('"торговлю людей"', ["crime"]),
        ('"water to" cold', ["rivers"]),
        ("water AND cold", ["lakes"]),
        ("fields OR закон", ["rivers", "lakes", "crime"]),
        ("fields NOT cold", ["rivers", "crime", "мой файл"]),
        ("fields -cold", ["rivers", "crime", "мой файл"]),
        ("-торговля", ["rivers", "lakes"]),
        ('-"water to the fields"', ["lakes", "crime", "мой файл"]),
        ("(water OR закон) AND NOT cold", ["rivers", "crime"]),
        ("title:rivers", ["rivers"]),
        ("title:торговли", ["crime"]),
        ("author:орлова", ["crime"]),
        ('author:"Орлова Н.В."', ["crime"]),
        ("keywords:воды", ["мой файл"]),
        ("text:rivers title:rivers", ["rivers"]),
        ("year:2005..2010", ["rivers", "lakes"]),
        ("year:..2005", ["rivers"]),
        ("year:2010..", ["lakes", "crime"]),
        ("year:2015", ["crime"]),
        ("year:2010 title:lakes", ["lakes"]),
        ("language:ru", ["crime", "мой файл"]),
        ("article:lakes", ["lakes"]),
        ('article:"мой файл"', ["мой файл"]),
        ("riv*", ["rivers"]),
        ("ТОРГ*", ["crime", "мой файл"]),
        ("*ние", []),
        ("*веди*", []),
        ("title:lak*", ["lakes"]),
        ("fields -riv*", ["lakes", "crime", "мой файл"]),
        ("wafer~", ["rivers", "lakes"]),
        ("title:rivets~", ["rivers"]),
    ],
)
def test_what_passages_must_meet(conditions: AnsweredConditions, query: str, expected: list[str]) -> None:
    assert _found(conditions, query) == expected


@pytest.mark.parametrize(
    "query",
    [
        "water cold",
        "Where does the water go?",
        "Кайда барат?!",
        "water (cold)",
        "what (or who) is it",
        "Tashkent: water",
        '""',
        "()",
        'water "',
        '"water to the fields',
        "water ~ * -",
        "[water TO cold]",
    ],
)
def test_plain_words_and_punctuation_demand_nothing(conditions: AnsweredConditions, query: str) -> None:
    assert _found(conditions, query) == EVERYTHING


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('title:"rivers of', ["rivers"]),
        ("(water AND cold", ["lakes"]),
        ("water AND cold)", ["lakes"]),
        ("((title:lakes)))", ["lakes"]),
        ("title:rivers AND", ["rivers"]),
    ],
)
def test_what_is_left_open_is_read_as_closed(conditions: AnsweredConditions, query: str, expected: list[str]) -> None:
    assert _found(conditions, query) == expected


# fmt: off
ODD = [
    "year:", "year:²", "year:99999999999", "year:-5", "year:abc", "year:..", "year:[2005 TO 2010]", "[a TO b]",
    "title:[a TO b]", 'title:"', "title:title:title:", "text:-", "text:text:", "language:", "article:", "::",
    "*", "***", "~", "~2", "a~9", "?", "-", "--", "+water", "NOT", "AND OR", "a AND", '"', '"""', ")(", "[]", "{}",
    "a^5", "a^", "\\", "/", "<script>", "'", "a''b",
]
# fmt: on


@pytest.mark.parametrize("query", ODD)
def test_nothing_typed_breaks_it(conditions: AnsweredConditions, query: str) -> None:
    tree = parse(query)
    assert set(_found(conditions, query)) <= set(EVERYTHING)
    assert len(ranking_text(tree)) <= len(query)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"торговля людьми" -миграция закон', "торговля людьми закон"),
        ("title:water author:Orlova year:2005 language:en", "water"),
        ("(water OR cold) AND NOT fields", "water cold"),
        ("riv* water", "water"),
    ],
)
def test_words_that_rank(query: str, expected: str) -> None:
    assert ranking_text(parse(query)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("water and energy", False),
        ("соода-экономикалык кызматташтык", False),
        ("What is water?", False),
        ("a OR b", True),
        ("-water", True),
        ("year:2005", True),
        ('"water"', True),
        ("wat*", True),
    ],
)
def test_plain_words_are_told_from_the_query_language(query: str, expected: bool) -> None:
    assert is_structured(query) is expected
