"""Which processes a build works with, by what it has to read."""

from __future__ import annotations

import os
from collections.abc import Sequence

from indexer import readers
from indexer.desk import Desk
from indexer.reading import Reading
from indexer.tasks import LemmatiseWords
from indexer.vocabulary import WordKeys, keys_here
from indexer.workers import Failure, Here, Limits, Pool, Workers

#: Bytes of text that are read without other processes, which take half a second to start.
_LITTLE = 128 << 10

#: Bytes for which one more process pays.
_WORTH_A_PROCESS = 512 << 10

#: Words whose keys are found at once.
_WORDS_AT_ONCE = 1_000


def pool_for(desk: Desk, todo: Sequence[Reading], processes: int | None, limits: Limits) -> Here | Workers:
    """What runs the tasks: other processes where a file may bring its reader down, or where there is much to read."""
    to_read = [reading for reading in todo if not reading.is_surely_same]
    size = sum(reading.size for reading in to_read)
    is_safe = size <= _LITTLE and not any(readers.is_native(reading.path) for reading in to_read)
    if processes == 0 or is_safe:
        return Here(desk)
    return Workers(desk, min(processes or cores(), 1 + size // _WORTH_A_PROCESS), limits)


def keys_found_by(pool: Pool, names: Sequence[str]) -> list[WordKeys]:
    """The keys of words, many of them found in other processes."""
    starts = range(0, len(names), _WORDS_AT_ONCE)
    tasks = ((each, each) for each in (LemmatiseWords(names[at : at + _WORDS_AT_ONCE]) for at in starts))
    return [
        keys
        for task, outcome in pool.results(tasks)
        for keys in (keys_here(task.names) if isinstance(outcome, Failure) else outcome)
    ]


def cores() -> int:
    """The cores this process may use, where the system tells them, or those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
