"""Tests of `search.backends.qdrant.store`, and of engines over a collection that changes or cannot be reached."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from search import backends, live
from search.backends.address import QdrantAddress
from search.backends.qdrant import store as store_module
from search.backends.qdrant.schema import articles_of, point_id
from search.backends.qdrant.store import QdrantStore
from search.encoder import Encoder
from search.engine import Engine
from search.index_errors import IndexIncompatible, IndexMissing, IndexProblem, IndexUnavailable
from search.live import LiveEngine
from search.results import MODES, Mode
from tests.search.backends.both import Both
from tests.search.backends.local_cluster import LocalCluster, write

WATER = {"id": "water", "title": "Water", "year": 2001, "text": "Rivers bring water to the fields."}
MONEY = {"id": "money", "title": "Money", "year": 2002, "text": "Migrants send money home."}


@pytest.fixture
def cluster(tmp_path: Path, encoder: Encoder) -> LocalCluster:
    """A cluster without an index."""
    return LocalCluster(tmp_path / "cache", encoder)


@pytest.fixture
def index(cluster: LocalCluster, tmp_path: Path) -> Callable[..., None]:
    """Writes articles into it."""

    def write_all(*articles: dict[str, Any], **options: Any) -> None:
        cluster.index(write(tmp_path / "a.jsonl", articles), **options)

    return write_all


@pytest.fixture
def following(cluster: LocalCluster, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> LiveEngine:
    """The engine of the generation in use, for which the cluster is asked each time."""
    monkeypatch.setattr(store_module, "FRESH_S", -1.0)
    monkeypatch.setattr(live, "store", lambda index: cluster.store)
    return LiveEngine("qdrant://cluster/izde", encoder)


def texts(engine: Engine, query: str) -> list[str]:
    return [hit.passage.text for hit in engine.search(query, mode="keyword").hits]


def test_where_there_is_no_index(cluster: LocalCluster) -> None:
    with pytest.raises(IndexMissing) as raised:
        cluster.store.current()
    assert str(raised.value) == ("there is no index izde in the cluster; make one with: izde index SOURCE --index ...")
    with pytest.raises(IndexMissing):
        cluster.engine()


def test_the_generation_in_use_is_asked_for_once_a_second(
    cluster: LocalCluster, index: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    index(WATER)
    store = cluster.store
    assert store.current() == "izde-1@1"
    asked = len(cluster.node.asked)
    index(WATER, MONEY, run="2")
    assert (store.current(), len(cluster.node.asked)) == ("izde-1@1", asked)
    monkeypatch.setattr(store_module, "FRESH_S", 0.0)
    assert store.current() == "izde-1@2"


def test_a_cluster_that_is_down(
    cluster: LocalCluster, index: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "FRESH_S", -1.0)
    index(WATER)
    cluster.node.fail()
    store = cluster.store
    with pytest.raises(IndexUnavailable, match=r"^the cluster does not answer \(Connection refused\)$"):
        store.current()
    cluster.node.recover()
    assert store.current() == "izde-1@1"
    cluster.node.fail()
    # What was known last is told until it answers again.
    assert store.current() == "izde-1@1"
    with pytest.raises(IndexUnavailable):
        store.open("izde-1@1")


@pytest.mark.parametrize(
    ("changed", "what"), [("analysis", "analysis of words"), ("model_fingerprint", "model (embedded)")]
)
def test_an_index_that_was_built_by_other_means(
    cluster: LocalCluster, index: Callable[..., None], changed: str, what: str
) -> None:
    index(WATER)
    files = cluster.files()
    files.put_manifest(replace(files.manifest(), **{changed: "another"}))
    with pytest.raises(IndexIncompatible) as raised:
        cluster.engine()
    assert str(raised.value) == (
        f"the index was built with another {what} than this izde has; rebuild it with: izde index SOURCE --full"
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_collection_of_one_passage(encoder: Encoder, tmp_path: Path, mode: Mode) -> None:
    both = Both.of([WATER], encoder, tmp_path)
    for query in ("water", "вода", "xqzwv", '"rivers bring"', "-water", "year:2001", "money", "су өзен"):
        for options in ({}, {"languages": ["ky"]}, {"sort": "year"}, {"per_article": 1}, {"offset": 1}):
            expected, found = both.search(query, mode=mode, **options)
            assert found == expected
    assert both.in_cluster.similar(both.in_cluster.passages("water")[0]) == []


@pytest.mark.parametrize("mode", MODES)
def test_a_collection_from_which_all_is_gone(cluster: LocalCluster, index: Callable[..., None], mode: Mode) -> None:
    index(WATER)
    index(run="2")
    engine = cluster.engine()
    for query in ("water", "вода", "year:2001", "-water", '"rivers bring"', "wat*", ""):
        for options in ({}, {"sort": "year"}, {"per_article": 1, "more": 1}, {"languages": ["en"]}):
            results = engine.search(query, mode=mode, **options)  # type: ignore[arg-type]
            assert (results.total, results.passages, results.hits) == (0, 0, ())
            assert results.facets == {"language": (), "year": (), "author": ()}
    stats = engine.stats()
    assert (stats.articles, stats.passages, stats.words, stats.languages, stats.years) == (0, 0, 0, {}, {})
    assert (list(engine.articles()), engine.suggest("wat"), engine.article("water")) == ([], [], None)


def _delete(cluster: LocalCluster) -> None:
    cluster.client.delete("izde-1", [point_id("passage", "water", 0)])


def _delete_article(cluster: LocalCluster) -> None:
    cluster.client.delete(articles_of("izde-1"), [point_id("article", "water")])


def _change(cluster: LocalCluster) -> None:
    cluster.client.set_payload("izde-1", {"text": "Water."}, points=[point_id("passage", "water", 0)])


@pytest.mark.parametrize("change", [_delete, _delete_article, _change])
def test_what_changes_between_search_and_show_is_told(
    cluster: LocalCluster, index: Callable[..., None], change: Callable[[LocalCluster], None]
) -> None:
    index(WATER, MONEY)
    engine = cluster.engine()

    def before(name: str) -> None:
        if name == "retrieve":
            cluster.node.recover()
            change(cluster)

    cluster.node.before = before
    with pytest.raises(IndexProblem) as raised:
        engine.search("water")
    assert str(raised.value) == "izde-1 is being changed; ask again"
    if change is not _change:
        cluster.client.delete("izde-1", [point_id("passage", "water", 0)])
        assert texts(engine, "water") == []
    assert texts(engine, "money") == ["Migrants send money home."]


def test_a_passage_that_is_gone_has_nothing_like_it(cluster: LocalCluster, index: Callable[..., None]) -> None:
    index(WATER)
    engine = cluster.engine()
    (passage,) = engine.passages("water")
    _delete(cluster)
    with pytest.raises(IndexProblem, match="izde-1 is being changed; ask again"):
        engine.similar(passage)


def test_a_new_run_and_a_new_generation_are_taken_up(
    following: LiveEngine, cluster: LocalCluster, index: Callable[..., None]
) -> None:
    with pytest.raises(IndexMissing):
        following.engine()
    index(WATER)
    first = following.engine()
    assert following.engine() is first
    index(WATER, MONEY, run="2")
    second = following.engine()
    index(MONEY, generation="izde-2", run="3")
    third = following.engine()
    assert following.engine() is third
    assert [each.generation for each in (first, second, third)] == ["izde-1@1", "izde-1@2", "izde-2@3"]
    assert texts(second, "water") == ["Rivers bring water to the fields."]
    assert texts(third, "water") == []
    assert texts(third, "money") == ["Migrants send money home."]
    # The cluster holds on to the generation before for those who are still at it.
    assert texts(first, "water") == ["Rivers bring water to the fields."]


def test_a_cluster_that_is_down_for_a_while(
    following: LiveEngine, cluster: LocalCluster, index: Callable[..., None]
) -> None:
    index(WATER)
    cluster.node.fail()
    for _ in range(2):
        with pytest.raises(IndexUnavailable):
            following.engine()
    cluster.node.recover()
    engine = following.engine()
    assert texts(engine, "water") == ["Rivers bring water to the fields."]
    cluster.node.fail()
    for _ in range(2):
        assert following.engine() is engine
        for ask in (engine.search, engine.article, engine.passages, engine.suggest):
            with pytest.raises(IndexUnavailable):
                ask("water")
    cluster.node.recover()
    assert following.engine() is engine
    assert texts(engine, "water") == ["Rivers bring water to the fields."]


def test_the_engine_before_answers_on_where_the_new_words_cannot_be_read(
    following: LiveEngine,
    cluster: LocalCluster,
    index: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index(WATER)
    before = following.engine()
    index(MONEY, generation="izde-2", run="2")
    chunk = point_id("segment-2/keys.strings/0")
    data = cluster.files("izde-2").named(["segment-2/keys.strings/0"])["segment-2/keys.strings/0"]["data"]
    cluster.client.set_payload("izde-2-files", {"data": "AAAA"}, points=[chunk])
    assert [following.engine() for _ in range(3)] == [before] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "segment-2/keys.strings of izde-2 is not what was written; rebuild with: izde index --full"
        " (the generation izde-1@1 answers on)"
    ]
    cluster.client.set_payload("izde-2-files", {"data": data}, points=[chunk])
    monkeypatch.setattr(live, "RETRY_S", 0)
    assert following.engine().generation == "izde-2@2"


def test_indexes_of_different_clusters_have_copies_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IZDE_CACHE", str(tmp_path))
    hosts = tuple(f"qdrant-{number}.qdrant-headless.izde.svc.cluster.local:6333" for number in range(8))
    addresses = [QdrantAddress(hosts, "izde"), QdrantAddress(hosts[:1], "izde"), QdrantAddress(("[::1]:6333",), "izde")]
    caches = [QdrantStore.at(address)._cache for address in addresses]
    assert len(set(caches)) == 3
    for cache in caches:
        cache.mkdir()
        assert cache.parent == tmp_path


def test_copies_of_generations_that_were_replaced_are_removed_after_an_hour(
    cluster: LocalCluster, index: Callable[..., None]
) -> None:
    names = {
        "izde-20250101T000000-000000": 3700,
        "izde-20250102T000000-000000": 3500,
        "other-20250101T000000-000000": 3700,
        "izde-other-20250101T000000-000000": 3700,
    }
    for name, age in names.items():
        (cluster.cache / name / "segment-1").mkdir(parents=True)
        os.utime(cluster.cache / name, times=(0, time.time() - age))
    index(WATER, generation="izde-20260101T000000-000000")
    cluster.engine()
    assert sorted(each.name for each in cluster.cache.iterdir()) == [
        "izde-20250102T000000-000000",
        "izde-20260101T000000-000000",
        "izde-other-20250101T000000-000000",
        "other-20250101T000000-000000",
    ]


def test_the_client_of_qdrant_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "search.backends.qdrant.store", None)
    with pytest.raises(IndexProblem) as raised:
        backends.store("qdrant://db/izde")
    assert str(raised.value) == "the client of Qdrant is missing; install it with: pip install 'izde[qdrant]'"
