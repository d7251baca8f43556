"""Tests of `indexer.qdrant.dask_workers`: shares indexed by the workers of a Dask cluster, some of which are lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import Summary
from indexer.qdrant import dask_workers
from indexer.qdrant.executors import IndexShare, versions
from indexer.qdrant.run import Options, build
from indexer.qdrant.share import Share, Target
from indexer.workers import Limits
from search.errors import UserError
from search.index_errors import IndexProblem
from tests.qdrant.building import ROOT, TEXTS, Index, write
from tests.qdrant.nodes import Node, free_ports

pytest.importorskip("distributed", reason="Dask is not installed: pip install 'izde[dask]'")


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Dask."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def scheduler() -> Iterator[str]:
    port = str(free_ports("127.0.0.1").http)
    with running("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"):
        yield f"tcp://127.0.0.1:{port}"


@pytest.fixture
def workers(scheduler: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two workers of one thread each, which are not started again."""
    with ExitStack() as stack:
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        start = ("distributed.cli.dask_worker", scheduler, *options)
        yield [stack.enter_context(running(*start)) for _ in range(2)]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    texts = {f"{name}{number}": f"{text} {number}." for name, text in TEXTS.items() for number in range(4)}
    return write(tmp_path / "articles", texts)


@pytest.fixture
def expected(qdrant_node: Node, articles: Path) -> str:
    """The digest of an index that one process made."""
    index = Index(qdrant_node)
    index.build(articles)
    return index.manifest.digest


def built(index: Index, sources: Sequence[Path], scheduler: str, lost: subprocess.Popen[bytes] | None) -> Summary:
    """A build in which a worker is lost as soon as the first share is done."""

    def progress(done: int, total: int, name: str) -> None:
        if lost and lost.poll() is None:
            lost.kill()
            lost.wait()

    # As many shares as for eight processes.
    return build(sources, index.address, None, Options(workers=scheduler, processes=4), progress=progress)


@pytest.mark.slow
@pytest.mark.parametrize("loses_one", [False, True])
def test_workers_make_the_same_index(
    qdrant_node: Node,
    articles: Path,
    scheduler: str,
    workers: list[subprocess.Popen[bytes]],
    expected: str,
    loses_one: bool,
) -> None:
    index = Index(qdrant_node)
    summary = built(index, [articles], scheduler, workers[0] if loses_one else None)
    assert [worker.poll() is None for worker in workers] == [not loses_one, True]
    assert (summary.articles, summary.added, summary.problems) == (32, 32, ())
    assert (index.manifest.digest, index.problems) == (expected, [])


@pytest.mark.slow
def test_what_is_left_when_all_workers_are_lost_is_done_later(
    qdrant_node: Node,
    articles: Path,
    scheduler: str,
    workers: list[subprocess.Popen[bytes]],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dask_workers, "WORKER_S", 5)
    index = Index(qdrant_node)

    def progress(done: int, total: int, name: str) -> None:
        for worker in workers:
            worker.kill()
            worker.wait()

    with pytest.raises(IndexProblem, match="index again to go on"):
        build([articles], index.address, None, Options(workers=scheduler, processes=4), progress=progress)
    begun = index.generations
    index.build(articles)
    assert (index.generations, index.manifest.digest, index.problems) == (begun, expected, [])


def test_a_scheduler_that_does_not_answer_is_told(
    qdrant_node: Node, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_workers, "REACH_S", 1)
    with pytest.raises(UserError, match=r"the Dask scheduler tcp://127\.0\.0\.1:9 cannot be reached"):
        built(Index(qdrant_node), [articles], "tcp://127.0.0.1:9", None)


def test_a_scheduler_without_workers_is_told(
    qdrant_node: Node, articles: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_workers, "WORKER_S", 1)
    with pytest.raises(UserError, match="has no worker; start: dask worker"):
        built(Index(qdrant_node), [articles], scheduler, None)


@pytest.fixture
def task(qdrant_node: Node, articles: Path) -> IndexShare:
    share = Share(0, ((articles / "water0.txt", articles),), 10)
    return IndexShare(share, Target(Index(qdrant_node).address, "none", "none", None, False), Limits(), versions())


def test_a_machine_with_another_version_does_nothing(task: IndexShare) -> None:
    with pytest.raises(UserError, match="install the same version on all machines"):
        replace(task, made_by=("0.0.1", *versions()[1:])).run()


def test_a_machine_that_does_not_see_the_sources_does_nothing(task: IndexShare, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    share = replace(task.share, files=((elsewhere / "water0.txt", elsewhere),))
    with pytest.raises(UserError, match=f"does not see {elsewhere}; mount the sources at the same path"):
        replace(task, share=share).run()


def test_what_the_cluster_refuses_is_told(task: IndexShare) -> None:
    with pytest.raises(IndexProblem, match="the cluster refuses what is written to none"):
        task.run()
