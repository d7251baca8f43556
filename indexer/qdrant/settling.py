"""Waiting until a cluster has made its own indexes of what was written.

They are made while articles are analysed, which takes longer: to put them off until all is written gains nothing.
"""

from __future__ import annotations

import time

from qdrant_client import models

from search.backends.qdrant.connection import Connection
from search.backends.qdrant.schema import articles_of
from search.index_errors import IndexProblem

#: Seconds without progress until the cluster is left to itself: it answers meanwhile, only slower.
PATIENCE_S = 300.0

_PAUSE_S = 0.5


def settle(connection: Connection, generation: str) -> None:
    """Wait for the indexes of a generation; raises `IndexProblem` where the cluster cannot make them."""
    for place in (generation, articles_of(generation)):
        _wait(connection, place)


def _wait(connection: Connection, place: str) -> None:
    done, since = -1, time.monotonic()
    while True:
        info = connection.write(lambda client: client.get_collection(place))
        if info.status == models.CollectionStatus.GREEN:
            return
        if info.status == models.CollectionStatus.RED:
            raise IndexProblem(f"{place} cannot be made ready: {getattr(info.optimizer_status, 'error', 'unknown')}")
        if (info.indexed_vectors_count or 0) != done:
            done, since = info.indexed_vectors_count or 0, time.monotonic()
        elif time.monotonic() - since > PATIENCE_S:
            return
        time.sleep(_PAUSE_S)
