"""Tests of `indexer.qdrant.upload`: batches, how many are on their way, and what becomes of those not taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest
from qdrant_client import models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from indexer.qdrant import upload
from indexer.qdrant.upload import IN_FLIGHT, MOST_BYTES, Uploader
from search.backends.qdrant.connection import Connection
from search.index_errors import IndexUnavailable

TOO_LARGE = b'{"status":{"error":"Payload error: JSON payload (35651636 bytes) is larger than allowed"}}'


class Server:
    """Takes points as a server does; `problems` come first."""

    def __init__(self, problems: Sequence[Exception] = (), most_points: int = 1_000, too_large: int = 400) -> None:
        self.batches: list[list[Any]] = []
        self.open = threading.Event()
        self.open.set()
        self.asked = 0
        self._problems = list(problems)
        self._most = most_points
        self._too_large = too_large
        self._lock = threading.Lock()

    def upsert(self, collection: str, points: list[models.PointStruct], **options: Any) -> None:
        with self._lock:
            self.asked += 1
        assert self.open.wait(10)
        with self._lock:
            if self._problems:
                raise self._problems.pop(0)
            if len(points) > self._most:
                raise _answer(self._too_large, TOO_LARGE)
            assert (collection, options["wait"]) == ("passages", True)
            self.batches.append([point.id for point in points])

    def close(self) -> None:
        pass


def _answer(status: int, content: bytes = b"") -> UnexpectedResponse:
    return UnexpectedResponse(status, "", content, httpx.Headers())


def _points(count: int, text: str = "") -> Iterator[models.PointStruct]:
    return (models.PointStruct(id=number, vector={}, payload={"text": text}) for number in range(count))


def _uploader(server: Server, patience: float = 60.0) -> Uploader:
    return Uploader(Connection([server]), "passages", patience=patience)  # type: ignore[list-item]


def test_points_go_in_batches() -> None:
    server = Server()
    with _uploader(server) as uploader:
        uploader.add(_points(600))
        uploader.flush()
    assert sorted(map(len, server.batches)) == [88, 256, 256]
    assert sorted(point for batch in server.batches for point in batch) == list(range(600))


def test_large_points_make_small_batches() -> None:
    server = Server()
    with _uploader(server) as uploader:
        # A letter may take two bytes.
        uploader.add(_points(5, "x" * (MOST_BYTES // 5)))
        uploader.flush()
    assert sorted(server.batches) == [[0, 1], [2, 3], [4]]


def test_nothing_to_write_asks_for_nothing() -> None:
    server = Server()
    with _uploader(server) as uploader:
        uploader.flush()
    assert server.asked == 0


def test_a_batch_that_is_not_taken_is_tried_again() -> None:
    server = Server([_answer(503), ResponseHandlingException(ConnectionError("gone")), _answer(429)])
    with _uploader(server) as uploader:
        uploader.add(_points(10))
        uploader.flush()
    assert server.batches == [list(range(10))]
    assert server.asked == 4


def test_a_batch_that_is_never_taken_is_told() -> None:
    server = Server([_answer(503)] * 100)
    with _uploader(server, patience=0.3) as uploader:
        uploader.add(_points(10))
        with pytest.raises(IndexUnavailable, match="status 503"):
            uploader.flush()
    assert server.batches == []


def test_the_next_batch_tells_of_one_that_failed() -> None:
    server = Server([_answer(400, b"wrong")] * 100)
    with _uploader(server) as uploader, pytest.raises(UnexpectedResponse):
        uploader.add(_points(256 * (IN_FLIGHT + 2)))


@pytest.mark.parametrize("status", [400, 413])
def test_a_batch_larger_than_the_server_takes_is_halved(status: int) -> None:
    server = Server(most_points=3, too_large=status)
    with _uploader(server) as uploader:
        uploader.add(_points(10))
        uploader.flush()
    assert sorted(server.batches) == [[0, 1], [2, 3, 4], [5, 6], [7, 8, 9]]


def test_a_point_larger_than_the_server_takes_is_told() -> None:
    server = Server(most_points=0)
    with _uploader(server) as uploader:
        uploader.add(_points(2))
        with pytest.raises(UnexpectedResponse):
            uploader.flush()


def test_whoever_brings_points_waits_while_enough_are_on_their_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MOST_POINTS", 1)
    server = Server()
    server.open.clear()
    taken: list[int] = []

    def points() -> Iterator[models.PointStruct]:
        for point in _points(20):
            taken.append(int(str(point.id)))
            yield point

    with _uploader(server) as uploader:
        bringing = threading.Thread(target=lambda: uploader.add(points()))
        bringing.start()
        deadline = time.monotonic() + 10
        while server.asked < IN_FLIGHT and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.2)
        # Those on their way, one that waits to be, and the one that showed it is complete.
        assert (server.asked, len(taken)) == (IN_FLIGHT, IN_FLIGHT + 2)
        server.open.set()
        bringing.join(10)
        uploader.flush()
    assert sorted(server.batches) == [[number] for number in range(20)]
