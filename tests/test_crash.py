"""A build that is killed costs nothing: the index before it still answers, and the next build tidies up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine
from search.storage import current_generation, verify

#: What a build has written when it is killed, in the order it is written.
MOMENTS = [
    "documents.sqlite",
    "words.strings",
    "passages.words.npy",
    "postings.impacts.npy",
    "passages.vectors.npy",
    "keyword",
    "manifest.json",
]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough articles for a build to last."""
    file = tmp_path_factory.mktemp("crash") / "articles.jsonl"
    texts = [f"Сырдария өзенінің суы {n} егін суаруға қажет. " * 40 for n in range(40)]
    texts.append(" ".join(f"су{n}" for n in range(1500)))
    rows = [json.dumps({"id": f"new-{n}", "title": "Су", "text": text}) for n, text in enumerate(texts)]
    file.write_text("\n".join(rows), "utf-8")
    return file


@pytest.fixture
def index(tmp_path: Path, encoder: Encoder) -> Path:
    """An index of one article."""
    (tmp_path / "old.txt").write_text("Migrants send money to their families.", "utf-8")
    build([tmp_path / "old.txt"], tmp_path / "index", encoder)
    return tmp_path / "index"


def _start(source: Path, index: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "izde", "index", str(source), "--index", str(index)]
    # A shell that runs the tests in the background has them, and what they start, ignore Ctrl+C.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=heed)


def _kill(building: subprocess.Popen[bytes]) -> None:
    building.send_signal(signal.SIGKILL)
    building.communicate(timeout=60)


def _assert_whole(index: Path, encoder: Encoder, expected: set[str]) -> None:
    """The index in use has no damaged file and answers from one generation."""
    assert verify(index) == []
    hits = Engine.open(index, encoder).search('"send money" OR "сырдария өзенінің"', per_article=1, limit=100).hits
    assert {hit.article.id.partition("-")[0] for hit in hits} == expected


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_index_before_still_answers(moment: str, source: Path, index: Path, encoder: Encoder) -> None:
    before = current_generation(index)
    building = _start(source, index)
    while building.poll() is None and not _written(index, before, moment):
        time.sleep(0.0005)
    _kill(building)
    # The last moments may fall after the switch.
    _assert_whole(index, encoder, {"old"} if current_generation(index) == before else {"new"})


@pytest.mark.slow
@pytest.mark.parametrize("part", range(1, 13))
def test_at_any_time(part: int, source: Path, index: Path, encoder: Encoder, whole_build: float) -> None:
    before = current_generation(index)
    building = _start(source, index)
    time.sleep(whole_build * part / 12)
    _kill(building)
    _assert_whole(index, encoder, {"old"} if current_generation(index) == before else {"new"})


@pytest.fixture(scope="module")
def whole_build(source: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds that a build takes when it is left alone."""
    began = time.perf_counter()
    assert _start(source, tmp_path_factory.mktemp("timed") / "index").wait() == 0
    return time.perf_counter() - began


def test_the_next_build_tidies_up(source: Path, index: Path, encoder: Encoder) -> None:
    before = current_generation(index)
    building = _start(source, index)
    while not _written(index, before, "documents.sqlite"):
        time.sleep(0.001)
    _kill(building)
    assert len(list((index / "generations").iterdir())) == 2
    summary = build([source], index, encoder, prune_after=0)
    assert [path.name for path in (index / "generations").iterdir()] == [summary.generation]
    _assert_whole(index, encoder, {"new"})


def test_an_interrupted_build_leaves_nothing(source: Path, index: Path, encoder: Encoder) -> None:
    before = current_generation(index)
    building = _start(source, index)
    while not _written(index, before, "documents.sqlite"):
        time.sleep(0.001)
    building.send_signal(signal.SIGINT)
    _, errors = building.communicate(timeout=60)
    assert building.returncode not in (0, None)
    assert b"Traceback" not in errors
    assert os.listdir(index / "generations") == [before]
    _assert_whole(index, encoder, {"old"})


@pytest.mark.parametrize("kilobytes", [4, 64, 1000])
def test_a_full_disk_is_told(kilobytes: int, source: Path, index: Path, encoder: Encoder) -> None:
    # No file may grow beyond a size: SQLite's does not get beyond 64, the words' vectors not beyond 1000.
    before = current_generation(index)
    limited = ["bash", "-c", f'ulimit -f {kilobytes}; exec "$@"', "-"]
    command = [*limited, sys.executable, "-m", "izde", "index", str(source), "--index", str(index)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert done.stderr.splitlines()[-1].startswith("izde: ")
    assert os.listdir(index / "generations") == [before]
    _assert_whole(index, encoder, {"old"})


def _written(index: Path, before: str, name: str) -> bool:
    return any((path / name).exists() for path in (index / "generations").iterdir() if path.name != before)
