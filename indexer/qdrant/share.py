"""One share of the sources -> its points in Qdrant: what a worker does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from indexer.analysed_article import AnalysedArticle
from indexer.desk import Desk, known_digests
from indexer.intake import Intake, told
from indexer.pool import pool_for
from indexer.qdrant.articles import ArticleWriter
from indexer.qdrant.records import (
    Contents,
    HeldArticle,
    Kept,
    ShareRecord,
    keep,
    read_kept,
    read_record,
    records,
    share_name,
    vocabulary_name,
)
from indexer.qdrant.vocabulary import ShareVocabulary
from indexer.reading import Reading, readings, steps
from indexer.sources import SourceFile, Sources, absolute
from indexer.tasks import ReadFile, ReadLines
from indexer.workers import Limits, Pool
from search.backends.address import QdrantAddress
from search.backends.qdrant.connection import WRITE_S, Connection
from search.backends.qdrant.files import Files
from search.encoder import Encoder, load_encoder
from search.manifest import StoredFile
from search.settings import Settings

__all__ = [
    "Measure",
    "Share",
    "ShareRecord",
    "Target",
    "index_share",
    "read_record",
    "records",
    "share_name",
    "vocabulary_name",
]

#: Called with the bytes of a share that are read, or need not be, and those there are in all.
Measure = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Share:
    """Files that one worker reads, each with the source it is named from; `size` in bytes."""

    number: int
    files: tuple[tuple[Path, Path], ...]
    size: int

    @property
    def name(self) -> str:
        """The number, as it stands in names."""
        return share_name(self.number)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a worker writes: `generation` names the collection of passages, `run` the pass over all sources.

    `model` is what `search.encoder.load_encoder` takes. `full` has everything read and written anew.
    """

    address: QdrantAddress
    generation: str
    run: str
    model: str | None
    full: bool


def index_share(
    share: Share,
    target: Target,
    connection: Connection | None = None,
    limits: Limits | None = None,
    processes: int | None = 1,
    progress: Measure = lambda done, total: None,
) -> ShareRecord:
    """Make the cluster hold the articles of a share, and no others of it; answers the record it leaves.

    Can be repeated at any time; a share whose record is of this run is done. Without a `connection` one is opened to
    the address, with the settings of this machine's environment. `processes` and `limits` are as in
    `indexer.build.build`. Raises `IndexUnavailable` where the cluster does not answer for too long.
    """
    opened = connection or Connection.open(target.address, Settings.from_environment(), WRITE_S)
    try:
        files = Files(opened, target.generation)
        kept = read_kept(files, share.number)
        if kept.record and kept.record.run == target.run and not kept.is_begun:
            progress(share.size, share.size)
            return kept.record
        run = _Run(share, target, opened, files, kept)
        with run.writer:
            run.read(limits or Limits(), processes, progress)
            return run.finish()
    finally:
        if connection is None:
            opened.close()


@lru_cache(maxsize=1)
def _encoder(model: str | None) -> Encoder:
    return load_encoder(model)


class _Run:
    """One run over the files of a share."""

    def __init__(self, share: Share, target: Target, connection: Connection, files: Files, kept: Kept) -> None:
        self._share = share
        self._target = target
        self._files = files
        self._kept = kept
        self._is_begun = kept.is_begun
        # The points of a share that was interrupted may be those of another content.
        self._previous = Contents() if target.full or kept.is_begun else kept.contents
        self._encoder = _encoder(target.model)
        self._vocabulary = ShareVocabulary()
        self._source = ""
        self._problems: list[str] = []
        self._unchanged: list[str] = []
        self._sources = Sources()
        self.writer = ArticleWriter(connection, target.generation, share.number, self._vocabulary, self._begin)

    def read(self, limits: Limits, processes: int | None, progress: Measure) -> None:
        """Read all files, and write the articles that are new."""
        desk = Desk(self._encoder, known_digests(each.content for each in self._previous.articles.values()))
        todo = readings(self._share.files, self._previous.sources)
        with pool_for(desk, todo, processes, limits) as pool:
            intake = self._take_in(todo, pool, progress)
        self._unchanged = intake.unchanged
        self._sources = intake.sources
        self._problems = intake.problems

    def finish(self) -> ShareRecord:
        """Wait until everything is written, remove what is gone, and leave a record of it."""
        before = set(self._kept.contents.articles)
        if self._kept.is_begun:
            before |= self.writer.claimed()
        self.writer.flush(before)
        held = {**{each: self._previous.articles[each] for each in self._unchanged}, **self.writer.held}
        self.writer.remove(before - held.keys())
        record = self._record(held, self._upload())
        keep(self._files, self._share.number, Kept(record, Contents(held, self._sources)))
        return record

    def _take_in(self, todo: list[Reading], pool: Pool, progress: Measure) -> Intake:
        intake = Intake(self._previous, self._encoder, pool, self._add)
        done = 0
        for (reading, event), outcome in pool.results(steps(todo)):
            self._source = absolute(reading.path)
            intake.take(reading, event, outcome)
            if isinstance(event, ReadFile | ReadLines):
                done += event.size
            elif isinstance(event, SourceFile):
                done += reading.size
            progress(min(done, self._share.size), self._share.size)
        progress(self._share.size, self._share.size)
        return intake

    def _add(self, analysed: AnalysedArticle) -> None:
        self.writer.add(analysed, self._source.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))

    def _begin(self) -> None:
        """Note that the points are about to be other than the record says."""
        if not self._is_begun:
            self._is_begun = True
            keep(self._files, self._share.number, replace(self._kept, is_begun=True))

    def _upload(self) -> dict[str, StoredFile]:
        """Keep the words of what was written."""
        if not self.writer.held:
            return {}
        with TemporaryDirectory(prefix="izde-share-") as folder:
            self._vocabulary.write(Path(folder), self._encoder)
            return self._files.upload(Path(folder), vocabulary_name(self._share.number, self._target.run))

    def _record(self, held: dict[str, HeldArticle], vocabulary: dict[str, StoredFile]) -> ShareRecord:
        before = self._kept.contents
        return ShareRecord(
            share=self._share.number,
            run=self._target.run,
            size=self._share.size,
            articles=len(held),
            passages=sum(each.passages for each in held.values()),
            words=sum(each.words for each in held.values()),
            digest=sum(each.digest for each in held.values()) % 2**64,
            added=sum(each not in before.articles for each in held),
            changed=sum(each in before.articles and not before.has(each, held[each].content) for each in held),
            unchanged=sum(before.has(each, held[each].content) for each in held),
            removed=sum(each not in held for each in before.articles),
            new_passages=sum(each.passages for each in self.writer.held.values()),
            problems=(*self._problems, *map(told, self.writer.left_out.values())),
            vocabulary=vocabulary,
        )
