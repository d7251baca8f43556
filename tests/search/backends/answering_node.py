"""A node of a cluster that answers what a test tells it to, over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from search.backends.address import QdrantAddress


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to one request: after some seconds, or where `status` is 0 none, and the connection is closed."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0


def result(content: Any) -> Answer:
    """What Qdrant answers."""
    return Answer(200, json.dumps({"result": content, "status": "ok", "time": 0.0}).encode())


def failure(status: int, reason: str = "no", **headers: str) -> Answer:
    """What Qdrant answers where it refuses."""
    return Answer(status, json.dumps({"status": {"error": reason}, "time": 0.0}).encode(), headers)


def collections(*names: str) -> Answer:
    """The collections there are."""
    return result({"collections": [{"name": name} for name in names]})


class AnsweringNode:
    """Answers with `answers` in their order, and the last of them again and again; keeps the headers it was sent."""

    def __init__(self) -> None:
        self.answers: deque[Answer] = deque()
        self.asked: list[dict[str, str]] = []
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                node.asked.append(dict(self.headers))
                answer = node.answers.popleft() if len(node.answers) > 1 else node.answers[0]
                time.sleep(answer.after_s)
                if not answer.status:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._server.server_port}"


def address(*nodes: AnsweringNode | str) -> QdrantAddress:
    """The collection "izde" of a cluster of these nodes, or of hosts."""
    return QdrantAddress(tuple(node if isinstance(node, str) else node.host for node in nodes), "izde")
