"""A cluster as one server: what a node cannot answer the next one is asked."""

from __future__ import annotations

import random
import ssl
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from json import JSONDecodeError
from pathlib import Path
from typing import Any, TypeVar

import httpx
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from search import deadline
from search.backends.address import QdrantAddress
from search.index_errors import IndexProblem, IndexUnavailable
from search.settings import SettingError, Settings

T = TypeVar("T")

#: A connection for each request: answers on one that is kept open come 40 ms late, because the server waits for an
#: acknowledgement before the last part (Nagle's algorithm), and this machine's kernel delays it.
_CONNECTIONS = httpx.Limits(max_connections=None, max_keepalive_connections=0)

#: Seconds a node has to answer a query, before another is asked.
READ_S = 5

#: Seconds a node has to take in what is written, and how long a write is tried again before it is given up.
WRITE_S = 60
PATIENCE_S = 300.0

#: Seconds before the second attempt of a write; twice as many before each that follows, up to the longest.
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 10.0


class Connection:
    """The nodes of a cluster, each of which answers for all. Safe to use from several threads."""

    def __init__(self, clients: Sequence[QdrantClient], name: str = "Qdrant") -> None:
        """`name` is what messages call the cluster."""
        self._clients = clients
        self._name = name
        self._first = 0

    @classmethod
    def open(cls, address: QdrantAddress, settings: Settings, timeout: int = READ_S) -> Connection:
        """A connection to the nodes of an address, none of which is asked for anything yet.

        Raises `SettingError` for certificates that cannot be read.
        """
        verified: dict[str, Any] = {"verify": _trusting(settings.qdrant_ca)} if settings.qdrant_ca else {}
        with warnings.catch_warnings():
            # Whoever runs the cluster chose the address; a line of source code on stderr tells nobody what to do.
            warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
            return cls(cls._clients_of(address, settings, timeout, verified), str(address))

    @staticmethod
    def _clients_of(
        address: QdrantAddress, settings: Settings, timeout: int, verified: dict[str, Any]
    ) -> list[QdrantClient]:
        return [
            QdrantClient(
                url=url,
                api_key=settings.qdrant_key,
                timeout=timeout,
                check_compatibility=False,
                limits=_CONNECTIONS,
                **verified,
            )
            for url in address.urls
        ]

    def read(self, call: Callable[[QdrantClient], T]) -> T:
        """What a call answers at the first node that can; raises `IndexUnavailable` where none can.

        Raises `IndexProblem` where the cluster refuses, and `UnexpectedResponse` for a request that is not right.
        """
        problem: Exception | None = None
        for _ in self._clients:
            deadline.check()
            first = self._first
            try:
                return call(self._clients[first])
            except (ApiException, QdrantException, JSONDecodeError) as error:
                problem = self._passing(error)
                self._first = (first + 1) % len(self._clients)
        raise IndexUnavailable(f"{self._name} does not answer ({_reason(problem)})") from problem

    def write(self, call: Callable[[QdrantClient], T], patience: float = PATIENCE_S) -> T:
        """What a call answers that may be repeated, tried again at every node for `patience` seconds; raises as `read`.

        Pauses grow, and are of different lengths for different writers, so that a cluster that is overloaded or short
        of a node is not called all the more.
        """
        give_up, pause = time.monotonic() + patience, _FIRST_PAUSE_S
        while True:
            try:
                return self.read(call)
            except IndexUnavailable:
                if time.monotonic() + pause > give_up:
                    raise
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def prefer(self, is_fit: Callable[[QdrantClient], bool]) -> None:
        """Turn to a node that is fit, and stay where none is; one that does not answer is not."""
        if len(self._clients) == 1:
            return
        for number in range(self._first, self._first + len(self._clients)):
            node = number % len(self._clients)
            with suppress(ApiException, QdrantException, JSONDecodeError):
                if is_fit(self._clients[node]):
                    self._first = node
                    return

    def close(self) -> None:
        """Close the connections to all nodes."""
        for client in self._clients:
            client.close()

    def _passing(self, error: Exception) -> Exception:
        """An error that another node, or a later attempt, may not give; others are raised."""
        # The client has one of its own for a node that is asked too much and says when to come back; what is no JSON
        # comes from a proxy.
        if isinstance(error, ResponseHandlingException | QdrantException | JSONDecodeError):
            return error
        if isinstance(error, UnexpectedResponse):
            if error.status_code == 401:
                raise IndexProblem(f"{self._name} refuses the key; set IZDE_QDRANT_KEY to one it takes") from None
            if error.status_code == 403:
                told = "does not let this key do that; set IZDE_QDRANT_KEY to one that may also write"
                raise IndexProblem(f"{self._name} {told}") from None
            if error.status_code is None or error.status_code >= 500 or error.status_code in (408, 429):
                return error
        raise error


def _trusting(certificates: Path) -> ssl.SSLContext:
    """What verifies a cluster by the certificates in a file."""
    try:
        return ssl.create_default_context(cafile=certificates)
    except OSError as error:
        reason = "no certificates in PEM" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingError(f"IZDE_QDRANT_CA is {str(certificates)!r}, which cannot be used: {reason}") from None


def keeps_up(client: QdrantClient) -> bool:
    """Whether a node takes part in its cluster: one that is cut off, or whose disk is full, answers with what was."""
    status = client.cluster_status()
    if not isinstance(status, models.ClusterStatusOneOf1):
        return True
    is_at_work = isinstance(status.consensus_thread_status, models.ConsensusThreadStatusOneOf)
    return is_at_work and bool(status.raft_info.leader)


def is_missing(error: UnexpectedResponse) -> bool:
    """Whether an error says that there is no such collection."""
    return error.status_code == 404


def _reason(problem: Exception | None) -> str:
    """An error in one line, without the content of what was sent."""
    if isinstance(problem, UnexpectedResponse):
        return f"status {problem.status_code}: {problem.content.decode(errors='replace')[:200]}"
    return str(problem).splitlines()[0][:200] if problem and str(problem) else type(problem).__name__
