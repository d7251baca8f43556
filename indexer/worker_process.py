"""What runs in a process that works beside the one that builds, and how it is started (see `indexer.workers`)."""

from __future__ import annotations

import math
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from indexer.desk import Desk
from search.errors import UserError

#: Exit status of a process that met its limit of memory.
OUT_OF_MEMORY = 77

#: Processor seconds a process may take beyond its time, should the one that watches it be gone.
_GRACE = 30

_PROGRAM = "import sys; sys.path[:] = {path!r}; from indexer.worker_process import main; main({descriptor}, {memory})"


def start(memory: int) -> tuple[Connection, subprocess.Popen[bytes]]:
    """A process that runs `main`, and the connection to it."""
    ours, theirs = Pipe()
    program = _PROGRAM.format(path=sys.path, descriptor=theirs.fileno(), memory=memory)
    # Libraries that compute must not start threads of their own in each process.
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") | {"TOKENIZERS_PARALLELISM": "false"}
    # Ctrl+C is for the process that builds, which ends the others: they inherit that the signal is blocked.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=os.environ | single,
            )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return ours, process


def main(descriptor: int, memory: int) -> None:
    """Do the tasks that come through a connection until it is closed."""
    _limit(resource.RLIMIT_AS, memory)
    connection = Connection(descriptor)
    with suppress(EOFError, OSError):
        connection.send(("listening", None))
        desk: Desk = connection.recv()
        desk.prepare()
        connection.send(("ready", None))
        while True:
            try:
                _answer(connection, desk)
            except MemoryError:
                os._exit(OUT_OF_MEMORY)


def _answer(connection: Connection, desk: Desk) -> None:
    """Do the next task and send its outcome; raises `EOFError` when there is none to come."""
    task, seconds = connection.recv()
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds) + _GRACE)
    try:
        outcome = "done", task.run(desk)
    except UserError as error:
        outcome = "raised", str(error)
    connection.send(outcome)


def _limit(kind: int, most: int) -> None:
    with suppress(ValueError, OSError):  # a lower limit is set already, or the system knows none
        resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))
