"""Readers while the index changes, and builders that meet."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import changes
from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine
from search.live import LiveEngine
from search.lock import building
from search.results import Results
from search.verification import verify

READERS = 8

GENERATIONS = 5

QUERIES = ("water", "су", '"brings water"', "доход*", "-river", "remittances")

#: A process that holds the lock until it is ended.
_HOLDER = """
import sys, time
from pathlib import Path
from search.lock import building
with building(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def _write(folder: Path, number: int) -> Path:
    """Articles of the generation of this number: each has one more than the one before, and another word in all."""
    text = "The river brings water. Су алыс. Мигранты отправляют доходы."
    rows = [{"id": f"a{n}", "title": f"River {n}", "text": f"{text} Remittances {n}."} for n in range(6 + number)]
    rows[number % 6]["text"] += f" Changed{number}."
    file = folder / "a.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return file


def _ask(engine: Engine) -> list[Results]:
    return [replace(engine.search(query, limit=50), took_ms=0) for query in QUERIES]


@pytest.mark.parametrize("added_to", [True, False], ids=["segments", "anew"])
def test_readers_while_generations_come_and_go(
    added_to: bool, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    if added_to:
        monkeypatch.setattr(changes, "SMALL", 0)
        monkeypatch.setattr(changes, "MOST_CHANGED", 10.0)
    index = tmp_path / "index"
    whole: dict[str, list[Results]] = {}

    def renew(number: int) -> None:
        name = build([_write(tmp_path, number)], index, encoder, prune_after=0).generation
        whole[name] = _ask(Engine.open(index, encoder))

    renew(0)
    following, over = LiveEngine(index, encoder), threading.Event()
    with ThreadPoolExecutor(READERS) as readers:
        asked = [readers.submit(_read, following.engine, over) for _ in range(READERS)]
        try:
            for number in range(1, GENERATIONS + 1):
                renew(number)
                time.sleep(0.1)
        finally:
            over.set()
        answers = [answer for each in asked for answer in each.result()]
    assert len(whole) == GENERATIONS + 1
    assert {name for name, _ in answers} <= set(whole)
    assert next(reversed(whole)) in {name for name, _ in answers}
    assert [name for name, answer in answers if answer != whole[name]] == []


def _read(engine: Callable[[], Engine], over: threading.Event) -> list[tuple[str, list[Results]]]:
    """Ask until it is over, and once more; each engine is also asked once it may have been replaced."""
    answers, before = [], engine()
    while True:
        ending = over.is_set()
        newest = engine()
        answers += [(each.generation, _ask(each)) for each in (before, newest)]
        before = newest
        if ending:
            return answers


def _holder(index: Path) -> subprocess.Popen[str]:
    held = subprocess.Popen([sys.executable, "-c", _HOLDER, str(index)], stdout=subprocess.PIPE, text=True)
    assert held.stdout
    assert held.stdout.readline() == "held\n"
    return held


def _index(source: Path, index: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "izde", "index", str(source), "--index", str(index), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_second_builder_says_who_is_first(tmp_path: Path) -> None:
    index = tmp_path / "index"
    holder = _holder(index)
    second = _index(_write(tmp_path, 0), index)
    _, errors = second.communicate(timeout=60)
    holder.kill()
    holder.communicate()
    assert second.returncode == 2
    assert errors.startswith(f"izde: {index} is being built by process {holder.pid} on {os.uname().nodename}, since ")
    assert errors.endswith(" UTC; wait until it is done, or use --wait SECONDS\n")


def test_the_second_builder_waits(tmp_path: Path) -> None:
    index = tmp_path / "index"
    holder = _holder(index)
    second = _index(_write(tmp_path, 0), index, "--wait", "60")
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(3)
    # The lock of a process that was killed is no obstacle.
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    second.communicate(timeout=60)
    assert (second.returncode, verify(index)) == (0, [])


def test_two_builders_at_once_leave_a_whole_index(tmp_path: Path) -> None:
    index, source = tmp_path / "index", _write(tmp_path, 0)
    both = [_index(source, index, "--wait", "60") for _ in range(2)]
    for each in both:
        each.communicate(timeout=120)
    assert [each.returncode for each in both] == [0, 0]
    assert verify(index) == []


def test_a_lock_file_that_was_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "building.lock").write_text("process 1 on another-machine, since 2020-01-01 00:00:00 UTC")
    with building(tmp_path):
        assert (tmp_path / "building.lock").read_text().startswith(f"process {os.getpid()} on ")
