"""The program of deploy/qdrant for shards, and the check of health of its files, with real servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from search.backends.qdrant.verification import problems as problems_of
from tests.qdrant.building import ROOT, TEXTS, Index
from tests.qdrant.nodes import Cluster, wait_until

DEPLOY = ROOT / "deploy" / "qdrant"


pytestmark = pytest.mark.skipif("IZDE_LONG_TESTS" not in os.environ, reason="takes minutes; set IZDE_LONG_TESTS=1")


@pytest.fixture(scope="module")
def cluster(qdrant_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three servers with the keys of the files."""
    keys = {"QDRANT__SERVICE__API_KEY": "full", "QDRANT__SERVICE__READ_ONLY_API_KEY": "read"}
    with Cluster(qdrant_binary, tmp_path_factory.mktemp("deploy"), environment=keys) as started:
        yield started


@pytest.fixture(scope="module")
def index(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("articles")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    made = Index(*cluster.nodes, key="full")
    made.build(folder, shards=3, replicas=2)
    return made


def shards(index: Index, command: str, *arguments: str) -> list[str]:
    """The lines that the program for shards prints."""
    done = subprocess.run(
        [sys.executable, str(DEPLOY / "shards.py"), command, str(index.address), *arguments],
        env={**os.environ, "IZDE_QDRANT_KEY": "full", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def problems(index: Index) -> list[str]:
    with index.connection() as connection:
        return problems_of(connection, index.generation)


def ask(cluster: Cluster, method: str, path: str, **content: object) -> None:
    node = cluster.nodes[0]
    request = httpx.Request(method, node.url + path, headers={"api-key": "full"}, **content)  # type: ignore[arg-type]
    with httpx.Client(timeout=30) as http:
        http.send(request).raise_for_status()


def test_nodes_are_seen_to_be_well_and_to_be_ill(cluster: Cluster) -> None:
    files = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    command = files["services"]["node1"]["healthcheck"]["test"]
    assert command[:3] == ["CMD", "bash", "-c"]
    script = command[3].replace("$$", "$")

    def health(port: int) -> int:
        asked = script.replace("/6333", f"/{port}")
        return subprocess.run(["bash", "-c", asked], capture_output=True, timeout=10).returncode

    assert wait_until(lambda: all(health(node.ports.http) == 0 for node in cluster.nodes), 30)
    assert health(1) != 0
    missing = script.replace("/readyz", "/nowhere").replace("/6333", f"/{cluster.nodes[0].ports.http}")
    assert subprocess.run(["bash", "-c", missing], timeout=10).returncode != 0


def test_shards_without_replicas_are_copied(index: Index, cluster: Cluster) -> None:
    shown = [line.split() for line in shards(index, "show")]
    assert len([line for line in shown if line[0] == index.generation]) == 6
    assert {line[3] for line in shown} == {"Active"}
    _, shard, peer, *_ = shown[0]
    dropped = {"drop_replica": {"shard_id": int(shard), "peer_id": int(peer)}}
    ask(cluster, "POST", f"/collections/{index.generation}/cluster", json=dropped)
    assert problems(index) == [f"shard {shard} of {index.generation}: 1 of 2 replicas are active"]
    (copied,) = shards(index, "replicate")
    assert copied.split()[:2] == [index.generation, shard]
    assert problems(index) == []
    assert shards(index, "replicate") == []


def test_shards_are_saved_and_loaded(index: Index, cluster: Cluster, tmp_path: Path) -> None:
    generation = index.generation
    shards(index, "save", str(tmp_path / "saved"))
    saved = sorted(str(each.relative_to(tmp_path / "saved")) for each in (tmp_path / "saved").rglob("*.snapshot"))
    assert len(saved) == 3 + 3 + 1
    for name in (generation, f"{generation}-articles", f"{generation}-files"):
        ask(cluster, "DELETE", f"/collections/{name}")
    shards(index, "load", str(tmp_path / "saved"))
    assert index.generation == generation
    assert wait_until(lambda: problems(index) == [], 30), problems(index)
