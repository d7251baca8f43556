"""The marks set by hand for queries in another language: their form, and that the words they name are there."""

from __future__ import annotations

import json
from collections import Counter
from itertools import permutations
from typing import Any

import pytest

from benchmarks.marking import GOLD, Judged, Mark, Measures, Pair, measure, read_pairs
from search.articles import LANGUAGES
from search.languages.tokens import tokenize

FIELDS = ("id", "query", "query_language", "passage", "passage_language", "links")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in GOLD.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return read_pairs()


def _words(text: str) -> set[str]:
    return {text[token.start : token.end] for token in tokenize(text)}


def test_every_line_has_the_same_fields(rows: list[dict[str, Any]]) -> None:
    assert {tuple(row) for row in rows} == {FIELDS}


def test_ids_count_the_pairs_of_each_direction(pairs: list[Pair]) -> None:
    counts: Counter[str] = Counter()
    for pair in pairs:
        counts[pair.direction] += 1
        assert pair.id == f"{pair.direction}-{counts[pair.direction]:02d}"


def test_there_are_at_least_ten_pairs_of_every_direction(pairs: list[Pair]) -> None:
    counts = Counter(pair.direction for pair in pairs)
    assert set(counts) == {f"{asked}-{answered}" for asked, answered in permutations(LANGUAGES, 2)}
    assert {direction: count for direction, count in counts.items() if count < 10} == {}


def test_passages_and_queries_are_short_and_come_once(pairs: list[Pair]) -> None:
    assert [pair.id for pair in pairs if not 15 <= len(pair.passage.split()) <= 50] == []
    assert [pair.id for pair in pairs if not 1 <= len(pair.query.split()) <= 5] == []
    assert len({pair.passage for pair in pairs}) == len({pair.query for pair in pairs}) == len(pairs)


def test_linked_words_are_words_of_query_and_passage(pairs: list[Pair]) -> None:
    assert [(pair.id, word) for pair in pairs for word in pair.links if word not in _words(pair.query)] == []
    linked = [(pair, word) for pair in pairs for words in pair.links.values() for word in words]
    assert [(pair.id, word) for pair, word in linked if word not in _words(pair.passage)] == []


def test_no_word_is_linked_twice_to_one_query_word(pairs: list[Pair]) -> None:
    assert [pair.id for pair in pairs if any(len(set(words)) < len(words) for words in pair.links.values())] == []


def test_about_a_fifth_of_the_pairs_have_words_without_a_counterpart(pairs: list[Pair]) -> None:
    lacking = [pair for pair in pairs if not all(pair.links.values())]
    assert 0.15 < len(lacking) / len(pairs) < 0.3


def test_every_occurrence_of_a_linked_word_is_wanted() -> None:
    pair = Pair("en-ru-01", "river law", "en", "Река шумит. Моя река, не речка.", "ru", {"river": ["Река", "река"]})
    assert sorted(pair.marks) == [Mark("river", 0, 4), Mark("river", 16, 20)]


def test_errors_and_measures() -> None:
    pair = Pair("en-ru-01", "river law", "en", "Река шумит у моста.", "ru", {"river": ["Река"], "law": []})
    judged = Judged(pair, frozenset({Mark("law", 13, 18)}))
    assert list(judged.errors()) == ["+ en-ru-01  law → моста", "- en-ru-01  river → Река"]
    assert measure([judged]) == Measures(right=0, marked=1, wanted=1)
    both = measure([judged, Judged(pair, pair.marks)])
    assert (both.precision, both.recall, both.f1) == (0.5, 0.5, 0.5)
