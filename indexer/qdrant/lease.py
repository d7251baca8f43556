"""What keeps two processes from finishing one index in a cluster at once: a point that one of them renews."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from qdrant_client import QdrantClient, models

from indexer.qdrant.generations import create_collection, nodes
from search.backends.qdrant.connection import Connection, keeps_up
from search.errors import UserError
from search.index_errors import IndexBusy

#: Seconds after its latest renewal a lease is over, and between two renewals.
LIFE_S = 60.0
RENEWAL_S = 5.0

#: Nodes that know of the lease, where there are as many: one of them may be down.
_REPLICAS = 3

_POINT = 1


class Lease:
    """A lease that is held; raises `IndexBusy` where another process holds it."""

    def __init__(self, connection: Connection, collection: str) -> None:
        self._connection = connection
        self._collection = collection
        self._place = f"{collection}-lease"
        self._token = uuid.uuid4().hex
        since = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
        self._holder = f"process {os.getpid()} on {socket.gethostname()}, since {since}"
        self._renewed = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew_on, daemon=True)
        replicas = min(_REPLICAS, nodes(connection))
        create_collection(
            connection,
            self._place,
            vectors_config={},
            shard_number=1,
            replication_factor=replicas,
            write_consistency_factor=replicas // 2 + 1,
        )
        self._renew(connection.write)
        self._thread.start()

    def check(self) -> None:
        """Raise `IndexBusy` where it was lost: this process, or its network, stood still for too long."""
        if time.monotonic() - self._renewed > LIFE_S / 2:
            self._renew(self._connection.write)

    def release(self) -> None:
        """Give it up."""
        self._over.set()
        self._thread.join()
        mine = models.Filter(must=[models.HasIdCondition(has_id=[_POINT]), self._mine])
        with suppress(UserError):  # it is over by itself after a while
            self._connection.read(
                lambda client: client.delete(self._place, models.FilterSelector(filter=mine), wait=True)
            )

    @property
    def _mine(self) -> models.FieldCondition:
        return models.FieldCondition(key="token", match=models.MatchValue(value=self._token))

    def _renew(self, ask: Callable[[Callable[[QdrantClient], Any]], Any]) -> None:
        """Take it, where nobody has it or it is over, or keep it; `ask` is how the connection is used."""
        now, began = time.time(), time.monotonic()
        over = models.FieldCondition(key="renewed", range=models.Range(lt=now - LIFE_S))
        payload = {"token": self._token, "holder": self._holder, "renewed": now}
        point = models.PointStruct(id=_POINT, vector={}, payload=payload)
        ask(
            lambda client: client.upsert(
                self._place,
                [point],
                wait=True,
                # One node orders all attempts; with the strongest ordering none would when that very node is down.
                ordering=models.WriteOrdering.MEDIUM,
                update_filter=models.Filter(should=[self._mine, over]),
            )
        )
        # With "majority" Qdrant needs the answers of all.
        quorum = models.ReadConsistencyType.QUORUM
        records = ask(lambda client: client.retrieve(self._place, [_POINT], consistency=quorum))
        found = (records[0].payload or {}) if records else {}
        if found.get("token") != self._token:
            holder = found.get("holder", "another process")
            raise IndexBusy(
                f"{self._collection} is being built by {holder}; wait until it is done, or use --wait SECONDS"
            )
        self._renewed = began

    def _renew_on(self) -> None:
        while not self._over.wait(RENEWAL_S):
            with suppress(Exception):  # it is tried again, and `check` tells what is wrong
                self._connection.prefer(keeps_up)
                self._renew(self._connection.read)


@contextmanager
def lease(connection: Connection, collection: str) -> Iterator[Lease]:
    """Hold the lease of a collection; raises `IndexBusy` where another process does.

    One that is killed holds it for `LIFE_S` seconds on. The clocks of those who build have to agree to a few seconds.
    """
    held = Lease(connection, collection)
    try:
        yield held
    finally:
        held.release()
