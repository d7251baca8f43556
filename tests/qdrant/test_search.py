"""Engines over indexes in real servers: they answer as over an index on disk, from any node, and while one is gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build
from search.backends.address import QdrantAddress
from search.backends.qdrant import store as store_module
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.store import QdrantStore
from search.encoder import Encoder
from search.engine import Engine
from search.index_errors import IndexProblem, IndexUnavailable
from search.live import LiveEngine
from search.ranking import CANDIDATES
from search.results import MODES, Mode, Results
from search.settings import Settings
from tests.conftest import ARTICLES
from tests.qdrant.building import Index
from tests.qdrant.nodes import Cluster, Node
from tests.search.backends.local_cluster import write
from tests.search.backends.test_qdrant_engine import CONDITIONS, FILTERS, QUERIES
from tests.search.conftest import PASSAGES
from tests.search.test_syntax import ODD

ROOT = Path(__file__).resolve().parents[2]

#: Asked where a cluster loses its nodes.
ASKED = ["human trafficking crime", "раздел воды реки Сырдарья", '"торговле людьми"', "migr*", "year:2015..2021"]


class Searched:
    """An index in a cluster, and one on disk of the same articles."""

    def __init__(self, source: Path, folder: Path, encoder: Encoder, *nodes: Node, **options: Any) -> None:
        self.index = Index(*nodes)
        self.index.build(source, **options)
        build([source], folder / "index", encoder)
        self.on_disk = Engine.open(folder / "index", encoder)
        self._folder = folder
        self._encoder = encoder

    @contextmanager
    def engine(self, *hosts: str) -> Iterator[Engine]:
        """An engine that asks all nodes, or these."""
        address = QdrantAddress(hosts or self.index.address.nodes, self.index.address.collection)
        with closing(Connection.open(address, Settings())) as connection:
            store = QdrantStore(connection, address.collection, self._folder / "cache")
            yield store.newest(lambda backend: Engine(backend, self._encoder))


def answers(engine: Engine, queries: list[str], **options: Any) -> list[Results]:
    return [replace(engine.search(query, **options), took_ms=0) for query in queries]


def rows(passages: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    names = ("id", "language", "year", "title", "authors", "keywords", "text")
    found = [dict(zip(names, row, strict=True)) for row in passages]
    return [{**row, "authors": [row["authors"]], "keywords": [row["keywords"]]} for row in found]


@pytest.fixture(scope="module")
def articles(qdrant_node: Node, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Searched:
    """The articles of tests/conftest.py in one server."""
    folder = tmp_path_factory.mktemp("articles")
    return Searched(write(folder / "articles.jsonl", ARTICLES), folder, encoder, qdrant_node)


@pytest.fixture(scope="module")
def passages(qdrant_node: Node, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Searched:
    """The four passages of tests/search/conftest.py in one server."""
    folder = tmp_path_factory.mktemp("passages")
    return Searched(write(folder / "passages.jsonl", rows(PASSAGES)), folder, encoder, qdrant_node)


@pytest.fixture(scope="module")
def spread(qdrant_cluster: Cluster, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Searched:
    """The articles in three shards, each on two of three servers."""
    folder = tmp_path_factory.mktemp("spread")
    source = write(folder / "articles.jsonl", ARTICLES)
    return Searched(source, folder, encoder, *qdrant_cluster.nodes, shards=3, replicas=2)


@pytest.mark.parametrize("mode", MODES)
def test_one_server_answers_as_an_index_on_disk(articles: Searched, mode: Mode) -> None:
    with articles.engine() as engine:
        assert answers(engine, QUERIES, mode=mode) == answers(articles.on_disk, QUERIES, mode=mode)
        for options in FILTERS:
            queries = ["year:2015..2021", "суу людьми migrants", "human trafficking"]
            expected = answers(articles.on_disk, queries, mode=mode, **options)
            assert answers(engine, queries, mode=mode, **options) == expected


@pytest.mark.parametrize("options", [{}, {"mode": "keyword"}, {"sort": "year"}, {"per_article": 1, "more": 2}])
def test_one_server_understands_the_query_language(passages: Searched, options: dict[str, Any]) -> None:
    queries = [*CONDITIONS, *ODD]
    with passages.engine() as engine:
        assert answers(engine, queries, **options) == answers(passages.on_disk, queries, **options)


def test_judged_queries_over_the_sample_articles(qdrant_node: Node, encoder: Encoder, tmp_path: Path) -> None:
    judged = ROOT / "benchmarks" / "judged" / "samples.jsonl"
    files = [file for file in ROOT.glob("index_data/articles/*") if file.suffix in (".txt", ".md", ".html", ".csv")]
    if not (judged.is_file() and files):
        pytest.skip(f"{judged} and the sample articles are not both here")
    source = tmp_path / "articles"
    source.mkdir()
    for file in files:
        shutil.copy(file, source)
    lines = [json.loads(line) for line in judged.read_text("utf-8").splitlines()]
    each = [[line["query"]] if "query" in line else list(line["queries"].values()) for line in lines]
    queries = [query for queries in each for query in queries][::12]
    assert len(queries) >= 10
    searched = Searched(source, tmp_path, encoder, qdrant_node)
    compared = 0
    with searched.engine() as engine:
        for options in ({}, {"mode": "keyword"}, {"per_article": 2, "more": 2, "limit": 30}, {"sort": "year"}):
            expected = answers(searched.on_disk, queries, **options)
            for one, other in zip(expected, answers(engine, queries, **options), strict=True):
                # Of more than the candidates, Qdrant chooses by nearly the same scores.
                if one.passages <= CANDIDATES:
                    assert other == one
                    compared += 1
                else:
                    assert (other.total, other.facets) == (one.total, one.facets)
                    assert other.hits[0].passage == one.hits[0].passage
        passage = expected[0].hits[0].passage
        assert engine.similar(passage) == searched.on_disk.similar(passage)
    assert compared > 2 * len(queries)


def test_each_node_gives_the_same_answers(spread: Searched) -> None:
    expected = answers(spread.on_disk, QUERIES)
    for host in spread.index.address.nodes:
        with spread.engine(host) as engine:
            assert answers(engine, QUERIES) == expected
            assert sorted(article.id for article in engine.articles()) == sorted(each["id"] for each in ARTICLES)
            stats = spread.on_disk.stats()
            assert engine.stats() == replace(stats, generation=engine.generation, created=engine.stats().created)


def test_nodes_go_one_after_another(qdrant_binary: Path, encoder: Encoder, tmp_path: Path) -> None:
    source = write(tmp_path / "articles.jsonl", ARTICLES)
    with ExitStack() as stack:
        cluster = stack.enter_context(Cluster(qdrant_binary, tmp_path / "nodes"))
        searched = Searched(source, tmp_path, encoder, *cluster.nodes, shards=3, replicas=3)
        expected = answers(searched.on_disk, ASKED)
        engine = stack.enter_context(searched.engine())
        assert answers(engine, ASKED) == expected
        for node in cluster.nodes[:2]:
            node.kill()
            assert answers(engine, ASKED) == expected
        # One that was not open before opens now, too.
        with searched.engine() as another:
            assert answers(another, ASKED) == expected
        cluster.nodes[2].kill()
        for ask in (engine.search, engine.article, engine.passages, engine.suggest):
            with pytest.raises(IndexUnavailable, match="does not answer"):
                ask("water-ky")
        with pytest.raises(IndexUnavailable), searched.engine():
            pass
        cluster.nodes[1].start()
        cluster.nodes[2].start()
        assert answers(engine, ASKED) == expected


def test_a_node_that_hangs_is_given_up_for_another(qdrant_binary: Path, encoder: Encoder, tmp_path: Path) -> None:
    source = write(tmp_path / "articles.jsonl", ARTICLES)
    with Cluster(qdrant_binary, tmp_path / "nodes") as cluster:
        searched = Searched(source, tmp_path, encoder, *cluster.nodes, shards=1, replicas=3)
        expected = answers(searched.on_disk, ASKED[:1])
        with searched.engine() as engine:
            cluster.nodes[0].pause()
            try:
                assert answers(engine, ASKED[:1]) == expected
            finally:
                cluster.nodes[0].resume()


def test_a_server_that_wants_a_key(qdrant_binary: Path, encoder: Encoder, tmp_path: Path) -> None:
    key = "sesame-7f3a"
    source = write(tmp_path / "articles.jsonl", ARTICLES)
    with Node(qdrant_binary, tmp_path / "node", environment={"QDRANT__SERVICE__API_KEY": key}) as node:
        index = Index(node, key=key)
        index.build(source)
        for given in (None, f"{key}-not"):
            with closing(Connection.open(index.address, Settings(qdrant_key=given))) as connection:
                store = QdrantStore(connection, index.address.collection, tmp_path / "cache")
                with pytest.raises(IndexProblem) as raised:
                    store.current()
                assert str(raised.value) == (f"{index.address} refuses the key; set IZDE_QDRANT_KEY to one it takes")
        with index.connection() as connection:
            store = QdrantStore(connection, index.address.collection, tmp_path / "cache")
            engine = store.newest(lambda backend: Engine(backend, encoder))
            assert engine.search("migr*").total == 1


def test_an_engine_follows_a_build(
    qdrant_node: Node, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "FRESH_S", -1.0)
    monkeypatch.setenv("IZDE_CACHE", str(tmp_path / "cache"))
    index = Index(qdrant_node)
    source = write(tmp_path / "a.jsonl", [{"id": "a", "title": "A", "text": "Rivers bring water."}])
    index.build(source)
    following = LiveEngine(str(index.address), encoder)
    first = following.engine()
    write(source, [{"id": "a", "title": "A", "text": "Migrants send money."}])
    index.build(source)
    second = following.engine()
    assert [hit.passage.text for hit in second.search("money", mode="keyword").hits] == ["Migrants send money."]
    index.build(source, full=True)
    third = following.engine()
    assert len({each.generation for each in (first, second, third)}) == 3
    for engine in (second, third):
        assert [hit.passage.text for hit in engine.search("money").hits] == ["Migrants send money."]
    index.build(source, prune_after=0.0)
    # Of what was removed nothing can be found any more.
    with pytest.raises(IndexProblem, match=r"cannot be searched .*; run: izde verify"):
        second.search("money")
    assert following.engine().search("money").total == 1
