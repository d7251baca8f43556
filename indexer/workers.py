"""Processes that work beside the one that builds, so that a file which brings its reader down costs only itself.

A worker that crashes, takes too long or needs too much memory is ended and replaced; the task it had comes back as a
`Failure`. This guards against damaged and overgrown files; it is no sandbox against code that takes a reader over.
"""

from __future__ import annotations

import math
import signal
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Protocol, Self, TypeVar

from indexer.desk import Desk
from indexer.worker_process import OUT_OF_MEMORY, start
from search.errors import UserError

#: Tasks given out or done ahead of the one whose outcome is due, for each process: bounds the memory they take.
AHEAD = 4

#: Seconds a process may take to start.
_START = 120.0

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
            worker.end()  # whatever it is at: nobody waits for its outcome any more

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
        self.pending: _Pending | None = None
        self.deadline = math.inf
        self.alive = True
        self._desk = desk
        self._limits = limits
        self._started = False
        try:
            self.connection, self._process = start(limits.memory)
        except OSError as error:
            raise UserError(f"a worker process could not be started ({error.strerror or error})") from error

    def begin(self, pending: _Pending) -> None:
        self.pending = pending
        if self._started:
            self._give()
        else:
            self.deadline = time.monotonic() + _START

    def receive(self) -> None:
        assert self.pending is not None
        try:
            told, answer = self.connection.recv()
        except (EOFError, OSError):
            self._lose()
            return
        # What it is given may be larger than the connection holds: before it listens, that would be waited for.
        match told:
            case "listening":
                self._send(self._desk)
            case "ready":
                self._started = True
                self._give()
            case "raised":
                raise UserError(answer)
            case _:
                self.pending.finish(answer)
                self.pending = None

    def time_out(self) -> None:
        self.end()
        if not self._started:
            raise UserError(f"a worker process did not start within {_START:.0f} seconds")
        self._fail(self._slow())

    def end(self) -> None:
        self.alive = False
        self.connection.close()
        self._process.kill()
        self._process.wait()

    def _lose(self) -> None:
        """Tell what became of a process that closed its connection."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)  # one that died by itself has a status to tell
        self.end()
        if not self._started:
            status = self._process.returncode
            raise UserError(f"a worker process could not be started (exit status {status})")
        self._fail(self._death())

    def _give(self) -> None:
        """Hand over the task and begin to measure its time."""
        assert self.pending is not None
        self.deadline = time.monotonic() + self._time()
        self._send((self.pending.task, self._time()))

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
        if status == OUT_OF_MEMORY:
            megabytes = self._limits.memory >> 20
            return Failure(f"reading it takes more than {megabytes:,} MB of memory", "divide it, or convert it")
        if status == -signal.SIGXCPU:
            return self._slow()
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return Failure(f"the process that read it was ended ({how})", "save it anew in the program that made it")

    def _slow(self) -> Failure:
        return Failure(f"reading it takes more than {self._time():.0f} seconds", "divide it, or convert it")
