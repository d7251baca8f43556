"""Where shares are indexed: in this process, or in others of this machine or of any that can be reached."""

from __future__ import annotations

import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from indexer import readers
from indexer.desk import Desk
from indexer.preparation import PREPARATION_VERSION
from indexer.qdrant.share import Share, ShareRecord, Target, index_share
from indexer.workers import Failure, Limits, Workers
from search.backends.qdrant.connection import WRITE_S, Connection
from search.backends.qdrant.schema import SCHEMA_VERSION
from search.errors import UserError
from search.index_errors import IndexProblem
from search.languages.analysis import analysis_version
from search.settings import Settings
from search.storage import package_version

#: Attempts at a share whose process came to an end.
ATTEMPTS = 3

#: A share has no limits of its own: each file of it has.
_NO_LIMITS = Limits(seconds=7 * 86_400, memory=resource.RLIM_INFINITY)

#: Called with the number of the share, and how many of its bytes are read.
Measure = Callable[[int, int], None]


class Executor(Protocol):
    """What indexes shares, and yields the record of each when it is done, in any order.

    Raises `UserError` where one cannot be done.
    """

    def records(self, shares: Sequence[Share]) -> Iterator[ShareRecord]:
        """Index all of these."""


@dataclass(frozen=True, slots=True)
class IndexShare:
    """A share to index in some process, on this machine or another; `made_by` are the versions that planned it."""

    share: Share
    target: Target
    limits: Limits
    made_by: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return self.share.size

    def run(self, desk: Desk | None = None) -> ShareRecord:
        """Index it; raises `UserError` where the process or its machine is not fit for it.

        The key of the cluster is that of the machine's environment.
        """
        if self.made_by != versions():
            raise UserError(
                f"{socket.gethostname()} has izde {'/'.join(versions())}, not {'/'.join(self.made_by)};"
                " install the same version on all machines"
            )
        if unseen := {source for _, source in self.share.files if not os.path.lexists(source)}:
            raise UserError(
                f"{socket.gethostname()} does not see {min(unseen)}; mount the sources at the same path on all machines"
            )
        connection = Connection.open(self.target.address, Settings.from_environment(), WRITE_S)
        with closing(connection):
            return indexed(self.share, self.target, connection, self.limits)


def versions() -> tuple[str, ...]:
    """What has to be the same on all machines: the program, its readers, preparation and analysis, the schema."""
    return package_version(), readers.VERSION, PREPARATION_VERSION, analysis_version(), str(SCHEMA_VERSION)


def indexed(
    share: Share,
    target: Target,
    connection: Connection,
    limits: Limits,
    processes: int | None = 1,
    measure: Measure = lambda share, done: None,
) -> ShareRecord:
    """Index a share; what the cluster refuses is raised as an `IndexProblem`, which any process can be told."""
    try:
        return index_share(
            share,
            target,
            connection=connection,
            limits=limits,
            processes=processes,
            progress=lambda done, total: measure(share.number, done),
        )
    except ApiException as error:
        reason = error.content.decode(errors="replace")[:300] if isinstance(error, UnexpectedResponse) else str(error)
        raise IndexProblem(f"the cluster refuses what is written to {target.generation}: {reason}") from None


@dataclass(frozen=True, slots=True)
class Here:
    """Indexes shares one after the other; `processes` read their files, as in `indexer.build.build`."""

    target: Target
    connection: Connection
    limits: Limits
    processes: int | None
    measure: Measure

    def records(self, shares: Sequence[Share]) -> Iterator[ShareRecord]:
        """Index all of these."""
        for share in shares:
            yield indexed(share, self.target, self.connection, self.limits, self.processes, self.measure)


@dataclass(frozen=True, slots=True)
class Processes:
    """Indexes shares in so many other processes, each of which reads its files in one more, and may be lost."""

    target: Target
    limits: Limits
    processes: int

    def records(self, shares: Sequence[Share]) -> Iterator[ShareRecord]:
        """Index all of these."""
        tasks = [_Watched(IndexShare(share, self.target, self.limits, versions())) for share in shares]
        with Workers(Desk(None), min(self.processes, len(tasks)), _NO_LIMITS) as workers:
            for task, outcome in workers.results((each, each) for each in tasks):
                for _ in range(ATTEMPTS - 1):
                    if isinstance(outcome, Failure):
                        outcome = workers.call(task)
                if isinstance(outcome, Failure):
                    raise IndexProblem(f"share {task.work.share.name} cannot be indexed: {outcome.reason}")
                yield outcome


@dataclass(frozen=True, slots=True)
class _Watched:
    """A share indexed in a process that ends when the one that started it does, whatever it is at."""

    work: IndexShare

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return self.work.size

    def run(self, desk: Desk) -> ShareRecord:
        """Index it."""
        parent = os.getppid()
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        return self.work.run()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
