"""Tests of `indexer.qdrant.settling`: when the graph of the vectors is made, and how long a build waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from qdrant_client import models

from indexer.qdrant import generations, settling
from indexer.qdrant.generations import Layout
from search.backends.qdrant.connection import Connection
from search.index_errors import IndexProblem
from tests.qdrant.building import TEXTS, Index, write
from tests.qdrant.nodes import Node

Status = models.CollectionStatus


def graph(connection: Connection, place: str) -> tuple[int, int | None]:
    """The links of a passage in the graph of a collection, and the segments each shard is to have."""
    config = connection.read(lambda client: client.get_collection(place)).config
    return config.hnsw_config.m, config.optimizer_config.default_segment_number


def test_there_is_no_graph_while_a_generation_is_written(qdrant_node: Node) -> None:
    index = Index(qdrant_node)
    generation = generations.new_name(index.address.collection)
    with index.connection() as connection:
        generations.create(connection, generation, 8, Layout(shards=1, replicas=1))
        assert graph(connection, generation) == (0, 16)
        settling.settle(connection, generation)
        assert graph(connection, generation) == (0, 0)
        generations.remove(connection, generation)


def test_large_shards_get_a_graph_also_where_they_grow_in_place(
    qdrant_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "GRAPH_FROM", 2)
    index = Index(qdrant_node)
    texts = list(TEXTS.items())
    index.build(write(tmp_path / "articles", dict(texts[:2])))
    generation = index.generation
    with index.connection() as connection:
        assert graph(connection, generation) == (0, 0)
        index.build(write(tmp_path / "articles", dict(texts)))
        assert (index.generation, graph(connection, generation)) == (generation, (16, 0))


class Told:
    """A cluster that tells of a collection what it is given, the last again and again, and notes what it was asked."""

    def __init__(self, statuses: Sequence[models.CollectionStatus]) -> None:
        self._statuses: Iterator[models.CollectionStatus] = chain(statuses, repeat(statuses[-1]))
        self.asked = 0

    def write(self, call: Any) -> Any:
        return call(self)

    def update_collection(self, *_: object, **__: object) -> None:
        pass

    def get_collection(self, name: str) -> SimpleNamespace:
        self.asked += 1
        return SimpleNamespace(
            status=next(self._statuses),
            optimizer_status=SimpleNamespace(error="no room"),
            points_count=0,
            config=SimpleNamespace(params=SimpleNamespace(shard_number=1)),
        )


def settled(*statuses: models.CollectionStatus) -> int:
    """How many times a cluster is asked until a build goes on."""
    told = Told(statuses)
    settling.settle(cast(Connection, told), "some")
    return told.asked


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "PATIENCE_S", 0.05)
    monkeypatch.setattr(settling, "_PAUSE_S", 0.01)


def test_a_cluster_at_work_is_waited_for_however_long_that_takes() -> None:
    assert settled(*[Status.YELLOW] * 30, Status.GREEN) == 30 + 4


def test_a_cluster_that_puts_its_work_off_is_left_to_itself() -> None:
    assert 4 <= settled(Status.GREY) <= 19


def test_a_cluster_that_fails_is_told_of() -> None:
    with pytest.raises(IndexProblem, match="some cannot be made ready: no room"):
        settled(Status.YELLOW, Status.RED)
