"""Nodes and processes that are killed while an index is built: nothing that was acknowledged is lost."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer.qdrant import generations
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.verification import problems
from tests.qdrant.building import Index
from tests.qdrant.faults import (
    Answer,
    Readers,
    ended,
    expected,
    izde,
    kill,
    longest,
    noted,
    serving,
    started,
    write_articles,
)
from tests.qdrant.nodes import Cluster, Node, wait_until

#: Of the random moments; a failure names it.
SEED = int(os.environ.get("IZDE_CRASH_SEED", "7"))

KILLS = 10

#: Seconds until a build has begun to write, on a busy machine.
START_S = 180

#: Seconds until all replicas are whole again after their nodes are.
RECOVERS_S = 120

#: Seconds a server may take to answer from another generation.
FOLLOWS_S = 3.0


@pytest.fixture(scope="module")
def cluster(qdrant_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three servers that may be killed."""
    with Cluster(qdrant_binary, tmp_path_factory.mktemp("killed")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_articles(tmp_path_factory.mktemp("many") / "articles", files=30, each=10, words=80)


@pytest.fixture(scope="module")
def undisturbed(cluster: Cluster, articles: Path) -> tuple[int, int, str]:
    """What an index of the articles is that was built undisturbed."""
    index = Index(*cluster.nodes)
    index.build(articles, shards=3, replicas=2)
    return whole(index)


def whole(index: Index) -> tuple[int, int, str]:
    """How many articles and passages an index says it has, and their digest."""
    manifest = index.manifest
    return manifest.articles, manifest.passages, manifest.digest


def is_whole(index: Index, cluster: Cluster) -> bool:
    """Whether verification finds nothing, whichever node it asks, each of which has replicas of its own."""
    return all(problems_at(index, node) == [] for node in cluster.nodes)


def problems_at(index: Index, node: Node) -> list[str]:
    """What verification finds where one node is asked."""
    address = replace(index.address, nodes=(f"{node.host}:{node.ports.http}",))
    with closing(Connection.open(address, index.settings, 30)) as connection:
        return problems(connection, index.generation)


def written(index: Index) -> int:
    """The passages in the generation that is being built."""
    with index.connection() as connection:
        latest = generations.generations(connection, index.address.collection)[-1:]
        if not latest or latest[0] == generations.current(connection, index.address.collection):
            return 0
        return connection.read(lambda client: client.count(latest[0])).count


def building(index: Index, articles: Path, *options: object, least: int = 50) -> subprocess.Popen[str]:
    """A build in a process of its own, once it has written so many passages."""
    layout = ("--shards", 3, "--replicas", 2, "--processes", 1)
    run = started("index", articles, "--index", index.address, *layout, *options)
    has_begun = wait_until(lambda: written(index) >= least or run.poll() is not None, START_S)
    if run.poll() is not None:
        pytest.fail(f"ended before anybody saw it write: {ended(run)}")
    if not has_begun:
        kill(run)
        pytest.fail(f"wrote less than {least} passages in {START_S} s")
    return run


def verified(index: Index) -> tuple[int, str, str]:
    """How `izde verify` ends, and what it tells, the name of the generation left out."""
    done = izde("verify", "--index", index.address)
    return done.code, done.stdout, done.stderr.replace(index.generation, "{generation}")


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_a_node_is_killed_and_started_again(
    cluster: Cluster, articles: Path, undisturbed: tuple[int, int, str], number: int
) -> None:
    index = Index(*cluster.nodes)
    run = building(index, articles)
    cluster.nodes[number].kill()
    killed_at, count = time.monotonic(), written(index)
    time.sleep(2)
    cluster.nodes[number].start()
    done = ended(run)
    assert (done.code, count < 300) == (0, True), done
    took = time.monotonic() - killed_at
    assert wait_until(lambda: is_whole(index, cluster), RECOVERS_S)
    recovered = time.monotonic() - killed_at
    assert verified(index) == (0, "everything is whole\n", "")
    assert whole(index) == undisturbed
    noted("indexing, node back", number=number, written=count, ended_after=took, whole_after=recovered)


@pytest.mark.slow
def test_a_node_stays_dead(cluster: Cluster, articles: Path, undisturbed: tuple[int, int, str]) -> None:
    index, dead = Index(*cluster.nodes), cluster.nodes[2]
    run = building(index, articles)
    dead.kill()
    try:
        done = ended(run)
        assert done.code == 0, done
        assert whole(index) == undisturbed
        code, _, told = verified(index)
        lost = re.compile(r"shard \d of \{generation\}(-articles|-files)?: 1 of 2 replicas are active")
        assert (code, {bool(lost.fullmatch(line)) for line in told.splitlines()}) == (1, {True}), told
        full = izde("index", articles, "--index", index.address, "--full", "--processes", 1)
        assert (full.code, whole(index)) == (0, undisturbed), full
    finally:
        dead.start()
    back_at = time.monotonic()
    assert wait_until(lambda: is_whole(index, cluster), RECOVERS_S)
    noted("indexing, node dead", ended_after=done.seconds, full=full.seconds, whole_after=time.monotonic() - back_at)
    assert index.build(articles).unchanged == 300
    assert whole(index) == undisturbed


@pytest.mark.skipif("IZDE_LONG_TESTS" not in os.environ, reason="takes minutes; set IZDE_LONG_TESTS=1")
def test_a_build_is_killed_at_random_moments(
    cluster: Cluster, articles: Path, undisturbed: tuple[int, int, str], tmp_path: Path
) -> None:
    index, dice = Index(*cluster.nodes), random.Random(SEED)
    index.build(write_articles(tmp_path / "before", files=10, each=4, seed=8), shards=3, replicas=2)
    moments: list[int] = []
    with serving(index.address, tmp_path / "cache") as server:
        before = expected(server)
        with Readers(server, count=1) as readers:
            for _ in range(KILLS):
                run = started("index", articles, "--index", index.address, "--full", "--processes", 1)
                moments.append(killed(run, index, dice))
            done = izde("index", articles, "--index", index.address, "--full", "--processes", 1)
            assert (done.code, whole(index)) == (0, undisturbed), (SEED, done)
            time.sleep(FOLLOWS_S)
        after = expected(server)
    assert unlike(readers.answers, before, after) == []
    assert is_whole(index, cluster)
    noted("build killed", seed=SEED, written=moments, answers=len(readers.answers), longest=longest(readers.answers))


def killed(run: subprocess.Popen[str], index: Index, dice: random.Random) -> int:
    """Kill a build while it writes, while it finishes, or when it has ended; answers the passages it had written."""
    assert wait_until(lambda: holds_lease(index, run.pid), START_S)
    least = dice.randrange(300)
    wait_until(lambda: written(index) >= least or run.poll() is not None, START_S)
    time.sleep(dice.choice((0.0, dice.uniform(0, 1.5))))
    count = written(index)
    kill(run)
    return count


def unlike(answers: Sequence[Answer], *right: Mapping[str, Any]) -> list[Answer]:
    """The answers that are like none of these, refusals among them."""
    return [each for each in answers if (each.status, each.body) not in [(200, bodies[each.query]) for bodies in right]]


def holds_lease(index: Index, process: int) -> bool:
    """Whether a process has the lease of an index."""
    held = index.points(f"{index.address.collection}-lease")
    return any(f"process {process} " in each["holder"] for each in held)


@pytest.fixture
def small_disk(qdrant_binary: Path, tmp_path: Path) -> Iterator[tuple[Cluster, Path]]:
    """Three servers, and where the disk of the second is, which has room for some small indexes."""
    disk = tmp_path / "disk" / "node1"
    disk.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512M", "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a small disk needs root and mount: {mounted.stderr.strip()}")
    try:
        with Cluster(qdrant_binary, disk.parent) as cluster:
            yield cluster, disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all room there is."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * (1 << 16))
    return ballast


@pytest.mark.slow
def test_a_disk_is_full(
    small_disk: tuple[Cluster, Path], articles: Path, undisturbed: tuple[int, int, str], tmp_path: Path
) -> None:
    cluster, disk = small_disk
    other, full, third = cluster.nodes
    # Whoever asks begins with the node that cannot follow.
    index = Index(full, other, third)
    index.build(write_articles(tmp_path / "before", files=10, each=4, seed=8), shards=3, replicas=2)
    with serving(index.address, tmp_path / "cache") as server:
        before = expected(server)
        with Readers(server, count=1) as readers:
            run = building(index, articles, "--full")
            ballast = fill(disk)
            assert wait_until(lambda: not is_at_work(full), START_S)
            time.sleep(FOLLOWS_S)
            died = not full.running
            ballast.unlink()
            # A server of Qdrant whose disk was full takes no part in its cluster until it is started again; one that
            # writes to a file in its memory just then dies.
            full.restart()
            done = ended(run)
            assert (done.code, whole(index)) == (0, undisturbed), done
            time.sleep(FOLLOWS_S)
        after = expected(server)
    assert unlike([each for each in readers.answers if not each.is_refusal], before, after) == []
    assert wait_until(lambda: is_whole(index, cluster), RECOVERS_S)
    noted(
        "disk full",
        died=died,
        ended_after=done.seconds,
        answers=len(readers.answers),
        refused=len([each for each in readers.answers if each.is_refusal]),
        longest=longest(readers.answers),
    )
    assert verified(index) == (0, "everything is whole\n", "")
    again = index.build(articles)
    assert (again.unchanged, whole(index)) == (300, undisturbed)


def is_at_work(node: Node) -> bool:
    """Whether a node takes part in its cluster."""
    try:
        state = json.loads(node.get("/cluster"))["result"]
    except OSError:
        return False
    return bool(state["consensus_thread_status"]["consensus_thread_status"] == "working")
