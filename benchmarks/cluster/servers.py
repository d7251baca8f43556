"""The servers of a benchmark: their data and their ports stay from one step to the next."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from benchmarks.timing import Figures
from search.backends.address import QdrantAddress
from tests.qdrant.binary import qdrant_binary
from tests.qdrant.nodes import START_S, Cluster, Node, Place, Ports, ServerFailed, free_ports, wait_until

COLLECTION = "bench"

_HOST = "127.0.0.1"

#: What tests set otherwise, as Qdrant has it by itself.
_ENVIRONMENT = {"QDRANT__STORAGE__WAL__WAL_CAPACITY_MB": "32"}


@contextmanager
def servers(folder: Path, count: int) -> Iterator[Sequence[Node]]:
    """So many servers on the data in a folder, stopped at the end; raises `ServerFailed` where one does not start."""
    kept = folder / "ports.json"
    is_new = not kept.exists()
    if is_new:
        folder.mkdir(parents=True, exist_ok=True)
        ports = [free_ports(_HOST) for _ in range(count)]
        kept.write_text(json.dumps([[each.http, each.grpc, each.p2p] for each in ports]), "utf-8")
    places = [Place(_HOST, Ports(*each)) for each in json.loads(kept.read_text("utf-8"))]
    if count == 1:
        with Node(
            qdrant_binary(), folder / "node0", host=_HOST, ports=places[0].ports, environment=_ENVIRONMENT
        ) as node:
            yield [node]
        return
    cluster = Cluster(qdrant_binary(), folder, places=places, environment=_ENVIRONMENT)
    if is_new:
        with cluster:
            yield cluster.nodes
        return
    with _again(cluster):
        yield cluster.nodes


def address(nodes: Sequence[Node]) -> QdrantAddress:
    """Where the index is."""
    return QdrantAddress(tuple(f"{node.host}:{node.ports.http}" for node in nodes), COLLECTION)


def cpu_seconds(nodes: Sequence[Node]) -> float:
    """Seconds of the processor that the servers took since they were started."""
    ticks = 0
    for node in nodes:
        fields = Path(f"/proc/{node.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident(nodes: Sequence[Node], when: str) -> Figures:
    """Resident memory of each server, and what of it is not a page of a file."""
    figures: Figures = {}
    for number, node in enumerate(nodes):
        lines = Path(f"/proc/{node.pid}/status").read_text("ascii").splitlines()
        kilobytes = {
            name: int(rest.split()[0])
            for name, _, rest in (line.partition(":") for line in lines[:40])
            if name.startswith("Rss") or name == "VmRSS"
        }
        figures[f"node{number}_{when}_rss_mb"] = kilobytes["VmRSS"] * 1024 / 1e6
        figures[f"node{number}_{when}_anonymous_mb"] = kilobytes["RssAnon"] * 1024 / 1e6
    return figures


@contextmanager
def _again(cluster: Cluster) -> Iterator[None]:
    """Start all servers at once: one that knows others is not ready before most of them are.

    A server ends with the thread that started it, so the threads stay until the end.
    """
    nodes = cluster.nodes
    with ThreadPoolExecutor(len(nodes)) as threads:
        try:
            for started in [threads.submit(node.start) for node in nodes]:
                started.result()
            if not wait_until(lambda: all(map(cluster.joined, nodes)), START_S):
                raise ServerFailed(f"the servers of {nodes[0].folder.parent} did not find each other in {START_S} s")
            yield
        finally:
            for node in nodes:
                node.stop()
