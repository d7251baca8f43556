"""Builds that are killed or fail at a chosen moment, each in a process of its own.

A server process loads the encoder and the tables of all languages once and forks for each build, so that hundreds of
builds take seconds. Python's audit events are the steps at which a build can be struck: each file it opens, be it for
writing, for a checksum or for flushing it, each directory it makes, each rename and each removal.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Self

_ROOT = Path(__file__).resolve().parents[1]

_STEPS = {"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "sqlite3.connect"}

_WRITING = os.O_WRONLY | os.O_RDWR

#: Seconds a killed build's worker processes may live on.
_ORPHANS_S = 10.0


@dataclass(frozen=True, slots=True)
class Build:
    """What to build and how it is struck.

    At `step` it is killed, or with `fault`, the name of an error, meets that error there and at all later steps that
    write. `seconds` after its start it is killed. `as_user` has it run as another user. With `always_added` an update
    adds a segment, however small the index.
    """

    source: str
    index: str
    prune_after: float = 60.0
    always_added: bool = False
    step: int = 0
    fault: str = ""
    seconds: float = 0.0
    as_user: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended: the exit code of the command, None when it was killed; the steps it made until then."""

    exit_code: int | None
    steps: int
    took_s: float
    told: str
    orphans: bool


class Builder:
    """The client's side of the server."""

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.builder"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"},
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._server.communicate(timeout=60)

    def build(self, build: Build) -> Outcome:
        """Run a build to its end, whichever that is."""
        assert self._server.stdin
        assert self._server.stdout
        print(json.dumps(asdict(build)), file=self._server.stdin, flush=True)
        return Outcome(**json.loads(self._server.stdout.readline()))


def _serve() -> None:
    _warm()
    for line in sys.stdin:
        print(json.dumps(asdict(_outcome(Build(**json.loads(line))))), flush=True)


def _warm() -> None:
    import izde
    from search import encoder

    loaded = encoder.load_encoder(None)
    encoder.load_encoder = lambda model: loaded
    words = "Өзен алқаптың егістігіне су әкеледі. Дарыянын суусу. Река приносит воду. Migrants send money home."
    with TemporaryDirectory() as folder:
        for text in (words, f"{words} {words}"):
            (Path(folder) / "a.txt").write_text(text, "utf-8")
            _run(izde, Build(f"{folder}/a.txt", f"{folder}/index"))
    gc.freeze()


def _outcome(build: Build) -> Outcome:
    reading, writing = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if not child:
        os.close(reading)
        _be_child(build, os.fdopen(writing, "w"))
    os.close(writing)
    if build.seconds:
        time.sleep(build.seconds)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as stream:
        _, status = os.waitpid(child, 0)
        took = time.perf_counter() - began
        orphans = _has_orphans(child)
        told = stream.read()
    ended: dict[str, Any] = json.loads(told) if os.WIFEXITED(status) else {"exit_code": None, "steps": 0, "told": ""}
    return Outcome(took_s=took, orphans=orphans, **ended)


def _has_orphans(group: int) -> bool:
    deadline = time.monotonic() + _ORPHANS_S
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.005)
        os.killpg(group, signal.SIGKILL)
        return True
    return False


def _be_child(build: Build, answer: IO[str]) -> None:
    import izde
    from indexer import changes

    os.setsid()
    if build.always_added:
        changes.SMALL, changes.MOST_CHANGED = 0, 10.0
    if build.as_user:
        os.seteuid(build.as_user)
    steps = _Steps(build)
    sys.addaudithook(steps)
    exit_code, told = _run(izde, build)
    steps.over = True
    answer.write(json.dumps({"exit_code": exit_code, "steps": steps.made, "told": told}))
    answer.flush()
    os._exit(0)


class _Steps:
    """Counts the steps of a build, and strikes at the chosen one."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._number = getattr(errno, build.fault, 0)
        self._process = os.getpid()
        self.made = 0
        self.over = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.over or event not in _STEPS or os.getpid() != self._process:
            return
        # What is removed is named from its directory.
        if event in ("os.remove", "os.rmdir") or str(arguments[0]).startswith(self._build.index):
            self.made += 1
            self._strike(event, arguments)

    def _strike(self, event: str, arguments: tuple[Any, ...]) -> None:
        step = self._build.step
        if step and self.made == step and not self._number:
            os.kill(os.getpid(), signal.SIGKILL)
        if step and self._number and (self.made == step or (self.made > step and _writes(event, arguments))):
            raise OSError(self._number, os.strerror(self._number), str(arguments[0]))


def _writes(event: str, arguments: tuple[Any, ...]) -> bool:
    return bool(arguments[2] & _WRITING) if event == "open" else event in ("os.mkdir", "os.rename", "sqlite3.connect")


def _run(izde: Any, build: Build) -> tuple[int, str]:
    from click.testing import CliRunner

    izde._SETTINGS = replace(izde._SETTINGS, prune_after=build.prune_after)
    glossary = str(Path(build.source).with_name("glossary.tsv"))
    command = ["index", build.source, "--index", build.index, "--glossary", glossary, "--json"]
    done = CliRunner().invoke(izde.main, command)
    unforeseen = done.exception if not isinstance(done.exception, SystemExit) else None
    return done.exit_code, done.stderr + (f"Traceback: {unforeseen!r}" if unforeseen else "")


if __name__ == "__main__":
    _serve()
