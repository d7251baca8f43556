"""Nodes that are killed and networks that are cut while readers ask: every answer is right, or says to ask again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from qdrant_client import QdrantClient

from search.backends.qdrant.connection import keeps_up
from search.backends.qdrant.files import Files
from search.engine import Engine
from search.index_errors import IndexIncompatible
from tests.qdrant.building import TEXTS, Index, write
from tests.qdrant.faults import QUERIES, Readers, Server, expected, longest, noted, serving, write_articles, wrong
from tests.qdrant.nodes import Cluster, Node, wait_until
from tests.qdrant.partition import Partition
from webapp import create_app

#: Seconds after a fault by which every answer is to be right again.
RECOVERS_S = 15.0

#: Seconds within which the client has moved to another node, and seconds a query may take (IZDE_QUERY_TIME).
MOVES_S = 2.0
LONGEST_S = 10.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server over an index, and what it answers while nothing is at fault."""

    index: Index
    server: Server
    right: dict[str, Any]


@pytest.fixture(scope="module")
def cluster(qdrant_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three servers that may be killed."""
    with Cluster(qdrant_binary, tmp_path_factory.mktemp("killed")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def served(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An index of 3 shards, each on 2 nodes, and a server over it."""
    folder = tmp_path_factory.mktemp("served")
    index = Index(*cluster.nodes)
    index.build(write_articles(folder / "articles", files=20), shards=3, replicas=2)
    with serving(index.address, folder / "cache") as server:
        yield Served(index, server, expected(server))


def answers_all(served: Served) -> bool:
    """Whether every question is answered right."""
    answers = [served.server.ask(query) for query in QUERIES]
    assert wrong(answers, served.right) == []
    return {each.status for each in answers} == {200}


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_node_is_killed(cluster: Cluster, served: Served, number: int) -> None:
    assert wait_until(lambda: answers_all(served), RECOVERS_S)
    with Readers(served.server) as readers:
        time.sleep(1)
        killed_at = time.monotonic()
        cluster.nodes[number].kill()
        time.sleep(4)
        cluster.nodes[number].start()
        time.sleep(2)
    noted("node killed", number=number, **measured(readers, killed_at))
    assert wrong(readers.answers, served.right) == []
    assert [each for each in readers.answers if each.is_refusal and each.began > killed_at + MOVES_S] == []
    assert longest(readers.answers) < LONGEST_S


def measured(readers: Readers, since: float) -> dict[str, Any]:
    """How many answers there were before and since, how many refusals, and the seconds of the longest."""
    before = [each for each in readers.answers if each.began + each.seconds < since]
    return {
        "answers": len(readers.answers),
        "refused": len([each for each in readers.answers if each.is_refusal]),
        "longest": round(longest(readers.answers), 2),
        "longest_before": round(longest(before), 2),
    }


#: What readers of each language are told, and where it is said.
UNREACHABLE = {
    "ky": "Азыр жыйнакка жетүү мүмкүн эмес. Бир аздан кийин кайра аракет кылып көрүңүз.",
    "kk": "Қазір жинаққа қол жеткізу мүмкін емес. Сәлден соң қайталап көріңіз.",
    "ru": "Коллекция сейчас недоступна. Пожалуйста, повторите попытку немного позже.",
    "en": "The collection cannot be reached at the moment. Please try again in a while.",
}


@pytest.mark.slow
def test_all_nodes_are_killed(cluster: Cluster, served: Served) -> None:
    assert wait_until(lambda: answers_all(served), RECOVERS_S)
    for node in cluster.nodes:
        node.kill()
    refused = [served.server.ask(query) for query in QUERIES]
    assert [each.is_refusal for each in refused] == [True] * len(QUERIES)
    assert {each.body["detail"] for each in refused} == {UNREACHABLE["en"]}
    for language, told in UNREACHABLE.items():
        status, headers, page = served.server.get("/search?q=river", language)
        assert (status, headers["retry-after"], headers["content-language"]) == (503, "30", language)
        assert f"<p>{told}</p>" in page
    began = time.monotonic()
    for node in cluster.nodes:
        node.start()
    ready = time.monotonic() - began
    assert wait_until(lambda: answers_all(served), RECOVERS_S)
    noted(
        "all killed",
        refused=round(longest(refused), 2),
        ready=round(ready, 2),
        right=round(time.monotonic() - began, 2),
    )


@pytest.mark.slow
def test_a_network_is_cut(qdrant_partition: Partition, tmp_path: Path) -> None:
    index = Index(*qdrant_partition.cluster.nodes)
    index.build(write_articles(tmp_path / "articles", files=20), shards=3, replicas=2)
    with serving(index.address, tmp_path / "cache") as server:
        right = expected(server)
        with Readers(server) as unaffected:
            time.sleep(1)
            cut_at = time.monotonic()
            qdrant_partition.cut(0, 1)
            time.sleep(5)
            qdrant_partition.heal(0, 1)
        noted("network cut between two", **measured(unaffected, cut_at))
        with Readers(server) as readers:
            time.sleep(1)
            cut_at = time.monotonic()
            for other in (1, 2):
                qdrant_partition.cut(0, other)
            time.sleep(12)
            for other in (1, 2):
                qdrant_partition.heal(0, other)
            time.sleep(3)
        noted("network cut around one", **measured(readers, cut_at))
    assert wrong([*unaffected.answers, *readers.answers], right) == []
    assert [each for each in readers.answers if each.is_refusal and each.began > cut_at + LONGEST_S] == []
    assert longest(readers.answers) < LONGEST_S + 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("analysis", "0", "the index was built with another analysis of words than this izde has"),
        ("model_fingerprint", "0", "the index was built with another model (embedded) than this izde has"),
        ("schema", 0, "{generation} was written in schema 0, this izde reads 1"),
    ],
)
def test_an_index_made_by_other_means(
    qdrant_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str, value: Any, told: str
) -> None:
    monkeypatch.setenv("IZDE_CACHE", str(tmp_path / "cache"))
    index, articles = Index(qdrant_node), write(tmp_path / "articles", TEXTS)
    index.build(articles)
    generation, digest = index.generation, index.manifest.digest
    with index.connection() as connection:
        files = Files(connection, generation)
        files.put_manifest(replace(files.manifest(), **{field: value}))
    with pytest.raises(IndexIncompatible) as raised:
        Engine.open(index.address)
    remedy = "rebuild it with: izde index SOURCE --full"
    assert str(raised.value) == f"{told.format(generation=generation)}; {remedy}"
    answer = create_app({"INDEX": index.address, "RATE_LIMIT": "off"}).test_client().get("/api/v1/search?q=water")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["retry-after"] == "30"
    assert answer.get_json()["detail"] == "The index cannot be read. Whoever keeps this site can run: izde verify"
    index.build(articles)
    assert index.generation > generation
    assert (index.manifest.digest, index.problems) == (digest, [])
    assert [hit.article.id for hit in Engine.open(index.address).search("Migrants send").hits] == ["money", "labour"]


def test_the_client_turns_to_a_node_that_is_fit(qdrant_cluster: Cluster) -> None:
    def peer(client: QdrantClient) -> Any:
        return getattr(client.cluster_status(), "peer_id", None)

    with Index(*qdrant_cluster.nodes).connection() as connection:
        third = json.loads(qdrant_cluster.nodes[2].get("/cluster"))["result"]["peer_id"]
        assert connection.read(peer) != third
        connection.prefer(lambda client: peer(client) == third)
        assert connection.read(peer) == third
        connection.prefer(lambda client: False)
        assert connection.read(peer) == third
        connection.prefer(keeps_up)
        assert connection.read(peer) == third
