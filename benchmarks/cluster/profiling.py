"""Where the time of an answer from a cluster goes."""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from httpx import Request, Response
from qdrant_client.http.api_client import ApiClient

from benchmarks.cluster.bench import Bench
from benchmarks.cluster.servers import address, servers
from benchmarks.timing import Figures
from search.backends.qdrant.backend import QdrantBackend
from search.backends.qdrant.batch import Batch
from search.backends.qdrant.counting import Counts
from search.backends.qdrant.documents import QdrantDocuments
from search.backends.qdrant.found import QdrantFound
from search.engine import Engine
from search.order import Orderer
from search.results import Mode

#: What is timed, as a whole; `marks` has `texts` in it.
_TIMED: dict[str, tuple[type, str]] = {
    "candidates": (QdrantBackend, "_candidates"),
    "unpack": (Batch, "of"),
    "score": (QdrantFound, "_evidence"),
    "counts": (Counts, "passages"),
    "facets": (Counts, "facets"),
    "order": (Orderer, "ordered"),
    "texts": (QdrantDocuments, "shown"),
    "found": (QdrantBackend, "found"),
    "answer": (Engine, "search"),
}

_TIME = re.compile(rb'"time":([0-9.eE+-]+)\}?$')

Milliseconds = defaultdict[str, float]


def profile(bench: Bench, mode: Mode) -> Figures:
    """Milliseconds of the parts of an answer, on average over all queries; parts of one another are named so.

    Of the request for candidates: `server` is what the server says it took, `transfer` the rest until all bytes are
    here, `decode` what the client makes of them. `server_query`, `server_count`, `server_scroll` and `server_points`
    (texts) are what the server says all requests of a kind took, some of them at the same time.
    """
    with servers(bench.folder, bench.nodes) as nodes:
        engine = Engine.open(address(nodes))
        for text in bench.warming():
            engine.search(text, mode=mode)
        with _timed() as spent:
            for text in bench.compared():
                engine.search(text, mode=mode)
    count = len(bench.compared())
    each = {name: value / count for name, value in spent.items()}
    figures = {f"{name}_ms": value for name, value in each.items() if not name.endswith("_kb")}
    figures["candidates_decode_ms"] = each["candidates"] - each["candidates_server"] - each["candidates_transfer"]
    accounted = ("candidates", "unpack", "score", "counts", "facets", "order", "texts")
    figures["rest_ms"] = each["answer"] - sum(each[name] for name in accounted)
    return figures | {name: value for name, value in each.items() if name.endswith("_kb")}


@contextmanager
def _timed() -> Iterator[Milliseconds]:
    """The milliseconds that parts take while the block runs, in the thread that asks."""
    spent: Milliseconds = defaultdict(float)
    asking = threading.get_ident()
    with ExitStack() as stack:
        for name, (owner, method) in _TIMED.items():
            stack.enter_context(patch.object(owner, method, _clocked(owner, method, name, spent)))
        sent = ApiClient.send_inner

        def send_inner(client: ApiClient, request: Request) -> Response:
            started = time.perf_counter()
            response = sent(client, request)
            took = (time.perf_counter() - started) * 1000
            found = _TIME.search(response.content)
            server = float(found[1]) * 1000 if found else np.nan
            kind = request.url.path.rpartition("/")[2]
            spent[f"server_{kind}"] += server
            if kind == "query" and threading.get_ident() == asking:
                spent["candidates_server"] += server
                spent["candidates_transfer"] += took - server
                spent["candidates_kb"] += len(response.content) / 1000
            return response

        stack.enter_context(patch.object(ApiClient, "send_inner", send_inner))
        yield spent


def _clocked(owner: type, method: str, name: str, spent: Milliseconds) -> Any:
    kept = owner.__dict__[method]
    call: Callable[..., Any] = kept.__func__ if isinstance(kept, classmethod) else kept

    def clocked(*given: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return call(*given, **options)
        finally:
            spent[name] += (time.perf_counter() - started) * 1000

    return classmethod(clocked) if isinstance(kept, classmethod) else clocked
