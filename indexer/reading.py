"""The files a build has to look at, and the tasks of reading them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer import readers
from indexer.article_ids import ArticleIds
from indexer.errors import UnreadableSource
from indexer.sources import SourceFile, Sources, Stamp, description_digest, is_same, is_surely_same, stamp_of
from indexer.tasks import ReadFile, ReadLines

#: What comes of a file in turn: that it is as it was, what keeps a part of it from being read, a task, its end.
Event = SourceFile | UnreadableSource | ReadFile | ReadLines | None


@dataclass(slots=True)
class Reading:
    """One file of a source, what an earlier build knows of it, and what is found in it.

    `stamp` is None for what is no readable file; `is_whole` turns false where a later build might find more in it.
    """

    number: int
    path: Path
    source: Path
    stamp: Stamp | None
    before: SourceFile | None
    is_whole: bool = True
    sha256: str | None = None
    articles: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, article_id: str, read_id: str) -> None:
        """Note an article of the file, by its id in the index and the one its source gives it."""
        self.articles.append(article_id)
        if article_id != read_id:
            self.renamed[article_id] = read_id

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.stamp.size if self.stamp else 0

    @property
    def is_surely_same(self) -> bool:
        """Whether nothing of the file need be read."""
        return bool(self.before and self.stamp and is_surely_same(self.before, self.stamp))

    @property
    def entry(self) -> SourceFile | None:
        """What a later build may know of the file."""
        if self.stamp is None or self.sha256 is None or not self.is_whole:
            return None
        return SourceFile(
            size=self.stamp.size,
            modified_ns=self.stamp.modified_ns,
            seen_ns=self.stamp.seen_ns,
            sha256=self.sha256,
            named=readers.article_id(self.path, self.source),
            described=description_digest(self.path),
            articles=self.articles,
            renamed=self.renamed,
            problems=self.problems,
        )


def readings(files: Sequence[tuple[Path, Path]], before: Sources) -> list[Reading]:
    """Files, each with the source it is named from, as they are to be read."""
    found = []
    for number, (path, source) in enumerate(files):
        stamp = stamp_of(path)
        found.append(Reading(number, path, source, stamp, before.get(path, source, stamp)))
    return found


def steps(todo: Sequence[Reading]) -> Iterator[tuple[tuple[Reading, Event], ReadFile | ReadLines | None]]:
    """What comes of each file in turn, with the task where it is one."""
    ids = ArticleIds()
    for reading in todo:
        if reading.before and reading.stamp and is_same(reading.before, reading.stamp, reading.path):
            yield (reading, reading.before), None
        elif reading.path.suffix.lower() in readers.LINES:
            for part in _lines(reading):
                yield (reading, part), part if isinstance(part, ReadLines) else None
        else:
            # Most often it is the id the article will have; where it is not, it is read again.
            article_id = ids.give(readers.article_id(reading.path, reading.source))
            task = ReadFile(reading.path, reading.source, article_id, reading.size)
            yield (reading, task), task
            yield (reading, None), None


def _lines(reading: Reading) -> Iterator[UnreadableSource | ReadLines | None]:
    digest = hashlib.sha256()
    for part in readers.parts(reading.path):
        if isinstance(part, UnreadableSource):
            reading.is_whole = False
            yield part
        else:
            for line in part.lines:
                digest.update(line)
            yield ReadLines(reading.path, part)
    reading.sha256 = digest.hexdigest()
    yield None
