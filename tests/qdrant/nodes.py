"""Qdrant servers for tests: one, or a cluster of three.

Use them as context managers. A server also dies with the thread that started it, so start them in the main thread.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

START_S = 30
STOP_S = 10


class ServerFailed(Exception):
    """A server did not do what was waited for; the message ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a server listens for REST, for gRPC, and for the other nodes of its cluster."""

    http: int = 6333
    grpc: int = 6334
    p2p: int = 6335


def free_ports(host: str) -> Ports:
    """Three ports below those the system gives to outgoing connections, so that a stopped server gets its own back."""
    found: list[int] = []
    while len(found) < 3:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((host, port))
            found += [port] if port not in found else []
    return Ports(*found)


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether it became true within so many seconds; asked ten times a second."""
    deadline = time.monotonic() + seconds
    while not (reached := true()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return reached


class Node:
    """One server with its storage, snapshots and log in `folder`.

    `environment` holds settings of Qdrant such as QDRANT__SERVICE__API_KEY; `prefix` is a command that runs the server
    in its own process, such as ["prlimit", "--fsize=1000000"]; `arguments` go to the server.
    """

    def __init__(
        self,
        binary: Path,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        ports: Ports | None = None,
        environment: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
        arguments: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.host = host
        self.ports = ports or free_ports(host)
        self.environment = dict(environment or {})
        self.log = folder / "qdrant.log"
        self._command = ["setpriv", "--pdeathsig", "KILL", *prefix, str(binary), *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        encrypted = self.environment.get("QDRANT__SERVICE__ENABLE_TLS") == "true"
        return f"{'https' if encrypted else 'http'}://{self.host}:{self.ports.http}"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerFailed(f"the server of {self.folder} is not started")
        return self._process.pid

    @property
    def memory(self) -> int:
        """Resident memory in bytes."""
        pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def start(self) -> None:
        """Start it on its storage and wait until it is ready. Raises ServerFailed after START_S seconds."""
        if self.running:
            raise ServerFailed(f"the server of {self.folder} is running already")
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            process = self._process = subprocess.Popen(
                self._command,
                cwd=self.folder,
                env=self._settings(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        try:
            wait_until(lambda: process.poll() is not None or self.ready(), START_S)
            if not self.ready():
                state = "is not ready" if self.running else f"ended with status {process.returncode}"
                raise ServerFailed(f"the server of {self.folder} {state}; its log ends:\n{self.last_lines()}")
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ask it to end, and kill it if it has not ended after STOP_S seconds."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        self.resume()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_S)
        self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Stop it, where it runs, and start it on the same storage and ports."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Let it hang: connections are accepted, nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused one go on."""
        os.kill(self.pid, signal.SIGCONT)

    def ready(self) -> bool:
        """Whether /readyz answers 200."""
        try:
            self.get("/readyz")
        except OSError:
            return False
        return True

    def get(self, path: str) -> bytes:
        """The answer to a GET request, with the API key where one is set. Raises OSError."""
        request = urllib.request.Request(self.url + path)
        if key := self.environment.get("QDRANT__SERVICE__API_KEY"):
            request.add_header("api-key", key)
        unverified = ssl._create_unverified_context()
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=unverified)
        )
        with opener.open(request, timeout=2) as response:
            content: bytes = response.read()
        return content

    def last_lines(self, count: int = 20) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-count:])

    def _settings(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("QDRANT__")}
        return inherited | {
            "QDRANT__SERVICE__HOST": self.host,
            "QDRANT__SERVICE__HTTP_PORT": str(self.ports.http),
            "QDRANT__SERVICE__GRPC_PORT": str(self.ports.grpc),
            "QDRANT__CLUSTER__P2P__PORT": str(self.ports.p2p),
            "QDRANT__STORAGE__STORAGE_PATH": str(self.folder / "storage"),
            "QDRANT__STORAGE__SNAPSHOTS_PATH": str(self.folder / "snapshots"),
            # By itself it sets 64 MB of disk aside for each shard: on a busy one an index takes a minute to be made.
            "QDRANT__STORAGE__WAL__WAL_CAPACITY_MB": "4",
            "QDRANT__TELEMETRY_DISABLED": "true",
            "QDRANT__LOG_LEVEL": "WARN",
            **self.environment,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node of a cluster runs."""

    host: str = "127.0.0.1"
    ports: Ports | None = None
    prefix: tuple[str, ...] = ()


class Cluster:
    """Three servers that know each other; the first is the one the others joined."""

    def __init__(
        self,
        binary: Path,
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        places: Sequence[Place] = (Place(),) * 3,
    ) -> None:
        settings = {"QDRANT__CLUSTER__ENABLED": "true", **(environment or {})}
        ports = [place.ports or free_ports(place.host) for place in places]
        uris = [f"http://{place.host}:{own.p2p}" for place, own in zip(places, ports, strict=True)]
        self._stack = ExitStack()
        self.nodes = [
            Node(
                binary,
                folder / f"node{number}",
                host=place.host,
                ports=ports[number],
                environment=settings,
                prefix=place.prefix,
                arguments=["--uri", uris[number], *(["--bootstrap", uris[0]] if number else [])],
            )
            for number, place in enumerate(places)
        ]

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for node in self.nodes:
                stack.enter_context(node)
            if not wait_until(lambda: all(map(self.joined, self.nodes)), START_S):
                logs = "\n".join(f"{node.folder}:\n{node.last_lines()}" for node in self.nodes)
                raise ServerFailed(f"the nodes did not find each other in {START_S} s; their logs end:\n{logs}")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def joined(self, node: Node) -> bool:
        """Whether the node knows all others and a leader, and may vote."""
        try:
            state = json.loads(node.get("/cluster"))["result"]
        except OSError:
            return False
        raft = state["raft_info"]
        return len(state["peers"]) == len(self.nodes) and bool(raft["is_voter"] and raft["leader"])
