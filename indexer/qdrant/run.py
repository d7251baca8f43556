"""A build into a Qdrant cluster: pass over the sources share by share, finish, switch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer import readers
from indexer.build import Measure, NothingToIndex, Progress, Summary, files_of
from indexer.errors import UnreadableSource
from indexer.intake import told
from indexer.pool import cores
from indexer.qdrant import generations
from indexer.qdrant.dask_workers import DaskWorkers
from indexer.qdrant.executors import Executor, Here, Processes
from indexer.qdrant.finish import Totals, finished, remove_leftovers
from indexer.qdrant.lease import Lease, lease
from indexer.qdrant.meter import Meter
from indexer.qdrant.passes import Begun, Wanted, begin, remove_needless
from indexer.qdrant.plan import dealt, fingerprint, number_of_shares
from indexer.qdrant.share import Share, ShareRecord, Target, records
from indexer.workers import Limits
from search.backends.address import QdrantAddress
from search.backends.qdrant.connection import WRITE_S, Connection
from search.backends.qdrant.files import Files
from search.encoder import load_encoder
from search.glossary import Glossary
from search.index_errors import IndexProblem
from search.settings import Settings

#: Workers that a Dask cluster is taken to have, where it is not told: only for how many shares a small index has.
WORKERS = 16


@dataclass(frozen=True, slots=True)
class Options:
    """How a build into a cluster is done.

    `shards` and `replicas` are those of a new generation, as fit the cluster where they are None. `part` is which of
    how many parts of the shares is done, counted from 1. `workers` is the address of a Dask scheduler, `processes` how
    many of this machine work where it is None: 0 does everything in this one, None takes as many as there are cores.
    `settings` has the key of the cluster; workers take their own from their environment.
    """

    full: bool = False
    glossary: Path | None = None
    shards: int | None = None
    replicas: int | None = None
    part: tuple[int, int] | None = None
    workers: str | None = None
    processes: int | None = None
    prune_after: float = 60.0
    limits: Limits = field(default_factory=Limits)
    settings: Settings = field(default_factory=Settings.from_environment)


def build(
    sources: Sequence[Path],
    address: QdrantAddress,
    model: str | None = None,
    options: Options | None = None,
    *,
    progress: Progress = lambda done, total, name: None,
    measure: Measure = lambda done, total: None,
) -> Summary:
    """Make the index in a cluster hold the articles of the sources, and nothing else.

    The generation in use is added to, article by article, where it was made by the same means, and else, or where all
    is to be done anew, replaced in one step when the new one is complete. What was cut off is gone on with. With
    `options.part` a part of the shares is done, and nothing finished or switched: a build without does that.
    Raises as `indexer.build.build`, and `IndexUnavailable` where the cluster does not answer for some minutes.
    """
    options = options or Options()
    files = files_of(sources)
    _check_readable(files)
    encoder = load_encoder(model)
    glossary, problems = _glossary(options.glossary)
    wanted = Wanted(
        collection=address.collection,
        encoder=encoder,
        sources=fingerprint(sources),
        shares=number_of_shares(files, _all_hands(options)),
        full=options.full,
        shards=options.shards,
        replicas=options.replicas,
    )
    with closing(Connection.open(address, options.settings, WRITE_S)) as connection:
        generations.check_version(connection)
        build = _Build(connection, address, model, options, wanted, files, progress, measure)
        summary = build.part(*options.part) if options.part else build.whole(glossary)
    return replace(summary, problems=tuple(dict.fromkeys((*summary.problems, *problems))))


@dataclass(frozen=True, slots=True)
class _Build:
    """A build with all it needs."""

    connection: Connection
    address: QdrantAddress
    model: str | None
    options: Options
    wanted: Wanted
    files: Sequence[tuple[Path, Path]]
    progress: Progress
    measure: Measure

    def whole(self, glossary: Glossary | None) -> Summary:
        """All that is missing, and the switch."""
        with lease(self.connection, self.wanted.collection) as held:
            begun = begin(self.connection, self.wanted, self.options.prune_after)
            summary = self._finish(begun, held, glossary)
            # What was done before an interruption may have changed since; an article that went over to another share
            # may have been left out there before it was removed here.
            if begun.is_resumed or (summary.removed and summary.problems):
                again = begin(self.connection, replace(self.wanted, full=False), self.options.prune_after)
                summary = _combined(summary, self._finish(again, held, glossary))
        return summary

    def part(self, number: int, parts: int) -> Summary:
        """One of several parts of the shares."""
        with lease(self.connection, self.wanted.collection):
            begun = begin(self.connection, self.wanted, self.options.prune_after)
        done = self._do(begun, lambda share: share % parts == number - 1, held=None)
        return _summary(done, begun.generation)

    def _finish(self, begun: Begun, held: Lease, glossary: Glossary | None) -> Summary:
        self._do(begun, lambda share: True, held)
        files = Files(self.connection, begun.generation)
        done = _all_done(files, begun, self._shares(begun))
        if not any(each.articles for each in done) and not begun.manifest.is_complete:
            generations.remove(self.connection, begun.generation)
            raise NothingToIndex(_summary(done, begun.generation).problems)
        self.progress(len(done), len(done), "")
        manifest = finished(self.connection, begun, done, glossary)
        held.check()
        generations.switch(self.connection, self.wanted.collection, begun.generation)
        replace(begun.current, is_done=True, carried=()).write(files)
        remove_leftovers(self.connection, begun.manifest, manifest)
        remove_needless(self.connection, self.wanted.collection, self.options.prune_after)
        return _summary(done, begun.generation)

    def _do(self, begun: Begun, is_mine: Callable[[int], bool], held: Lease | None) -> list[ShareRecord]:
        """Index those of the shares that are missing; answers the records of all those that are ours."""
        shares, files = self._shares(begun), Files(self.connection, begun.generation)
        found = {each.share: each for each in records(files) if each.run == begun.current.run}
        missing = [share for number, share in shares.items() if number not in found and is_mine(number)]
        with Meter(files, begun.current.run, shares, found, self.measure) as meter:
            executor = self._executor(begun, missing, meter)
            for count, record in enumerate(executor.records(missing) if missing else (), start=1):
                found[record.share] = record
                meter.finish(record.share)
                self.progress(count, len(missing), f"share {record.share}")
                if held:
                    held.check()
        return [record for number, record in found.items() if is_mine(number)]

    def _shares(self, begun: Begun) -> dict[int, Share]:
        """All shares that have files, or points of files that are gone."""
        kept = Files(self.connection, begun.generation).of_kind("share", ["name", "articles", "is_begun"])
        names = [each["name"] for each in kept if each.get("articles") or each["is_begun"]]
        empty = {number: Share(number, (), 0) for number in (int(name.rpartition("/")[2]) for name in names)}
        return empty | dealt(self.files, begun.manifest.shares)

    def _executor(self, begun: Begun, missing: Sequence[Share], meter: Meter) -> Executor:
        target = Target(self.address, begun.generation, begun.current.run, self.model, full=False)
        limits, processes = self.options.limits, self.options.processes
        if self.options.workers:
            return DaskWorkers(self.options.workers, target, limits)
        if min(len(missing), _hands(self.options)) <= 1:
            return Here(target, self.connection, limits, processes, meter.advance)
        return Processes(target, limits, _hands(self.options))


def _hands(options: Options) -> int:
    """The processes of this machine that index shares."""
    return 1 if options.processes == 0 else options.processes or cores()


def _all_hands(options: Options) -> int:
    """The processes that index shares, as far as is known, on all machines."""
    here = options.processes or WORKERS if options.workers else _hands(options)
    return here * (options.part[1] if options.part else 1)


def _check_readable(files: Sequence[tuple[Path, Path]]) -> None:
    """Raise `NothingToIndex` where no file can be read: all articles of the index would be removed."""
    if not any(os.access(path, os.R_OK) for path, _ in files):
        found = (item for path, source in files for item in readers.read(path, source))
        raise NothingToIndex([told(item) for item in found if isinstance(item, UnreadableSource)])


def _glossary(file: Path | None) -> tuple[Glossary | None, list[str]]:
    """The table of terms, where there is one, and what is wrong with it."""
    return Glossary.read(file) if file and file.exists() else (None, [])


def _all_done(files: Files, begun: Begun, shares: Iterable[int]) -> list[ShareRecord]:
    """The records of all shares that hold or held something; raises `IndexProblem` where one is not of this pass."""
    found = {each.share: each for each in records(files)}
    missing = [share for share in shares if share not in found or found[share].run != begun.current.run]
    if missing:
        raise IndexProblem(f"{len(missing)} of {len(found)} shares are not done, {missing[0]} among them; index again")
    return [record for record in found.values() if record.articles or record.run == begun.current.run]


def _summary(done: Sequence[ShareRecord], generation: str) -> Summary:
    totals = Totals.of(done)
    return Summary(
        articles=totals.articles,
        passages=totals.passages,
        words=totals.words,
        added=sum(each.added for each in done),
        changed=sum(each.changed for each in done),
        unchanged=sum(each.unchanged for each in done),
        removed=sum(each.removed for each in done),
        problems=tuple(dict.fromkeys(line for each in sorted(done, key=_number) for line in each.problems)),
        generation=generation,
    )


def _combined(first: Summary, second: Summary) -> Summary:
    """What two passes did, one after the other."""
    added, changed = first.added + second.added, first.changed + second.changed
    return replace(
        second,
        added=added,
        changed=changed,
        unchanged=max(0, second.articles - added - changed),
        removed=first.removed + second.removed,
    )


def _number(record: ShareRecord) -> int:
    return record.share
