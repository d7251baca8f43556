"""Tests of `indexer.workers`: tasks in other processes, those that end badly, and builds that use them."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from indexer import worker_process
from indexer import workers as workers_module
from indexer.build import Summary, build
from indexer.desk import Desk
from indexer.tasks import LemmatiseWords
from indexer.workers import Failure, Limits, Workers
from search.encoder import Encoder
from search.engine import Engine
from search.errors import UserError
from search.storage import current_generation, generation_path

QUICK = Limits(seconds=3.0, seconds_per_megabyte=0.0, memory=1 << 30)


@dataclass(frozen=True, slots=True)
class Double:
    """Twice a number, after a while."""

    number: int
    seconds: float = 0.0
    size: int = 0

    def run(self, desk: Desk) -> int:
        time.sleep(self.seconds)
        return 2 * self.number


@dataclass(frozen=True, slots=True)
class Do:
    """What ends a process, or a build."""

    what: str
    size: int = 0

    def run(self, desk: Desk) -> int | bytearray:
        match self.what:
            case "crash":
                return int(ctypes.string_at(0)[0])
            case "hang":
                time.sleep(600)
            case "tell and hang":
                print("hanging", file=sys.stderr, flush=True)
                time.sleep(600)
            case "fill the memory":
                return len(bytearray(8 << 30))
            case "answer too much":
                return bytearray(600 << 20)
            case "leave":
                os._exit(3)
            case "raise":
                raise UserError("the model is gone")
        return 0


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(Desk(None), 2, QUICK) as workers:
        yield workers


def test_outcomes_come_in_the_order_of_the_tasks(workers: Workers) -> None:
    tasks = [(number, Double(number, 0.05 if number % 3 == 0 else 0)) for number in range(20)]
    assert list(workers.results(iter(tasks))) == [(number, 2 * number) for number in range(20)]


def test_what_has_no_task_keeps_its_place(workers: Workers) -> None:
    tasks = [("a", Double(1, 0.2)), ("b", None), ("c", Double(2))]
    assert list(workers.results(iter(tasks))) == [("a", 2), ("b", None), ("c", 4)]


def test_a_task_can_be_asked_for_in_between(workers: Workers) -> None:
    outcomes = [
        (number, outcome, workers.call(Double(outcome)))
        for number, outcome in workers.results((number, Double(number)) for number in range(6))
    ]
    assert outcomes == [(number, 2 * number, 4 * number) for number in range(6)]


def test_no_more_tasks_are_taken_than_can_be_held(workers: Workers) -> None:
    taken: list[int] = []

    def tasks() -> Iterator[tuple[int, Double]]:
        for number in range(1000):
            taken.append(number)
            yield number, Double(number)

    results = workers.results(tasks())
    for number in range(3):
        assert next(results) == (number, 2 * number)
    assert len(taken) <= 2 * 4 + 3


ENDS = {
    "crash": Failure("the process that read it was ended (SIGSEGV)", "save it anew in the program that made it"),
    "leave": Failure("the process that read it was ended (exit status 3)", "save it anew in the program that made it"),
    "hang": Failure("reading it takes more than 3 seconds", "divide it, or convert it"),
    "fill the memory": Failure("reading it takes more than 1,024 MB of memory", "divide it, or convert it"),
    "answer too much": Failure("reading it takes more than 1,024 MB of memory", "divide it, or convert it"),
}


@pytest.mark.parametrize(("what", "failure"), ENDS.items(), ids=ENDS.keys())
def test_a_task_that_ends_badly_costs_itself_only(what: str, failure: Failure, workers: Workers) -> None:
    tasks = [("a", Double(1)), ("bad", Do(what)), *((str(number), Double(number)) for number in range(5))]
    expected = [("a", 2), ("bad", failure), *((str(number), 2 * number) for number in range(5))]
    assert list(workers.results(iter(tasks))) == expected


def test_an_error_of_the_user_ends_the_build(workers: Workers) -> None:
    with pytest.raises(UserError, match="the model is gone"):
        list(workers.results(iter([("a", Do("raise"))])))


def test_time_grows_with_the_size() -> None:
    assert Limits(seconds=120, seconds_per_megabyte=1).time(Double(1, size=50_000_000)) == 170


def test_no_process_stays_behind() -> None:
    before = _children()  # servers of other tests
    with Workers(Desk(None), 2, QUICK) as workers:
        next(workers.results((number, Do("hang") if number else Double(1)) for number in range(3)))
        assert len(_children() - before) == 2
        begun = time.monotonic()
    assert _children() == before
    assert time.monotonic() - begun < 1, "nothing is waited for"


def test_a_process_that_does_not_start_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "_PROGRAM", "import time; time.sleep(20)")
    monkeypatch.setattr(workers_module, "_START", 1.0)
    desk = Desk(None, np.zeros(1_000_000, np.uint64))
    with Workers(desk, 2, QUICK) as workers, pytest.raises(UserError, match="did not start within 1 seconds"):
        workers.call(Double(1))


def test_a_process_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with (
        Workers(Desk(None), 2, QUICK) as workers,
        pytest.raises(UserError, match=r"could not be started \(No such file"),
    ):
        workers.call(Double(1))


@pytest.mark.parametrize("at_work", [False, True], ids=["starting", "at work"])
def test_an_interrupt_ends_all_at_once_and_is_told_once(at_work: bool) -> None:
    program = (
        "from indexer.desk import Desk; from indexer.workers import Limits, Workers;"
        "from tests.indexer.test_workers import Do;\n"
        "with Workers(Desk(None), 3, Limits()) as workers:"
        "    list(workers.results((n, Do('tell and hang')) for n in range(4)))"
    )
    command = [sys.executable, "-c", program]
    parent = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert parent.stderr
    if at_work:
        assert [parent.stderr.readline() for _ in range(3)] == ["hanging\n"] * 3
    while not Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text():
        time.sleep(0.001)
    time.sleep(0.1)  # it loads its libraries
    begun = time.monotonic()
    os.killpg(parent.pid, signal.SIGINT)
    _, told = parent.communicate(timeout=30)
    assert time.monotonic() - begun < 2
    assert told.count("Traceback") == told.count("KeyboardInterrupt") == 1
    until = time.monotonic() + 20
    while _is_group(parent.pid) and time.monotonic() < until:
        time.sleep(0.05)  # one that was just being started ends by itself
    assert not _is_group(parent.pid)


def test_processes_go_with_the_one_that_started_them(tmp_path: Path) -> None:
    program = (
        "import time; from indexer.desk import Desk; from indexer.workers import Limits, Workers;"
        "from tests.indexer.test_workers import Double, _children;"
        "workers = Workers(Desk(None), 2, Limits());"
        "list(workers.results((n, Double(n, .2)) for n in range(4)));"
        "print(*_children(), flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    workers = [int(each) for each in parent.stdout.readline().split()]
    assert len(workers) == 2
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{each}").exists() for each in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert [each for each in workers if _is_running(each)] == []


def _children() -> set[int]:
    """The processes this one has started."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {int(each) for each in found.split() if _is_running(int(each))}


def _is_group(processes: int) -> bool:
    """Whether there is a process left in a group."""
    try:
        os.killpg(processes, 0)
    except ProcessLookupError:
        return False
    return True


def _is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_words_are_lemmatised_elsewhere_as_here(workers: Workers) -> None:
    task = LemmatiseWords(["ru:людьми", "en:children", "ky:суунун", "kk:егістік"])
    assert workers.call(task) == task.run(Desk(None))
    assert workers.call(task)[1] == (("=children", 1.0), ("child", 1.0))


TEXTS = (
    "Токтогул суу сактагычы өлкөнүн электр энергиясынын көп бөлүгүн берет.",
    "Сырдария өзенінің суы егін суаруға және электр энергиясын өндіруге қажет.",
    "Торговля людьми является тяжким преступлением. Государства сотру-\nдничают.",
    "Labour migrants send remittances to their families every month.",
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Articles of many kinds, some of the same id, some that cannot be read."""
    folder = tmp_path / "articles"
    folder.mkdir()
    rows = [{"id": f"a{n % 58}", "title": f"Суу {n}", "text": (TEXTS[n % 4] + f" {n}\n\n") * 2} for n in range(60)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines[7] = "{no json"
    (folder / "many.jsonl").write_text("\n".join(lines), "utf-8")
    for n in range(12):
        (folder / f"page{n}.html").write_text(f"<h1>Page {n}</h1><p>{TEXTS[n % 4]}", "utf-8")
        (folder / f"page{n}.txt").write_text(TEXTS[(n + 1) % 4] * 5 if n != 3 else "", "utf-8")
    return folder


def _files(index: Path) -> dict[str, bytes]:
    """The files of a generation without those that hold its name or times."""
    generation = generation_path(index, current_generation(index))
    told = ("manifest.json", "sources.json")
    return {each.name: each.read_bytes() for each in sorted(generation.iterdir()) if each.name not in told}


def test_an_index_is_the_same_byte_by_byte_however_many_processes(
    source: Path, tmp_path: Path, encoder: Encoder
) -> None:
    done = {number: build([source], tmp_path / str(number), encoder, processes=number) for number in (0, 1, 3)}
    assert {(each.articles, each.words, each.problems) for each in done.values()} == {
        (done[0].articles, done[0].words, done[0].problems)
    }
    assert done[0].articles == 59 + 23
    assert _files(tmp_path / "0") == _files(tmp_path / "1") == _files(tmp_path / "3")


@pytest.mark.parametrize("processes", [0, 2])
def test_unchanged_articles_are_known_in_every_process(
    processes: int, source: Path, tmp_path: Path, encoder: Encoder
) -> None:
    build([source], tmp_path / "index", encoder)
    (source / "many.jsonl").write_text((source / "many.jsonl").read_text("utf-8").replace('Суу 5"', 'Дарыя"'), "utf-8")
    summary = build([source], tmp_path / "index", encoder, processes=processes)
    assert (summary.added, summary.changed, summary.unchanged, summary.removed) == (0, 1, 81, 0)
    build([source], tmp_path / "fresh", encoder)
    assert _articles(tmp_path / "index", encoder) == _articles(tmp_path / "fresh", encoder)


def _articles(index: Path, encoder: Encoder) -> set[tuple[str, str, str]]:
    """What an index holds, in any order."""
    return {(each.id, each.title, each.text) for each in Engine.open(index, encoder).articles()}


def _aged(folder: Path) -> None:
    for file in folder.rglob("*"):
        os.utime(file, (1_600_000_000, 1_600_000_000))


@pytest.fixture
def told(source: Path, tmp_path: Path, encoder: Encoder) -> Callable[..., tuple[Summary, int]]:
    """Builds; answers what was done, and how many bytes were read for it."""

    def told(**options: bool) -> tuple[Summary, int]:
        totals = [0]
        summary = build(
            [source], tmp_path / "index", encoder, measure=lambda done, total: totals.append(total), **options
        )
        return summary, totals[-1]

    return told


def test_files_that_are_the_same_are_not_read_again(source: Path, told: Callable[..., tuple[Summary, int]]) -> None:
    _aged(source)
    first, read = told()
    assert read == sum(file.stat().st_size for file in source.iterdir())
    again, read = told()
    assert (read, again.unchanged, again.problems) == (0, 82, first.problems)
    assert again.generation == first.generation
    (source / "page1.txt").write_text(TEXTS[0], "utf-8")
    changed, read = told()
    assert (read, changed.changed, changed.unchanged) == (len(TEXTS[0].encode()), 1, 81)
    assert changed.problems == first.problems
    _, read = told(full=True)
    assert read == sum(file.stat().st_size for file in source.iterdir())


def test_a_change_within_one_tick_of_the_clock_is_seen(source: Path, told: Callable[..., tuple[Summary, int]]) -> None:
    file = source / "page1.txt"
    file.write_text("Migrants send money.", "utf-8")
    modified = file.stat().st_mtime_ns
    told()
    file.write_text("Farmers need water. ", "utf-8")
    os.utime(file, ns=(modified, modified))
    assert told()[0].changed == 1


def test_a_file_that_was_only_touched_is_the_same(source: Path, told: Callable[..., tuple[Summary, int]]) -> None:
    told()
    _aged(source)
    summary, _ = told()
    assert (summary.unchanged, summary.changed) == (82, 0)


def test_a_new_description_is_a_reason_to_read(source: Path, told: Callable[..., tuple[Summary, int]]) -> None:
    _aged(source)
    told()
    (source / "articles.csv").write_text("file,title\npage2.html,Another title\n", "utf-8")
    assert told()[0].changed == 1


def test_ids_are_those_of_a_fresh_index_when_a_file_goes(
    source: Path, tmp_path: Path, encoder: Encoder, told: Callable[..., tuple[Summary, int]]
) -> None:
    _aged(source)
    told()
    (source / "page1.html").unlink()
    shutil.copy(source / "page5.txt", source / "page0.htm")
    told()
    build([source], tmp_path / "fresh", encoder)
    assert _articles(tmp_path / "index", encoder) == _articles(tmp_path / "fresh", encoder)
