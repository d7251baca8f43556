"""An engine over a collection in Qdrant answers as one over an index on disk of the same articles does.

Documented differences: passages of equal score come in the order of their articles' ids, not of the sources, for which
the articles here are in that order; the name and the time of the generation.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from search.encoder import Encoder
from search.query import QueryError
from search.results import MODES, Mode
from tests.conftest import ARTICLES
from tests.search.backends.both import Both
from tests.search.test_syntax import ODD

#: Queries of tests/search/test_engine.py.
QUERIES = [
    "преступление против людей",
    "REMITTANCES",
    "remittances",
    "торговля людьми",
    "human trafficking crime",
    "адам саудасы қылмысы",
    "remittances of labour migrants",
    "денежные переводы мигрантов",
    "эмгек мигранттары",
    "водохранилище и электроэнергия",
    "мигранттардың ақша аударымдары",
    "раздел воды реки Сырдарья",
    "сотрудничество двух стран",
    "сотрудничество",
    "water",
    "мигранты migrant",
    "Токтогул",
    "уголовное право",
    "Сейітов",
    '"торговле людьми"',
    '"людьми торговля"',
    "author:Orlova OR author:Орлова",
    "year:2021",
    "author:whitcombe -remittances",
    "мигр*",
    "migr*",
    "remitances~",
    "article:water-kk",
    "language:ru преступление",
    "title:migration AND schooling",
    "title:schooling",
    "year:2015..2021",
    "суу людьми migrants",
    "remittanses migrants",
    "торговля лядьми",
    "Токтагул суу",
    "xqzwv",
    "2099",
    "2014",
    "торговля людми",
    "remitances",
    "remittanses",
    '"remitances"',
    "njhujdkz k.lmvb",
    "torgovlya lyudmi",
    "",
    "   ",
    "?!",
    "😀",
    "\0",
]

#: Queries of tests/search/test_syntax.py and test_conditions.py, over the passages they are about.
CONDITIONS = [
    '"water to the fields"',
    '"water fields"',
    '"bring fields"~4',
    '"fields bring"~9',
    '"торговлю людей"',
    '"water to" cold',
    "water AND cold",
    "fields OR закон",
    "fields NOT cold",
    "fields -cold",
    "-торговля",
    '-"water to the fields"',
    "(water OR закон) AND NOT cold",
    "title:rivers",
    'title:"rivers of asia"',
    'title:"asia rivers"',
    "title:торговли",
    "author:орлова",
    'author:"Орлова Н.В."',
    "keywords:воды",
    "text:rivers title:rivers",
    "year:2005..2010",
    "year:..2005",
    "year:2010..",
    "year:2015",
    "year:2010 title:lakes",
    "language:ru",
    "language:en water",
    "article:lakes",
    'article:"мой файл"',
    "riv*",
    "ТОРГ*",
    "*ние",
    "*веди*",
    "title:lak*",
    "fields -riv*",
    "wafer~",
    "title:rivets~",
    "water cold",
    "xqzwv OR water",
    "xqzwv AND water",
    "-xqzwv",
    "NOT water",
    "Where does the water go?",
    'title:"rivers of',
    "water AND cold)",
]

FILTERS: list[dict[str, Any]] = [
    {"languages": ["kk", "en"]},
    {"languages": ["other"]},
    {"languages": ["xx"]},
    {"author": "asanova g.k."},
    {"author": "никто"},
    {"year_from": 2019},
    {"year_to": 2018},
    {"year_from": 2015, "year_to": 2019},
    {"year_from": 2019, "year_to": 2015},
    {"article": "water-ky"},
    {"article": "none"},
    {"languages": ["ru"], "author": "орлова н.в.", "year_from": 2015, "article": "trafficking-ru"},
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("query", QUERIES)
def test_queries(articles: Both, query: str, mode: Mode) -> None:
    expected, found = articles.search(query, mode=mode)
    assert found == expected


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("query", [*CONDITIONS, *ODD])
def test_the_query_language(passages: Both, query: str, mode: Mode) -> None:
    expected, found = passages.search(query, mode=mode)
    assert found == expected


def test_what_is_compared_is_something(articles: Both, passages: Both) -> None:
    assert sum(articles.search(query)[0].total > 0 for query in QUERIES) == 38
    assert sum(passages.search(query)[0].total > 0 for query in CONDITIONS) == 40
    (hit,) = articles.search("migr*")[1].hits
    assert (hit.article.id, len(hit.highlights), hit.matched) == ("migration-en", 2, ("keyword",))


@pytest.mark.parametrize("options", FILTERS)
@pytest.mark.parametrize("query", ["year:2015..2021", "суу людьми migrants", '"электр энергиясын"', "торговля"])
def test_filters(articles: Both, query: str, options: dict[str, Any]) -> None:
    expected, found = articles.search(query, **options)
    assert found == expected


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("per_article", "more"), [(0, 0), (1, 0), (1, 3), (2, 1), (3, 9), (100, 1)])
def test_hits_of_one_article_can_be_bounded(rivers: Both, mode: Mode, per_article: int, more: int) -> None:
    for limit, offset in ((1, 0), (2, 1), (100, 0)):
        options: dict[str, Any] = {"per_article": per_article, "more": more, "limit": limit, "offset": offset}
        expected, found = rivers.search("river water", mode=mode, **options)
        assert found == expected


@pytest.mark.parametrize("mode", MODES)
def test_hits_can_be_sorted_by_year(articles: Both, passages: Both, mode: Mode) -> None:
    of_passages = ["water закон", "year:..2010", "-xqzwv", "language:ru", 'article:"мой файл"']
    for both, query in ((articles, "суу людьми migrants"), *((passages, query) for query in of_passages)):
        for offset in range(4):
            expected, found = both.search(query, mode=mode, sort="year", limit=1, offset=offset)
            assert found == expected
    # The passage without a year is found, and comes last.
    years = [hit.article.year for hit in passages.in_cluster.search("-xqzwv", mode=mode, sort="year").hits]
    assert years == [2015, 2010, 2005, None]


@pytest.mark.parametrize("mode", MODES)
def test_pages_to_the_end(rivers: Both, mode: Mode) -> None:
    total = rivers.on_disk.search("river water", mode=mode).total
    assert total == 9
    for offset in range(0, total + 2, 2):
        expected, found = rivers.search("river water", mode=mode, limit=2, offset=offset)
        assert found == expected


def test_names_in_four_languages(encoder: Encoder, tmp_path: Path) -> None:
    table = tmp_path / "glossary.tsv"
    table.write_text("en\tru\tkk\tky\nABC\tпреступление\t\t\n", "utf-8")
    both = Both.of(ARTICLES, encoder, tmp_path, table)
    expected, found = both.search("ABC")
    assert found == expected
    assert found.hits[0].article.id == "trafficking-ru"
    assert {mark.query_word for mark in found.hits[0].highlights} == {"ABC"}


def test_a_query_too_long_is_refused(articles: Both) -> None:
    with pytest.raises(QueryError):
        articles.in_cluster.search("су " * 1000)


def test_passages_like_another(rivers: Both, articles: Both, passages: Both) -> None:
    for both, article in ((rivers, "short"), (rivers, "long"), (articles, "water-ky"), (passages, "crime")):
        for passage in both.on_disk.passages(article):
            expected = both.on_disk.similar(passage)
            assert both.in_cluster.similar(passage) == expected
    (passage,) = rivers.on_disk.passages("short")
    assert [each.article.id for each in rivers.in_cluster.similar(passage)] == ["long", "middle"]
    assert len(rivers.in_cluster.similar(passage, limit=1)) == 1


def test_articles_and_their_passages(articles: Both, rivers: Both) -> None:
    for both in (articles, rivers):
        assert sorted(both.in_cluster.articles(), key=_id) == sorted(both.on_disk.articles(), key=_id)
        for article in both.on_disk.articles():
            assert both.in_cluster.article(article.id) == article
            assert both.in_cluster.passages(article.id) == both.on_disk.passages(article.id)
            assert both.in_cluster.references(article.id) == both.on_disk.references(article.id)
    for none in ("none", "", "water-kk#0", "Water-kk"):
        assert articles.in_cluster.article(none) is None
        assert articles.in_cluster.passages(none) == []
        assert articles.in_cluster.references(none) == set()


@pytest.mark.parametrize("prefix", ["торг", "Labour", "суу", "ынтымак", "э", "m", "xyz", "", "%"])
def test_what_is_typed_is_completed(articles: Both, prefix: str) -> None:
    assert articles.in_cluster.suggest(prefix) == articles.on_disk.suggest(prefix)


def test_what_the_index_holds(articles: Both, passages: Both, rivers: Both) -> None:
    for both in (articles, passages, rivers):
        expected, found = both.on_disk.stats(), both.in_cluster.stats()
        assert found == replace(expected, generation="izde-1@1", created=found.created)
        assert list(found.languages) == list(expected.languages)
        assert list(found.years) == list(expected.years)
    assert articles.in_cluster.generation == "izde-1@1"


def test_threads_may_ask_at_once(articles: Both) -> None:
    queries = ['"торговле людьми"', "water", "migr*", "ынтымақтастық", ""] * 8
    alone = [articles.search(query)[1] for query in queries]
    with ThreadPoolExecutor(8) as threads:
        together = threads.map(articles.in_cluster.search, queries)
        assert [replace(each, took_ms=0) for each in together] == alone


def _id(article: Any) -> str:
    return str(article.id)
