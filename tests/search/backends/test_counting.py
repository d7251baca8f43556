"""Tests of `search.backends.qdrant.counting`: counts of all passages found, exact or estimated."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from search.backends.qdrant import counting
from search.backends.qdrant.schema import LOTS
from search.encoder import Encoder
from search.results import Results
from tests.search.backends.both import Both

#: Passages of most tests here: each an article of its own.
MANY = 120


def written(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:03}",
        "title": f"Report {number}",
        "year": 2000 + number % 3,
        "authors": [f"Author {number % 60:02}", "Everyone"],
        "text": f"Rivers bring water. Number {number} of the reports.",
    }


@pytest.fixture(scope="module")
def reports(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Both:
    return Both.of([written(number) for number in range(MANY)], encoder, tmp_path_factory.mktemp("reports"))


def facets(results: Results) -> dict[str, dict[str, int]]:
    return {name: {each.value: each.count for each in values} for name, values in results.facets.items()}


def lots(both: Both) -> dict[str, int]:
    """The lot of the passage of each article."""
    records, _ = both.cluster.client.scroll("izde-1", limit=1000)
    payloads = [record.payload or {} for record in records]
    return {payload["article"]: payload["lot"] for payload in payloads}


def test_all_are_counted(reports: Both) -> None:
    expected, found = reports.search("water")
    assert found == expected
    assert found.total == MANY
    assert facets(found)["language"] == {"en": MANY}
    assert list(facets(found)["year"].items()) == [("2002", 40), ("2001", 40), ("2000", 40)]


def test_of_many_authors_the_first_are_listed(reports: Both) -> None:
    expected, found = reports.search("water")
    # Fifty values: those of equal count in the order of the alphabet.
    authors = list(facets(found)["author"].items())
    assert authors == list(facets(expected)["author"].items())
    assert authors == [("Everyone", MANY), *((f"Author {number:02}", 2) for number in range(49))]


@pytest.mark.parametrize("counted", [1, 30, 60, 119])
def test_of_very_many_passages_facets_are_estimated_from_some(
    reports: Both, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    monkeypatch.setattr(counting, "COUNTED", counted)
    found = reports.in_cluster.search("water")
    some = LOTS * counted // MANY
    years = Counter(2000 + int(article) % 3 for article, lot in lots(reports).items() if lot < some)
    assert found.total == MANY
    factor = MANY / max(years.total(), 1)
    assert facets(found)["year"] == {str(year): round(count * factor) for year, count in years.items()}
    assert [int(each.value) for each in found.facets["year"]] == sorted(years, reverse=True)
    assert facets(found)["language"] == ({"en": MANY} if years else {})


def test_as_many_as_are_counted_are_counted_exactly(reports: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = reports.in_cluster.search("water").facets
    monkeypatch.setattr(counting, "COUNTED", MANY)
    assert reports.in_cluster.search("water").facets == exact


def test_hits_are_bounded_also_where_counts_are_estimates(rivers: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "COUNTED", 1)
    monkeypatch.setattr(counting, "LOTS", 1)
    found = rivers.in_cluster.search("river water", per_article=2, more=1)
    # What is at hand of an article is there, whatever the estimate says.
    assert [hit.article.id for hit in found.hits].count("long") == 2
    assert sorted(hit.article.id for hit in found.hits) == ["long", "long", "middle", "middle", "short"]
    assert (found.total, found.passages) == (5, 9)


def test_each_facet_ignores_its_own_filter(reports: Both) -> None:
    expected, found = reports.search("water", year_from=2002, author="author 05")
    assert found == expected
    assert facets(found) == {
        "language": {"en": 2},
        "year": {"2002": 2},
        "author": {f"Author {number:02}": 2 for number in range(2, 60, 3)} | {"Everyone": 40},
    }
    expected, found = reports.search("water", languages=["ru"])
    assert found == expected
    assert (found.total, facets(found)["language"]) == (0, {"en": MANY})


def test_an_author_who_is_named_twice_counts_once(encoder: Encoder, tmp_path: Path) -> None:
    article = {"id": "a", "title": "A", "authors": ["Орлова Н.", "Орлова Н.", "B."], "text": "Water is cold."}
    both = Both.of([article], encoder, tmp_path)
    for query in ("water", "cold water", "year:..", "вода холодная"):
        expected, found = both.search(query)
        assert found == expected
    assert facets(found)["author"] == {"B.": 1, "Орлова Н.": 1}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"languages": ["kk"]},
        {"languages": ["en", "ru"]},
        {"year_from": 2016},
        {"author": "асанова г.к."},
        {"languages": ["ky"], "year_to": 2020},
        {"article": "trafficking-ru"},
    ],
)
@pytest.mark.parametrize("query", ["өзен суы", "human trafficking", "денежные переводы", "electricity"])
def test_what_is_found_by_meaning_alone_is_counted_too(articles: Both, query: str, options: dict[str, Any]) -> None:
    expected, found = articles.search(query, **options)
    assert found == expected
