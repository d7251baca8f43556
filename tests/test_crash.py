"""A build that is killed costs nothing: the index before it still answers, and the next build tidies up."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine
from search.index_errors import IndexMissing
from search.results import MODES, Results
from search.storage import current_generation, generation_path, open_generation
from search.verification import verify
from tests.builder import Build, Builder

#: Of the random moments at which builds are killed; a failure names it.
SEED = int(os.environ.get("IZDE_CRASH_SEED", "7"))

#: Moments of each kind in each situation: 2 kinds, 4 situations, 200 in all.
MOMENTS = 25

QUERIES = ("су", "water", "migrants", '"су әкеледі"', "егіст*", "-water", "жаңа", "author:орлова")

Answers = list[Results] | None


@dataclass(frozen=True, slots=True)
class Situation:
    """An index before a build, what the build is of, and the answers before and after it.

    `steps` and `took_s` are those of the build when it is left alone.
    """

    base: Path
    source: Path
    always_added: bool
    prune_after: float
    before: Answers
    after: Answers
    steps: int
    took_s: float

    def build(self, index: Path, **struck: Any) -> Build:
        """The build in a copy of the index."""
        given = {"prune_after": self.prune_after, "always_added": self.always_added, **struck}
        return Build(str(self.source), str(index), **given)

    def copy(self, folder: Path) -> Path:
        """A copy of the index; files of a generation never change, so that they need not be copied."""
        index = folder / "index"
        if self.base.exists():
            shutil.copytree(self.base, index, copy_function=os.link)
        return index


def _articles(numbers: Sequence[int], added: str = "") -> list[dict[str, object]]:
    languages = (
        ("kk", "Өзен алқаптың егістігіне су әкеледі."),
        ("ru", "Река приносит воду на поля долины."),
        ("en", "The river brings water. Migrants send money."),
        ("ky", "Дарыя өрөөндүн талааларына суу алып келет."),
    )
    rows = []
    for number in numbers:
        language, text = languages[number % 4]
        row = {"id": f"a{number}", "title": f"River {number}", "text": f"{text} {number}. {added}"}
        rows.append({**row, "language": language, "authors": ["Орлова Н.В."], "year": 2000 + number})
    return rows


def _write(file: Path, articles: Sequence[dict[str, object]]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(json.dumps(each) for each in articles), "utf-8")
    glossary = "en\tru\tkk\tky\nriver\tрека\tөзен\tдарыя\n"
    file.with_name("glossary.tsv").write_text(glossary, "utf-8")
    return file


def _answers(index: Path, encoder: Encoder) -> Answers:
    """Everything the index answers; None where there is none."""
    try:
        engine = Engine.open(index, encoder)
    except IndexMissing:
        return None
    return [replace(engine.search(query, mode=mode, limit=50), took_ms=0) for query in QUERIES for mode in MODES]


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    """What runs builds that are struck."""
    with Builder() as server:
        yield server


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """In memory where that is to be had: what a killed process leaves is the same, and no disk is waited for."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as made:
        yield Path(made)


def _earlier(name: str) -> list[list[dict[str, object]]]:
    """What was indexed before, one build after another."""
    if name == "building from nothing":
        return []
    first = _articles(range(9))
    return [first] if name != "pruning" else [_articles(range(9 + more)) for more in range(3)]


@pytest.fixture(scope="module", params=["building from nothing", "adding a segment", "writing all anew", "pruning"])
def situation(request: pytest.FixtureRequest, folder: Path, builder: Builder, encoder: Encoder) -> Situation:
    """Each of the ways a build goes."""
    folder = folder / request.param
    base = folder / "base"
    for articles in _earlier(request.param):
        source = _write(folder / "a.jsonl", articles)
        assert builder.build(Build(str(source), str(base), always_added=True)).exit_code == 0
    (base / "building.lock").unlink(missing_ok=True)
    source = _write(folder / "a.jsonl", [*_articles(range(1, 8)), *_articles([8, 12], "Жаңа мақала.")])
    always_added, prune_after = request.param == "adding a segment", 0 if request.param == "pruning" else 60
    alone = Situation(base, source, always_added, prune_after, _answers(base, encoder), None, 0, 0)
    index = alone.copy(folder / "alone")
    outcome = builder.build(alone.build(index))
    assert (outcome.exit_code, verify(index)) == (0, [])
    manifest = open_generation(generation_path(index, current_generation(index)))
    assert len(manifest.segments) == (2 if always_added else 1)
    again = [builder.build(alone.build(alone.copy(folder / f"again {number}"))).took_s for number in range(3)]
    return replace(alone, after=_answers(index, encoder), steps=outcome.steps, took_s=min(again))


def _assert_unbroken(situation: Situation, index: Path, builder: Builder, encoder: Encoder) -> None:
    """The index answers as before the build or as after it, and the next build leaves nothing behind."""
    answers = _answers(index, encoder)
    assert answers in (situation.before, situation.after)
    if answers is not None:
        assert verify(index) == []
    _assert_built(situation, index, builder, encoder)


def _assert_built(situation: Situation, index: Path, builder: Builder, encoder: Encoder) -> None:
    outcome = builder.build(situation.build(index, prune_after=0))
    assert (outcome.exit_code, outcome.told) == (0, "")
    assert verify(index) == []
    assert _answers(index, encoder) == situation.after
    current = current_generation(index)
    assert sorted(os.listdir(index)) == ["CURRENT", "building.lock", "generations"]
    kept = {current, *open_generation(generation_path(index, current)).segments}
    assert set(os.listdir(index / "generations")) == kept


def _moments(situation: Situation, kind: str) -> list[dict[str, float]]:
    chance = Random(f"{SEED} {kind} {situation.steps}")
    if kind == "at a step":
        return [{"step": chance.randint(1, situation.steps)} for _ in range(MOMENTS)]
    return [{"seconds": chance.uniform(0.0005, situation.took_s)} for _ in range(MOMENTS)]


@pytest.mark.parametrize("kind", ["at a step", "at any time"])
def test_a_build_may_be_killed(kind: str, situation: Situation, builder: Builder, encoder: Encoder) -> None:
    killed = 0
    for number, moment in enumerate(_moments(situation, kind)):
        print(f"seed {SEED}, moment {number}: {moment}")
        index = situation.copy(situation.base.parent / f"{kind} {number}")
        outcome = builder.build(situation.build(index, **moment))
        killed += outcome.exit_code is None
        assert not outcome.orphans
        _assert_unbroken(situation, index, builder, encoder)
    assert killed == MOMENTS if kind == "at a step" else killed > MOMENTS // 2


@pytest.mark.slow
@pytest.mark.skipif("IZDE_CRASH_EACH_STEP" not in os.environ, reason="takes five minutes; set IZDE_CRASH_EACH_STEP=1")
def test_a_build_may_be_killed_at_each_step(situation: Situation, builder: Builder, encoder: Encoder) -> None:
    for step in range(1, situation.steps + 1):
        print(f"step {step} of {situation.steps}")
        index = situation.copy(situation.base.parent / f"step {step}")
        assert builder.build(situation.build(index, step=step)).exit_code is None
        _assert_unbroken(situation, index, builder, encoder)


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


@pytest.mark.parametrize("kilobytes", [4, 64, 500])
def test_a_full_disk_is_told(kilobytes: int, source: Path, index: Path, encoder: Encoder) -> None:
    # No file may grow beyond a size: SQLite's does not get beyond 64, the words' vectors not beyond 500.
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
