"""Processes that work beside the one that builds, so that a file which brings its reader down costs only itself.

A worker that crashes, takes too long or needs too much memory is ended and replaced; the task it had comes back as a
`Failure`. This guards against damaged and overgrown files; it is no sandbox against code that takes a reader over.
"""

from __future__ import annotations

import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, Self, TypeVar

from indexer.desk import Desk
from search.errors import UserError

#: Tasks given out or done ahead of the one whose outcome is due, for each process: bounds the memory they take.
AHEAD = 4

#: Seconds a process may take to start.
_START = 120.0

#: Processor seconds a worker may take beyond its time, should the process that watches it be gone.
_GRACE = 30

#: Exit status of a worker that met its limit of memory.
_OUT_OF_MEMORY = 77

_PROGRAM = "import sys; sys.path[:] = {path!r}; from indexer.workers import main; main({descriptor}, {memory})"

Key = TypeVar("Key")


class Task(Protocol):
    """Work for any process; `size` in bytes tells how long it may take."""

    @property
    def size(self) -> int:
        """Bytes that are read for it."""

    def run(self, desk: Desk) -> Any:
        """Do it; the answer, as the task itself, has to be picklable."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take: seconds, more of them for each million bytes, and bytes of memory of its process."""

    seconds: float = 120.0
    seconds_per_megabyte: float = 1.0
    memory: int = 4 << 30

    def time(self, task: Task) -> float:
        """Seconds a task may take."""
        return self.seconds + self.seconds_per_megabyte * task.size / 1e6


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no outcome, and what the reader can do about it."""

    reason: str
    remedy: str


class Pool(Protocol):
    """What runs tasks."""

    def results(self, tasks: Iterator[tuple[Key, Task | None]]) -> Iterator[tuple[Key, Any]]:
        """The outcome of each task under its key, in their order; None at once where there is no task."""

    def call(self, task: Task) -> Any:
        """The outcome of one task, before those that wait."""


class Here:
    """Runs tasks in this process, one after the other, when their outcome is asked for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def results(self, tasks: Iterator[tuple[Key, Task | None]]) -> Iterator[tuple[Key, Any]]:
        """The outcome of each task under its key, in their order; None where there is no task."""
        for key, task in tasks:
            yield key, self.call(task) if task else None

    def call(self, task: Task) -> Any:
        """The outcome of one task."""
        return task.run(self._desk)


class Workers:
    """Runs tasks in processes of their own, started as they are needed and ended with the `with` block.

    An outcome is what the task answered, or a `Failure`. Raises `UserError` for one that a task raised, and where
    processes cannot be started.
    """

    def __init__(self, desk: Desk, processes: int, limits: Limits) -> None:
        self._desk = desk
        self._processes = processes
        self._limits = limits
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers:
            worker.end()

    def results(self, tasks: Iterator[tuple[Key, Task | None]]) -> Iterator[tuple[Key, Any]]:
        """The outcome of each task under its key, in their order; None where there is no task."""
        window: deque[tuple[Key, _Pending | None]] = deque()
        waiting: deque[_Pending] = deque()
        exhausted = False
        while window or not exhausted:
            while not exhausted and len(window) < AHEAD * self._processes:
                if (following := next(tasks, None)) is None:
                    exhausted = True
                else:
                    key, task = following
                    window.append((key, _Pending(task) if task else None))
                    waiting.extend(filter(None, [window[-1][1]]))
            while waiting and (worker := self._idle()):
                worker.begin(waiting.popleft())
            if window and (window[0][1] is None or window[0][1].done):
                key, pending = window.popleft()
                yield key, pending and pending.outcome
            elif window:
                self._wait()

    def call(self, task: Task) -> Any:
        """The outcome of one task, before those that wait."""
        while not (worker := self._idle()):
            self._wait()
        pending = _Pending(task)
        worker.begin(pending)
        while not pending.done:
            self._wait()
        return pending.outcome

    def _idle(self) -> _Worker | None:
        """A worker without a task, a new one where there may be more."""
        for worker in self._workers:
            if worker.pending is None:
                return worker
        if len(self._workers) < self._processes:
            self._workers.append(_Worker(self._desk, self._limits))
            return self._workers[-1]
        return None

    def _wait(self) -> None:
        """Wait until something happened to a worker that has a task."""
        busy = {worker.connection: worker for worker in self._workers if worker.pending}
        first = min(worker.deadline for worker in busy.values())
        told = wait(list(busy), max(0.0, first - time.monotonic()))
        for connection, worker in busy.items():
            if connection in told:
                worker.receive()
            elif time.monotonic() > worker.deadline:
                worker.time_out()
        self._workers = [worker for worker in self._workers if worker.alive]


@dataclass(slots=True)
class _Pending:
    """A task that is given out or waits to be, and its outcome."""

    task: Task
    outcome: Any = None
    done: bool = False

    def finish(self, outcome: Any) -> None:
        self.outcome, self.done = outcome, True


class _Worker:
    """One process, the task it has, and until when it may take."""

    def __init__(self, desk: Desk, limits: Limits) -> None:
        self.connection, theirs = Pipe()
        self.pending: _Pending | None = None
        self.deadline = math.inf
        self.alive = True
        self._limits = limits
        self._started = False
        program = _PROGRAM.format(path=sys.path, descriptor=theirs.fileno(), memory=limits.memory)
        # Libraries that compute must not start threads of their own in each process.
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") | {"TOKENIZERS_PARALLELISM": "false"}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=os.environ | single,
            )
        self._send(desk)

    def begin(self, pending: _Pending) -> None:
        self.pending = pending
        self.deadline = time.monotonic() + (self._time() if self._started else _START)
        self._send((pending.task, self._time()))

    def receive(self) -> None:
        assert self.pending is not None
        try:
            told, answer = self.connection.recv()
        except (EOFError, OSError):
            self.end()
            if not self._started:
                raise UserError(
                    f"a worker process could not be started (exit status {self._process.returncode})"
                ) from None
            self._fail(self._death())
            return
        if told == "started":
            self._started, self.deadline = True, time.monotonic() + self._time()
        elif told == "raised":
            raise UserError(answer)
        else:
            self.pending.finish(answer)
            self.pending = None

    def time_out(self) -> None:
        self.end(at_once=True)
        if not self._started:
            raise UserError(f"a worker process did not start within {_START:.0f} seconds")
        self._fail(self._slow())

    def end(self, at_once: bool = False) -> None:
        """Close the connection, which ends a process that waits, and kill one that does not."""
        self.alive = False
        self.connection.close()
        if at_once or self.pending:
            with suppress(subprocess.TimeoutExpired):
                # One that died by itself has a status to tell.
                self._process.wait(0 if at_once else 1)
            self._process.kill()
        self._process.wait()

    def _send(self, message: Any) -> None:
        with suppress(OSError):  # what became of the process is told when it is asked for its answer
            self.connection.send(message)

    def _time(self) -> float:
        return self._limits.time(self.pending.task) if self.pending else self._limits.seconds

    def _fail(self, failure: Failure) -> None:
        assert self.pending is not None
        self.pending.finish(failure)

    def _death(self) -> Failure:
        status = self._process.returncode
        if status == _OUT_OF_MEMORY:
            megabytes = self._limits.memory >> 20
            return Failure(f"reading it takes more than {megabytes:,} MB of memory", "divide it, or convert it")
        if status == -signal.SIGXCPU:
            return self._slow()
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return Failure(f"the process that read it was ended ({how})", "save it anew in the program that made it")

    def _slow(self) -> Failure:
        return Failure(f"reading it takes more than {self._time():.0f} seconds", "divide it, or convert it")


def main(descriptor: int, memory: int) -> None:
    """Do the tasks that come through a connection until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that builds, which ends this one
    _limit(resource.RLIMIT_AS, memory)
    connection = Connection(descriptor)
    with suppress(EOFError, OSError):
        desk: Desk = connection.recv()
        desk.prepare()
        connection.send(("started", None))
        while True:
            task, seconds = connection.recv()
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds) + _GRACE)
            connection.send(_outcome(task, desk))


def _outcome(task: Task, desk: Desk) -> tuple[str, Any]:
    try:
        return "done", task.run(desk)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except UserError as error:
        return "raised", str(error)


def _limit(kind: int, most: int) -> None:
    with suppress(ValueError, OSError):  # a lower limit is set already, or the system knows none
        resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))
