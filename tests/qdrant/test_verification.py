"""Tests of `search.backends.qdrant.verification`: what is changed by hand is found and named."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from qdrant_client import QdrantClient, models

from search.backends.qdrant import verification
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.files import Files
from search.backends.qdrant.schema import articles_of, files_of, point_id
from tests.qdrant.building import TEXTS, Index, write
from tests.qdrant.nodes import Cluster, Node, wait_until

WATER = point_id("passage", "water", 0)


@pytest.fixture
def index(qdrant_node: Node, tmp_path: Path) -> Index:
    index = Index(qdrant_node)
    (tmp_path / "glossary.tsv").write_text("en\tru\tkk\tky\nwater\tвода\tсу\tсуу\n", "utf-8")
    index.build(write(tmp_path / "articles", TEXTS), glossary=tmp_path / "glossary.tsv")
    return index


def after(index: Index, change: Callable[[QdrantClient, str], object]) -> list[str]:
    """What is found after a change by hand; {generation} stands for its name."""
    generation = index.generation
    with index.connection() as connection:
        connection.write(lambda client: change(client, generation))
    return [each.replace(generation, "{generation}") for each in index.problems]


def test_a_passage_that_was_changed(index: Index) -> None:
    found = after(index, lambda client, place: client.set_payload(place, {"text": "Отын."}, [WATER], wait=True))
    assert found == [
        "passage 0 of water: its content is not what was written",
        "article water: its passages are not what was written",
        "{generation}: its passages together are not what was written",
    ]


def test_a_passage_that_was_changed_with_its_digest(index: Index) -> None:
    def change(client: QdrantClient, place: str) -> None:
        payload = client.retrieve(place, [WATER])[0].payload or {}
        payload["text"] = "Отын."
        payload["digest"] = verification.passage_digest(payload)
        client.overwrite_payload(place, payload, [WATER], wait=True)

    assert after(index, change) == [
        "article water: its passages are not what was written",
        "{generation}: its passages together are not what was written",
    ]


def test_a_passage_that_is_gone(index: Index) -> None:
    assert after(index, lambda client, place: client.delete(place, [WATER], wait=True)) == [
        "article water: 0 of its passages are there, 1 were written",
        "{generation}: 7 passages are there, 8 were written",
        "{generation}: its passages together are not what was written",
    ]


def test_a_passage_that_was_added(index: Index) -> None:
    def change(client: QdrantClient, place: str) -> None:
        payload = client.retrieve(place, [WATER])[0].payload or {}
        payload["ordinal"] = 1
        payload["digest"] = verification.passage_digest(payload)
        point = models.PointStruct(id=point_id("passage", "water", 1), vector={}, payload=payload)
        client.upsert(place, [point], wait=True)

    assert after(index, change) == [
        "article water: 2 of its passages are there, 1 were written",
        "{generation}: 9 passages are there, 8 were written",
        "{generation}: its passages together are not what was written",
    ]


def test_an_article_that_is_gone(index: Index) -> None:
    gone = point_id("article", "water")
    assert after(index, lambda client, place: client.delete(articles_of(place), [gone], wait=True)) == [
        "article water: it is missing, its passages are there",
        "{generation}: 7 articles are there, 8 were written",
    ]


@pytest.mark.parametrize("name", ["segment-{run}/words.strings", "glossary-{run}/glossary.tsv"])
@pytest.mark.parametrize("damage", ["changed", "gone", "no base64"])
def test_a_file_that_is_damaged(index: Index, name: str, damage: str) -> None:
    name = name.format(run=index.manifest.run)
    chunk = f"{name}/0"

    def change(client: QdrantClient, place: str) -> None:
        if damage == "gone":
            client.delete(files_of(place), [point_id(chunk)], wait=True)
            return
        payload = client.retrieve(files_of(place), [point_id(chunk)])[0].payload or {}
        data = bytearray(base64.b64decode(payload["data"]))
        data[len(data) // 2] ^= 1
        damaged = "%" if damage == "no base64" else base64.b64encode(data).decode()
        client.set_payload(files_of(place), {"data": damaged}, [point_id(chunk)], wait=True)

    assert after(index, change) == [f"{name} of {{generation}}: its content is not what was written"]


def test_a_manifest_that_is_damaged(index: Index) -> None:
    def change(client: QdrantClient, place: str) -> None:
        payload = client.retrieve(files_of(place), [point_id("manifest")])[0].payload or {}
        text = payload["text"].replace('"articles": 8', '"articles": 9')
        client.set_payload(files_of(place), {"text": text}, [point_id("manifest")], wait=True)

    remedy = "rebuild with: izde index SOURCE --full"
    assert after(index, change) == [f"the manifest of {{generation}} is damaged; {remedy}"]


def test_of_many_problems_some_are_told(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_TOLD", 2)
    every = models.Filter()
    found = after(index, lambda client, place: client.set_payload(place, {"text": "Отын."}, every, wait=True))
    assert len(found) == 7
    assert found[2] == "and 6 more like this"


def test_progress_goes_up_to_all(index: Index) -> None:
    told: list[tuple[int, int]] = []
    with index.connection() as connection:
        verification.problems(connection, index.generation, lambda done, total: told.append((done, total)))
    assert told == [(8, 16), (16, 16)]


@pytest.mark.slow
def test_a_replica_that_is_lost(qdrant_cluster: Cluster, tmp_path: Path) -> None:
    index = Index(*qdrant_cluster.nodes)
    articles = write(tmp_path / "articles", TEXTS)
    index.build(articles, shards=3, replicas=2)
    assert index.problems == []
    with index.connection() as connection:
        generation = index.generation
        drop(connection, generation)
        found = index.problems
    assert [each.replace(generation, "{generation}") for each in found] == [
        "shard 0 of {generation}: 1 of 2 replicas are active"
    ]


def drop(connection: Connection, place: str) -> None:
    """Remove one replica of the first shard."""

    def holders(client: QdrantClient) -> list[int]:
        info = client.collection_cluster_info(place)
        own = [info.peer_id for each in info.local_shards if each.shard_id == 0]
        return own + [each.peer_id for each in info.remote_shards if each.shard_id == 0]

    first = connection.read(holders)[0]
    replica = models.Replica(shard_id=0, peer_id=first)
    operation = models.DropReplicaOperation(drop_replica=replica)
    connection.write(lambda client: client.cluster_collection_update(place, operation))
    assert wait_until(lambda: len(connection.read(holders)) == 1, 10)


def test_files_name_what_they_hold(index: Index) -> None:
    with index.connection() as connection:
        manifest = Files(connection, index.generation).manifest()
    assert {name for segment in manifest.segments for name in segment.files} >= {
        "words.strings",
        "postings.offsets.npy",
    }
