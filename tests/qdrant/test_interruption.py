"""Builds into a cluster that are killed, divided or made twice at once."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from indexer.qdrant import generations
from indexer.qdrant import lease as leases
from indexer.qdrant.lease import lease
from search.index_errors import IndexBusy
from search.lock import patiently
from tests.qdrant.building import TEXTS, Index, python, write
from tests.qdrant.nodes import Node, wait_until

#: Seconds the processes a killed build has started may live on.
ORPHANS_S = 10

#: Builds, and is killed when a function is called for the nth time.
KILLED = """
import os, signal, sys
from pathlib import Path
from pkgutil import resolve_name
from indexer.qdrant.run import Options, build
from search.backends.address import location

def main():
    source, address, place, count, processes, full = sys.argv[1:]
    owner, name = resolve_name(place.rpartition(".")[0]), place.rpartition(".")[2]
    original, calls = getattr(owner, name), []

    def struck(*arguments, **named):
        calls.append(1)
        if len(calls) == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **named)

    setattr(owner, name, struck)
    build([Path(source)], location(address), None, Options(processes=int(processes), full=full == "full"))

main()
"""


def killed(index: Index, source: Path, place: str, count: int, processes: int = 0, full: str = "") -> int:
    """Build in another process, which is killed; answers its process group."""
    process = python(KILLED, str(source), str(index.address), place, str(count), str(processes), full)
    _, told = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, told
    return process.pid


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write(tmp_path / "articles", TEXTS)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease is over at once when its holder is gone."""
    monkeypatch.setattr(leases, "LIFE_S", 0.0)


@pytest.fixture(scope="module")
def digest(qdrant_node: Node, tmp_path_factory: pytest.TempPathFactory) -> str:
    """That of an index of the articles which was never interrupted."""
    index = Index(qdrant_node)
    index.build(write(tmp_path_factory.mktemp("reference") / "articles", TEXTS))
    return index.manifest.digest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "count"),
    [
        ("indexer.qdrant.generations.create_collection", 3),
        ("indexer.qdrant.share.keep", 1),
        ("indexer.qdrant.share.keep", 2),
        ("indexer.qdrant.share.keep", 5),
        ("indexer.qdrant.share.vocabulary_name", 2),
        ("indexer.qdrant.finish.merged", 1),
        ("indexer.qdrant.generations.switch", 1),
        ("indexer.qdrant.run.remove_leftovers", 1),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_a_first_build_that_is_killed_is_gone_on_with(
    qdrant_node: Node, articles: Path, digest: str, place: str, count: int
) -> None:
    index = Index(qdrant_node)
    killed(index, articles, place, count)
    begun = index.generations
    summary = index.build(articles)
    assert (summary.articles, index.manifest.digest, index.problems, index.texts) == (8, digest, [], TEXTS)
    assert sum(segment.passages for segment in index.manifest.segments) >= 8
    assert index.generations == [summary.generation]
    if place != "indexer.qdrant.generations.create_collection":
        assert begun == [summary.generation]


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_what_was_done_before_the_interruption_is_not_done_again(qdrant_node: Node, articles: Path) -> None:
    index = Index(qdrant_node)
    killed(index, articles, "indexer.qdrant.finish.merged", 1)
    held = {each["name"]: each for each in index.points(f"{index.generations[0]}-files")}
    index.build(articles)
    now = {each["name"]: each for each in index.points(f"{index.generation}-files")}
    shares = [name for name in held if name.startswith("share/")]
    assert shares
    assert [now[name]["added"] + now[name]["changed"] for name in shares] == [0] * len(shares)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_an_update_that_is_killed_is_gone_on_with_or_given_up(
    qdrant_node: Node, articles: Path, tmp_path: Path
) -> None:
    index = Index(qdrant_node)
    index.build(articles)
    changed = {name: f"{text} Толықтыру {name}." for name, text in TEXTS.items()}
    write(articles, changed)
    killed(index, articles, "indexer.qdrant.share.keep", 4)
    # Others than the same sources: what the cut off update has written keeps its words.
    more = write(tmp_path / "more", {"snow": "Снег тает."})
    index.build(articles, more)
    assert index.texts == {**changed, "snow": "Снег тает."}
    assert index.problems == []
    assert sum(segment.passages for segment in index.manifest.segments) == 8 + 8 + 1
    write(articles, TEXTS)
    killed(index, articles, "indexer.qdrant.share.keep", 4)
    index.build(articles)
    assert index.texts == TEXTS
    assert index.problems == []


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_full_build_that_is_killed_leaves_the_index_in_use(qdrant_node: Node, articles: Path, digest: str) -> None:
    index = Index(qdrant_node)
    first = index.build(articles).generation
    killed(index, articles, "indexer.qdrant.share.keep", 4, full="full")
    assert (index.generation, len(index.generations), index.texts) == (first, 2, TEXTS)
    begun = index.generations[-1]
    index.build(articles, full=True, prune_after=0.0)
    assert (index.generation, index.generations, index.manifest.digest) == (begun, [begun], digest)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_files_that_change_after_the_interruption_are_read_again(qdrant_node: Node, articles: Path) -> None:
    index = Index(qdrant_node)
    killed(index, articles, "indexer.qdrant.finish.merged", 1)
    write(articles, {"water": "Су аз."})
    (articles / "money.txt").unlink()
    summary = index.build(articles)
    assert summary.articles == 7
    assert index.texts == {**{name: text for name, text in TEXTS.items() if name != "money"}, "water": "Су аз."}
    assert index.problems == []


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_no_process_outlives_a_killed_build(qdrant_node: Node, articles: Path, digest: str) -> None:
    index = Index(qdrant_node)
    group = killed(index, articles, "indexer.qdrant.meter:Meter.finish", 1, processes=2)
    assert wait_until(lambda: not is_alive(group), ORPHANS_S)
    index.build(articles)
    assert index.manifest.digest == digest


def is_alive(group: int) -> bool:
    with suppress(ProcessLookupError):
        os.killpg(group, 0)
        return True
    return False


def test_parts_are_done_one_by_one_and_finished(qdrant_node: Node, articles: Path, digest: str) -> None:
    index = Index(qdrant_node)
    first, second = (index.build(articles, part=(number, 2)) for number in (1, 2))
    assert first.articles + second.articles == 8
    assert first.articles != 0 != second.articles
    with index.connection() as connection:
        assert generations.current(connection, index.address.collection) is None
    summary = index.build(articles)
    assert (summary.articles, summary.added, index.manifest.digest, index.problems) == (8, 8, digest, [])
    assert index.generations == [summary.generation] == [first.generation]


def test_only_one_builds_at_a_time(qdrant_node: Node, articles: Path) -> None:
    index = Index(qdrant_node)
    with index.connection() as connection, lease(connection, index.address.collection):
        with pytest.raises(IndexBusy, match=rf"{index.address.collection} is being built by process {os.getpid()} on"):
            index.build(articles)
        assert index.generations == []
    index.build(articles)
    assert index.texts == TEXTS


def test_who_waits_builds_when_the_other_is_done(qdrant_node: Node, articles: Path) -> None:
    index = Index(qdrant_node)
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with index.connection() as connection, lease(connection, index.address.collection):
            held.set()
            over.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(30)
    threading.Timer(1.0, over.set).start()
    assert patiently(lambda: index.build(articles), 30).articles == 8
    holder.join()


def test_of_many_at_once_one_has_the_lease(qdrant_node: Node) -> None:
    index = Index(qdrant_node)
    begin, outcomes = threading.Barrier(6), []

    def attempt() -> None:
        with index.connection() as connection:
            begin.wait()
            try:
                with lease(connection, index.address.collection):
                    outcomes.append("held")
                    time.sleep(1)
            except IndexBusy:
                outcomes.append("busy")

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["busy"] * 5 + ["held"]


def test_a_lease_is_renewed_and_lost_when_another_takes_it(qdrant_node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEWAL_S", 0.1)
    monkeypatch.setattr(leases, "LIFE_S", 1.0)
    index = Index(qdrant_node)
    with index.connection() as connection, lease(connection, index.address.collection) as held:
        time.sleep(1.5)
        with pytest.raises(IndexBusy), lease(connection, index.address.collection):
            pass
        monkeypatch.setattr(leases, "RENEWAL_S", 60.0)
        time.sleep(1.5)
        with lease(connection, index.address.collection), pytest.raises(IndexBusy):
            held.check()
