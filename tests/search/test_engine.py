"""Tests of `search.engine`: answers over the articles of tests/conftest.py."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import build
from search.backends.embedded import EmbeddedBackend
from search.encoder import Encoder
from search.engine import Engine
from search.index_errors import IndexMissing, IndexProblem
from search.query import QueryError
from search.results import Hit, Mode, Results
from search.storage import current_generation, generation_path, open_generation

#: Sentences of seven words about rivers; ten of them make a passage.
SENTENCE = "The river {n} brings water to fields. "


@pytest.fixture(scope="module")
def rivers(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine over two long articles and a short one, several passages each."""
    folder = tmp_path_factory.mktemp("rivers")
    articles = [
        {"id": name, "title": name, "text": "".join(SENTENCE.format(n=name + str(n)) for n in range(count))}
        for name, count in (("long", 90), ("middle", 50), ("short", 2))
    ]
    (folder / "rivers.jsonl").write_text("\n".join(json.dumps(article) for article in articles), "utf-8")
    build([folder], folder / "index", encoder)
    return Engine.open(folder / "index", encoder)


def _articles(results: Results) -> list[str]:
    return [hit.article.id for hit in results.hits]


def _marked(hit: Hit) -> list[tuple[str, str, str]]:
    text = hit.passage.text
    return [(text[mark.start : mark.end], mark.kind, mark.query_word) for mark in hit.highlights]


def test_words_are_found_in_every_form_and_marked(engine: Engine) -> None:
    first = engine.search("преступление против людей").hits[0]
    assert first.article.id == "trafficking-ru"
    assert set(_marked(first)) == {
        ("людьми", "lemma", "людей"),
        ("преступлением", "lemma", "преступление"),
        ("преступлений", "lemma", "преступление"),
    }
    assert "keyword" in first.matched


def test_the_form_typed_is_marked_as_such(engine: Engine) -> None:
    assert ("Remittances", "exact") not in [mark[:2] for mark in _marked(engine.search("remittances").hits[0])]
    assert _marked(engine.search("REMITTANCES").hits[0]) == [("remittances", "exact", "REMITTANCES")]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("торговля людьми", "trafficking-ru"),
        ("human trafficking crime", "trafficking-ru"),
        ("адам саудасы қылмысы", "trafficking-ru"),
        ("remittances of labour migrants", "migration-en"),
        ("денежные переводы мигрантов", "migration-en"),
        ("эмгек мигранттары", "migration-en"),
        ("водохранилище и электроэнергия", "water-ky"),
        ("мигранттардың ақша аударымдары", "migration-en"),
        ("раздел воды реки Сырдарья", "water-kk"),
        ("сотрудничество двух стран", "water-kk"),
    ],
)
def test_an_article_is_found_from_any_language(engine: Engine, query: str, first: str) -> None:
    assert _articles(engine.search(query))[:1] == [first]


def test_a_word_is_marked_by_its_meaning_in_another_language(engine: Engine) -> None:
    hits = {hit.article.id: _marked(hit) for hit in engine.search("сотрудничество").hits}
    assert ("ынтымақтастық", "meaning", "сотрудничество") in hits["water-kk"]


def test_by_word_only_passages_with_the_word_are_found(engine: Engine) -> None:
    results = engine.search("water", mode="keyword")
    assert (results.total, results.hits) == (0, ())
    (hit,) = engine.search("мигранты migrant", mode="keyword").hits
    assert (hit.article.id, hit.matched) == ("migration-en", ("keyword",))
    assert {kind for _, kind, _ in _marked(hit)} == {"lemma"}


def test_by_meaning_words_do_not_count(engine: Engine) -> None:
    hit = engine.search("торговля людьми", mode="semantic").hits[0]
    assert (hit.article.id, hit.matched) == ("trafficking-ru", ("semantic",))


def test_titles_authors_and_key_words_are_searched(engine: Engine) -> None:
    for query, article in (("Токтогул", "water-ky"), ("уголовное право", "trafficking-ru"), ("Сейітов", "water-kk")):
        assert _articles(engine.search(query, mode="keyword")) == [article]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"торговле людьми"', ["trafficking-ru"]),
        ('"людьми торговля"', []),
        ("author:Orlova OR author:Орлова", ["trafficking-ru"]),
        ("year:2021", ["migration-en", "water-kk"]),
        ("author:whitcombe -remittances", []),
        ("мигр*", []),
        ("migr*", ["migration-en"]),
        ("remitances~", ["migration-en"]),
        ("article:water-kk", ["water-kk"]),
        ("language:ru преступление", ["trafficking-ru"]),
        ("title:migration AND schooling", ["migration-en"]),
        ("title:schooling", []),
    ],
)
def test_the_query_language(engine: Engine, query: str, expected: list[str]) -> None:
    assert sorted(_articles(engine.search(query))) == expected


def test_a_wildcard_marks_what_it_stands_for(engine: Engine) -> None:
    assert [mark[:2] for mark in _marked(engine.search("migr*").hits[0])] == [
        ("migrants", "lemma"),
        ("migrants", "lemma"),
    ]


def test_filters_narrow_and_facets_count(engine: Engine) -> None:
    results = engine.search("year:2015..2021", languages=["kk", "en"])
    assert sorted(_articles(results)) == ["migration-en", "water-kk"]
    assert {name: [(each.value, each.count) for each in values] for name, values in results.facets.items()} == {
        "language": [("ky", 1), ("kk", 1), ("ru", 1), ("en", 1)],
        "year": [("2021", 2)],
        "author": [("Whitcombe A.", 1), ("Сейітов Б.М.", 1)],
    }
    assert _articles(engine.search("year:2015..2021", author="asanova g.k.")) == ["trafficking-ru"]
    assert _articles(engine.search("year:2015..2021", year_to=2018)) == ["trafficking-ru"]
    assert _articles(engine.search("year:2015..2021", article="water-ky")) == ["water-ky"]
    assert engine.search("year:2015..2021", article="none").total == 0


def test_pages_add_up_to_the_whole(rivers: Engine) -> None:
    whole = rivers.search("river water", limit=1000)
    pages = [rivers.search("river water", limit=4, offset=offset) for offset in range(0, whole.total, 4)]
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)
    assert [hit.rank for hit in whole.hits] == list(range(1, whole.total + 1))
    assert len({hit.passage.id for hit in whole.hits}) == whole.total > 5
    scores = [hit.score for hit in whole.hits]
    assert scores == sorted(scores, reverse=True)
    assert rivers.search("river water", offset=whole.total).hits == ()


def test_hits_can_be_sorted_by_year(engine: Engine) -> None:
    best = engine.search("суу людьми migrants", limit=100).hits
    latest = engine.search("суу людьми migrants", sort="year", limit=100).hits
    assert [hit.article.year for hit in latest] == sorted((hit.article.year or 0 for hit in best), reverse=True)
    for year in (2021, 2019, 2015):
        of_year = [hit.passage.id for hit in best if hit.article.year == year]
        assert [hit.passage.id for hit in latest if hit.article.year == year] == of_year
    assert [hit.rank for hit in latest] == list(range(1, len(best) + 1))


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_hits_of_one_article_can_be_bounded(rivers: Engine, mode: Mode) -> None:
    articles = _articles(rivers.search("river water", mode=mode, per_article=2, limit=100))
    assert {name: articles.count(name) for name in articles} == {"long": 2, "middle": 2, "short": 1}
    first = rivers.search("river water", mode=mode, per_article=1, limit=2)
    second = rivers.search("river water", mode=mode, per_article=1, limit=2, offset=2)
    assert sorted(_articles(first) + _articles(second)) == ["long", "middle", "short"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("remittanses migrants", "remittances migrants"),
        ("торговля лядьми", "торговля людьми"),
        ("Токтагул суу", "токтогул суу"),
        ("remittances", None),
        ("xqzwv", None),
        ("2099", None),
        ("", None),
    ],
)
def test_a_mistyped_word_is_corrected(engine: Engine, query: str, expected: str | None) -> None:
    assert engine.search(query).did_you_mean == expected


@pytest.mark.parametrize(
    ("query", "searched"),
    [("торговля людми", "торговля людьми"), ("remitances", "remittances"), ("remittances", "remittances")],
)
def test_another_way_to_type_a_word_is_searched_for_at_once(engine: Engine, query: str, searched: str) -> None:
    results = engine.search(query)
    assert (results.text, results.searched, results.did_you_mean) == (query, searched, None)


def test_a_correction_is_searched_for_where_nothing_else_is_found(engine: Engine) -> None:
    results = engine.search("remittanses", mode="keyword")
    assert (results.text, results.searched, results.did_you_mean) == ("remittanses", "remittances", None)
    assert results.hits[0].article.id == "migration-en"


def test_a_word_in_quotes_is_taken_as_typed(engine: Engine) -> None:
    results = engine.search('"remitances"')
    assert (results.searched, results.hits) == ('"remitances"', ())


def test_only_the_mistyped_word_is_corrected(rivers: Engine) -> None:
    assert rivers.search("wate water").did_you_mean == "water water"
    assert rivers.search("brigs rive rivers").did_you_mean == "brings river rivers"


@pytest.mark.parametrize("query", ["", "   ", "?!", "😀", "\0"])
@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_nothing_asked_is_nothing_found(engine: Engine, query: str, mode: Mode) -> None:
    results = engine.search(query, mode=mode)
    assert (results.total, results.hits, results.did_you_mean) == (0, (), None)


def test_a_query_too_long_is_refused(engine: Engine) -> None:
    with pytest.raises(QueryError):
        engine.search("су " * 1000)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("торг", ["торговля людьми", "Противодействие торговле людьми"]),
        ("Labour", ["labour migration", "Labour migration and remittances"]),
        ("суу", ["суу ресурстары", "Токтогул суу сактагычы жана энергетика"]),
        ("ынтымак", ["ынтымақтастық", "Сырдария суы және ынтымақтастық"]),
        ("xyz", []),
        ("", []),
        ("%", []),
    ],
)
def test_what_is_typed_is_completed(engine: Engine, prefix: str, expected: list[str]) -> None:
    assert engine.suggest(prefix) == expected


def test_articles_and_their_passages(engine: Engine) -> None:
    article = engine.article("migration-en")
    assert article is not None
    assert (article.title, article.year, article.language) == ("Labour migration and remittances", 2021, "en")
    passages = engine.passages("migration-en")
    assert all(article.text[each.start : each.end] == each.text for each in passages)
    assert " ".join(each.text for each in passages).split() == article.text.split()
    assert (engine.article("none"), engine.passages("none")) == (None, [])


def test_what_the_index_holds(engine: Engine) -> None:
    stats = engine.stats()
    assert (stats.articles, stats.passages, stats.model) == (4, sum(stats.languages.values()), "embedded")
    assert stats.languages == {"ky": 1, "kk": 1, "ru": 1, "en": 1}
    assert stats.years == {2015: 1, 2019: 1, 2021: 2}
    assert stats.generation == engine.generation


def test_threads_may_ask_at_once(engine: Engine) -> None:
    queries = ['"торговле людьми"', "water", "migr*", "ынтымақтастық"] * 5
    alone = [replace(engine.search(query), took_ms=0) for query in queries]
    with ThreadPoolExecutor(4) as threads:
        assert [replace(each, took_ms=0) for each in threads.map(engine.search, queries)] == alone


def test_a_folder_without_an_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Engine.open(tmp_path)


@pytest.mark.parametrize("size", [None, 0, 100])
def test_a_damaged_file_is_named(index_dir: Path, tmp_path: Path, encoder: Encoder, size: int | None) -> None:
    path = shutil.copytree(
        generation_path(index_dir, current_generation(index_dir)), tmp_path / current_generation(index_dir)
    )
    for name in open_generation(path).files:
        file = path / name
        content = file.read_bytes()
        if size is None:
            file.unlink()
        elif size < len(content):
            file.write_bytes(content[:size])
        else:
            continue
        with pytest.raises(IndexProblem, match=f"{file.name}.*rebuild"):
            Engine(EmbeddedBackend(path), encoder).search('"water"')
        file.write_bytes(content)
