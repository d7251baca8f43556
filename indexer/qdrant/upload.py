"""Points in batches to a collection, a few batches at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Self

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from search.backends.qdrant.connection import PATIENCE_S, Connection

#: Points of a batch at most, and about how many bytes it has at most unless one point has more.
MOST_POINTS = 256
MOST_BYTES = 2 << 20

#: Batches that are on their way at most: one more waits, and with it whoever brings it.
IN_FLIGHT = 3

#: About how long a number is in JSON.
_NUMBER_BYTES = 8

#: Status of a request that is larger than what stands before the server takes, and what the server itself says of one.
_TOO_LARGE = 413
_LARGER = b"larger than allowed"


class Uploader:
    """Writes points, in any order and each as often as it takes; `only` has those left alone that do not match.

    A batch that is not taken within `patience` seconds raises what `Connection.write` does, from whichever call comes
    next. Within a `with` block; what was not flushed when it is left is given up.
    """

    def __init__(
        self,
        connection: Connection,
        collection: str,
        only: models.Filter | None = None,
        patience: float = PATIENCE_S,
    ) -> None:
        self._connection = connection
        self._collection = collection
        self._only = only
        self._patience = patience
        self._threads = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="upload")
        self._in_flight: deque[Future[None]] = deque()
        self._batch: list[models.PointStruct] = []
        self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def add(self, points: Iterable[models.PointStruct]) -> None:
        """Write points some time before the next `flush` ends; waits while enough are on their way."""
        for point in points:
            size = _size(point)
            if self._batch and (len(self._batch) == MOST_POINTS or self._bytes + size > MOST_BYTES):
                self._send()
            self._batch.append(point)
            self._bytes += size

    def flush(self) -> None:
        """Wait until all points are written."""
        if self._batch:
            self._send()
        while self._in_flight:
            self._in_flight.popleft().result()

    def _send(self) -> None:
        batch, self._batch, self._bytes = self._batch, [], 0
        while len(self._in_flight) >= IN_FLIGHT:
            self._in_flight.popleft().result()
        self._in_flight.append(self._threads.submit(self._write, batch))

    def _write(self, batch: Sequence[models.PointStruct]) -> None:
        """Write a batch, in halves where it is larger than the server takes."""
        try:
            self._connection.write(partial(self._upsert, batch), self._patience)
        except UnexpectedResponse as error:
            if not _is_too_large(error) or len(batch) == 1:
                raise
            middle = len(batch) // 2
            self._write(batch[:middle])
            self._write(batch[middle:])

    def _upsert(self, batch: Sequence[models.PointStruct], client: QdrantClient) -> None:
        # Where it depends on what is there, all replicas have to see the same order.
        ordering = models.WriteOrdering.MEDIUM if self._only else None
        client.upsert(self._collection, list(batch), wait=True, ordering=ordering, update_filter=self._only)


def _is_too_large(error: UnexpectedResponse) -> bool:
    return error.status_code == _TOO_LARGE or (error.status_code == 400 and _LARGER in error.content)


def _size(point: models.PointStruct) -> int:
    """About how many bytes a point takes."""
    vectors = point.vector.values() if isinstance(point.vector, dict) else ()
    return sum(map(_bytes, (point.payload or {}).values())) + sum(map(_bytes, vectors))


def _bytes(value: Any) -> int:
    if isinstance(value, models.SparseVector):
        return 2 * _NUMBER_BYTES * len(value.indices)
    if isinstance(value, list):
        return _NUMBER_BYTES * len(value)
    return 2 * len(value) if isinstance(value, str) else _NUMBER_BYTES
