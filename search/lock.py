"""The lock that keeps two processes from building one index at once."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import TypeVar

from search.index_errors import IndexBusy, IndexProblem

_LOCK = "building.lock"

T = TypeVar("T")

#: Seconds between two looks at a lock that another process holds.
_AGAIN_S = 0.2


@contextmanager
def building(index: Path) -> Iterator[None]:
    """Hold the index for building; raises `IndexBusy` when another process does, `IndexProblem` where nobody could.

    The lock goes with the process that holds it, however that ends: what a killed one left is no obstacle.
    """
    with _opened(index) as lock:
        _take(index, lock)
        _sign(lock)
        yield


def patiently(action: Callable[[], T], seconds: float) -> T:
    """Do what needs the lock, again and again for so many seconds while another process holds it.

    Raises `IndexBusy` when it still does after that.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except IndexBusy:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_AGAIN_S)


def _opened(index: Path) -> FileIO:
    try:
        index.mkdir(parents=True, exist_ok=True)
        return open(index / _LOCK, "ab+", buffering=0)
    except OSError as error:
        raise IndexProblem(
            f"{error.filename} cannot be written ({error.strerror}); make the directory writable for this user,"
            " or choose another with --index"
        ) from error


def _take(index: Path, lock: FileIO) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().decode(errors="replace").strip() or "another process"
        raise IndexBusy(f"{index} is being built by {holder}; wait until it is done, or use --wait SECONDS") from None
    except OSError as error:
        raise IndexProblem(
            f"{lock.name} cannot be locked ({error.strerror}); choose a directory on a local file system with --index"
        ) from error


def _sign(lock: FileIO) -> None:
    holder = f"process {os.getpid()} on {socket.gethostname()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    # On a full disk there is no room for it; the lock holds without.
    with suppress(OSError):
        lock.truncate(0)
        lock.write(holder.encode())
