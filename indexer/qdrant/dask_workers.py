"""Shares indexed on the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from indexer.qdrant.executors import ATTEMPTS, IndexShare, versions
from indexer.qdrant.share import Share, ShareRecord, Target
from indexer.workers import Limits
from search.errors import UserError
from search.index_errors import IndexProblem

if TYPE_CHECKING:
    from distributed import Client, Future

#: Seconds the scheduler has to answer, and to have a worker.
REACH_S = 15
WORKER_S = 60

#: Shares given out ahead of each thread of the workers, and in all, at least.
_AHEAD = 3
_AHEAD_IN_ALL = 16


@dataclass(frozen=True, slots=True)
class DaskWorkers:
    """Indexes shares on the workers of the scheduler at an address, such as tcp://host:8786.

    A worker that is lost costs the shares it had, which are done again by others.
    """

    scheduler: str
    target: Target
    limits: Limits

    def records(self, shares: Sequence[Share]) -> Iterator[ShareRecord]:
        """Index all of these; raises `UserError` without Dask, a scheduler or a worker."""
        with self._client() as client:
            waiting = iter(shares)
            given = self._give(client, waiting, set())
            while given:
                for future in self._done(client, given):
                    if record := self._record(future):
                        yield record
                        given.discard(future)
                given |= self._give(client, waiting, given)

    def _client(self) -> Client:
        try:
            from distributed import Client
        except ImportError:
            raise UserError("--workers needs Dask; install it with: pip install 'izde[dask]'") from None
        try:
            client = Client(self.scheduler, timeout=REACH_S, set_as_default=False)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise UserError(f"the Dask scheduler {self.scheduler} cannot be reached ({reason})") from None
        try:
            client.wait_for_workers(1, timeout=WORKER_S)
        except TimeoutError:
            client.close()
            raise UserError(f"the Dask scheduler {self.scheduler} has no worker; start: dask worker") from None
        return client

    def _give(
        self, client: Client, waiting: Iterator[Share], given: set[Future[ShareRecord]]
    ) -> set[Future[ShareRecord]]:
        """Give out more shares, so many that no worker waits for one."""
        room = max(_AHEAD_IN_ALL, _AHEAD * sum(client.nthreads().values())) - len(given)
        return {self._submit(client, share) for share in islice(waiting, max(0, room))}

    def _submit(self, client: Client, share: Share) -> Future[ShareRecord]:
        task = IndexShare(share, self.target, self.limits, versions())
        return client.submit(task.run, retries=ATTEMPTS - 1, key=f"izde-share-{share.name}-{uuid4().hex}")

    def _done(self, client: Client, given: set[Future[ShareRecord]]) -> set[Future[ShareRecord]]:
        """The next that are done; raises `IndexProblem` where nobody is left to do one."""
        from distributed import CancelledError, wait

        while True:
            try:
                with client.as_current():
                    done: Any = wait(given, timeout=WORKER_S, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                if client.status == "running" and client.nthreads():
                    continue
                raise IndexProblem(f"no worker of {self.scheduler} is left; index again to go on") from None
            except (CancelledError, OSError):
                raise IndexProblem(f"the scheduler {self.scheduler} is lost; index again to go on") from None
            return set(done)

    def _record(self, future: Future[ShareRecord]) -> ShareRecord | None:
        """The record of a share that is done; None where it was lost with its worker, and is made once more."""
        from distributed import CancelledError, KilledWorker

        if future.status == "error":
            error = future.exception(timeout=REACH_S)
            if isinstance(error, KilledWorker):
                raise IndexProblem(f"{future.key} ended each worker that had it; index again to go on") from None
            raise error if isinstance(error, UserError) else IndexProblem(f"a worker failed: {error!r}")
        try:
            return future.result(timeout=REACH_S)
        except TimeoutError:
            return None
        except (CancelledError, OSError):
            raise IndexProblem(f"the scheduler {self.scheduler} is lost; index again to go on") from None
