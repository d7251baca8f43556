"""Tests of `indexer.qdrant` with a real server: what only it can show."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qdrant_client import QdrantClient, models

from indexer.qdrant import upload
from indexer.qdrant.records import read_kept
from indexer.qdrant.share import ShareRecord, Target, index_share
from indexer.qdrant.upload import Uploader
from search.backends.address import QdrantAddress
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.files import Files
from search.backends.qdrant.schema import KEYS, MEANING, articles_of
from tests.indexer.qdrant.memory import DIMENSIONS, Memory, create, share, write_articles
from tests.qdrant.nodes import Node

GENERATION = "worker-20260101T000000-000000"

#: Enough articles that a worker can be killed while it writes.
ARTICLES = [
    {"id": f"a{n}", "title": f"Canal {n}", "text": "\n\n".join(f"Canal {n} waters field {m}." for m in range(60))}
    for n in range(150)
]


@pytest.fixture
def client(qdrant_node: Node) -> Iterator[QdrantClient]:
    """A server with an empty generation."""
    client = QdrantClient(url=qdrant_node.url, check_compatibility=False)
    for each in client.get_collections().collections:
        if each.name.startswith(GENERATION):
            client.delete_collection(each.name)
    create(client, GENERATION)
    yield client
    client.close()


def _target(node: Node, run: str) -> Target:
    return Target(QdrantAddress((node.url.removeprefix("http://"),), "worker"), GENERATION, run, None, False)


def _index(source: Path, target: Target) -> ShareRecord:
    return index_share(share(source), target)


def _points(client: QdrantClient, collection: str) -> dict[Any, Any]:
    found, _ = client.scroll(collection, limit=10_000)
    return {point.id: _single(point.payload or {}) for point in found}


def _single(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload with its scale as it is read."""
    return {**payload, "scale": np.float32(payload["scale"])} if "scale" in payload else payload


def test_a_server_holds_what_memory_does(
    client: QdrantClient, qdrant_node: Node, memory: Memory, tmp_path: Path
) -> None:
    write_articles(tmp_path / "a.jsonl", ARTICLES[:30])
    record = _index(tmp_path, _target(qdrant_node, "1"))
    assert record == memory.index(tmp_path)
    there = _points(client, GENERATION)
    assert there == _points(memory.client, "izde-20260101T000000-000000")
    assert len(there) == record.passages
    write_articles(tmp_path / "a.jsonl", [*ARTICLES[1:20], {**ARTICLES[20], "text": "Short."}])
    again = _index(tmp_path, _target(qdrant_node, "2"))
    assert again == memory.index(tmp_path, "2")
    assert _points(client, GENERATION) == _points(memory.client, "izde-20260101T000000-000000")
    assert (again.changed, again.unchanged, again.removed) == (1, 19, 10)


def test_vectors_come_back_as_they_were(client: QdrantClient, qdrant_node: Node, tmp_path: Path) -> None:
    write_articles(tmp_path / "a.jsonl", [{"id": "a", "text": "Rivers bring water."}, {"id": "b", "text": "Люди."}])
    _index(tmp_path, _target(qdrant_node, "1"))
    memory = Memory()
    memory.index(tmp_path)
    here = {each["id"]: each["vectors"] for each in memory.passages().values()}
    for point in client.scroll(GENERATION, with_vectors=True)[0]:
        assert isinstance(point.vector, dict)
        keys, expected = point.vector[KEYS], here[point.id][KEYS]
        assert isinstance(keys, models.SparseVector)
        weights = dict(zip(expected.indices, expected.values, strict=True))
        # In half precision.
        assert dict(zip(keys.indices, keys.values, strict=True)) == pytest.approx(weights, rel=1e-3)
        np.testing.assert_allclose(np.array(point.vector[MEANING], float), here[point.id][MEANING], atol=1e-3)
        assert len(here[point.id][MEANING]) == DIMENSIONS


def test_a_worker_that_is_killed_is_made_good_by_the_next(
    client: QdrantClient, qdrant_node: Node, memory: Memory, tmp_path: Path
) -> None:
    write_articles(tmp_path / "a.jsonl", ARTICLES)
    target = _target(qdrant_node, "1")
    worker = multiprocessing.get_context("spawn").Process(target=_index, args=(tmp_path, target))
    worker.start()
    deadline = time.monotonic() + 60
    while not client.count(GENERATION).count and time.monotonic() < deadline:
        time.sleep(0.002)
    worker.kill()
    worker.join()
    files = Files(Connection([client]), GENERATION)
    assert read_kept(files, 0).is_begun
    assert 0 < client.count(GENERATION).count < 600
    write_articles(tmp_path / "a.jsonl", ARTICLES[75:])
    record = _index(tmp_path, replace(target, run="2"))
    assert replace(record, run="1") == memory.index(tmp_path)
    assert _points(client, GENERATION) == _points(memory.client, "izde-20260101T000000-000000")
    assert len(_points(client, articles_of(GENERATION))) == 75


def test_batches_larger_than_the_server_takes_are_halved(client: QdrantClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MOST_BYTES", 1 << 30)
    points = [models.PointStruct(id=number, vector={}, payload={"text": "x" * (9 << 20)}) for number in range(5)]
    with Uploader(Connection([client]), articles_of(GENERATION)) as uploader:
        uploader.add(points)
        uploader.flush()
    assert client.count(articles_of(GENERATION)).count == 5
