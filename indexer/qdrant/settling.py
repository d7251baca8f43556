"""Waiting until a cluster has made its own indexes of what was written.

Most are made while articles are analysed. The graph of the vectors is put off until all is written: as segments grow,
Qdrant would make it anew of the same vectors time and again. Small shards have none: all their vectors are compared.
"""

from __future__ import annotations

import time

from qdrant_client import models

from search.backends.qdrant.connection import Connection
from search.backends.qdrant.schema import articles_of
from search.index_errors import IndexProblem

#: Passages of a shard from which there is a graph. To compare a million takes two cores 18 ms.
#: By a graph it took 26 ms, and to make that 19 minutes.
GRAPH_FROM = 1_000_000

#: Links of a passage to those near it in the graph (HNSW).
_LINKS = 16

#: Seconds for which a cluster may put its indexes off, until it is left to itself: it answers meanwhile, only slower.
PATIENCE_S = 300.0

_PAUSE_S = 0.5


def settle(connection: Connection, generation: str) -> None:
    """Have the segments of a new generation merged and its graph made, and wait for all its indexes.

    A node that has not heard of it yet is not waited for: it makes its part later. Raises `IndexProblem` where the
    cluster cannot make them.
    """
    few = models.OptimizersConfigDiff(default_segment_number=0)
    connection.write(lambda client: client.update_collection(generation, optimizers_config=few))
    # A graph that is made before segments are merged is made twice.
    _wait(connection, generation)
    make_graph(connection, generation)
    for place in (generation, articles_of(generation)):
        _wait(connection, place)


def make_graph(connection: Connection, generation: str) -> None:
    """Have the cluster make the graph of a generation where its shards are large; it answers meanwhile."""
    info = connection.write(lambda client: client.get_collection(generation))
    is_large = (info.points_count or 0) > GRAPH_FROM * (info.config.params.shard_number or 1)
    if is_large and not info.config.hnsw_config.m:
        graph = models.HnswConfigDiff(m=_LINKS)
        connection.write(lambda client: client.update_collection(generation, hnsw_config=graph))


def _wait(connection: Connection, place: str) -> None:
    since = time.monotonic()
    while time.monotonic() - since < PATIENCE_S:
        info = connection.write(lambda client: client.get_collection(place))
        if info.status == models.CollectionStatus.GREEN:
            return
        if info.status == models.CollectionStatus.RED:
            raise IndexProblem(f"{place} cannot be made ready: {getattr(info.optimizer_status, 'error', 'unknown')}")
        if info.status == models.CollectionStatus.YELLOW:
            # It is at work, on a shard of a million passages for half an hour.
            since = time.monotonic()
        time.sleep(_PAUSE_S)
