"""The judged queries over the sample articles: their form, and that what they quote is there."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from indexer import readers
from indexer.errors import UnreadableSource
from indexer.preparation import PreparedArticle, prepare
from search.articles import LANGUAGES
from search.evaluation import read_judgements

ROOT = Path(__file__).resolve().parents[1]
JUDGED = ROOT / "benchmarks" / "judged" / "samples.jsonl"
ARTICLES = ROOT / "index_data" / "articles"

SUBJECTS = {"drug", "human", "regional", "collective", "asset", "water", "migration", "cross"}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in JUDGED.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def articles() -> dict[str, PreparedArticle]:
    """The sample articles by id, as they are indexed."""
    read = [item for path in readers.find(ARTICLES) for item in readers.read(path, ARTICLES)]
    return {item.id: prepare(item) for item in read if not isinstance(item, UnreadableSource)}


@pytest.fixture(scope="module")
def judgements(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What was judged for each need."""
    return {row["need"]: row["passages"] for row in rows}


def test_the_evaluation_reads_every_line(rows: list[dict[str, Any]]) -> None:
    assert [query.text for query in read_judgements(JUDGED)] == [row["query"] for row in rows]


def test_every_line_has_the_same_fields(rows: list[dict[str, Any]]) -> None:
    assert {tuple(row) for row in rows} == {("need", "query", "language", "passages")}
    fields = {tuple(judged) for row in rows for judged in row["passages"]}
    assert fields == {("article", "quote", "grade")}


def test_every_need_is_asked_once_in_each_language(rows: list[dict[str, Any]]) -> None:
    languages = defaultdict(list)
    for row in rows:
        languages[row["need"]].append(row["language"])
        assert row["query"] == row["query"].strip() != "", row["need"]
    assert {need: sorted(found) for need, found in languages.items() if sorted(found) != sorted(LANGUAGES)} == {}


def test_the_judgements_of_a_need_are_the_same_in_each_language(
    rows: list[dict[str, Any]], judgements: dict[str, list[dict[str, Any]]]
) -> None:
    assert [row["need"] for row in rows if row["passages"] != judgements[row["need"]]] == []


def test_there_are_at_least_nine_needs_of_every_subject(judgements: dict[str, list[dict[str, Any]]]) -> None:
    subjects = Counter(need.rpartition("-")[0] for need in judgements)
    assert set(subjects) == SUBJECTS
    assert {subject: count for subject, count in subjects.items() if count < 9} == {}


def test_grades_are_one_or_two_and_every_need_has_something(judgements: dict[str, list[dict[str, Any]]]) -> None:
    assert {judged["grade"] for passages in judgements.values() for judged in passages} == {1, 2}
    assert [need for need, passages in judgements.items() if not passages] == []


def test_nothing_is_judged_twice_for_a_need(judgements: dict[str, list[dict[str, Any]]]) -> None:
    twice = [
        (need, quoted)
        for need, passages in judgements.items()
        for quoted, times in Counter((judged["article"], judged["quote"]) for judged in passages).items()
        if times > 1
    ]
    assert twice == []


def test_every_judged_article_is_among_the_samples(
    judgements: dict[str, list[dict[str, Any]]], articles: dict[str, PreparedArticle]
) -> None:
    assert {judged["article"] for passages in judgements.values() for judged in passages} == set(articles)


def test_every_quote_occurs_once_in_its_article_and_within_a_passage(
    judgements: dict[str, list[dict[str, Any]]], articles: dict[str, PreparedArticle]
) -> None:
    quoted = {(judged["article"], judged["quote"]) for passages in judgements.values() for judged in passages}
    wrong = [
        (article, quote)
        for article, quote in sorted(quoted)
        if articles[article].article.text.count(quote) != 1
        or sum(quote in passage.text for passage in articles[article].passages) != 1
    ]
    assert wrong == []


def test_quotes_are_short(judgements: dict[str, list[dict[str, Any]]]) -> None:
    quotes = {judged["quote"] for passages in judgements.values() for judged in passages}
    assert [quote for quote in sorted(quotes) if not 4 <= len(quote.split()) <= 8 or "\n" in quote] == []
