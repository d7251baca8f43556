"""The pipeline: read, repair, cut, analyse, encode, write, switch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer import metadata, readers
from indexer.analysed_article import AnalysedArticle, with_vectors
from indexer.article_ids import ArticleIds
from indexer.changes import Changes, Segments
from indexer.collection import Collection
from indexer.desk import Desk, known_digests
from indexer.errors import UnreadableSource
from indexer.preparation import PreparedArticle
from indexer.reading import Event, Reading, readings, steps
from indexer.reuse import PreviousGeneration, previous_generation
from indexer.sources import SourceFile, Sources, absolute
from indexer.tasks import Found, Known, LemmatiseWords, Outcome, Problem, ReadFile, ReadLines
from indexer.vocabulary import Vocabulary, WordKeys, keys_here
from indexer.workers import Failure, Here, Limits, Pool, Workers
from indexer.writing import write
from search.articles import Article
from search.documents import DocumentWriter
from search.encoder import Encoder
from search.glossary import Glossary
from search.languages.analysis import analysis_version
from search.storage import Manifest, building, discard, new_generation, prune, seal, sha256, switch

#: Called with files done, files in all, and the name of the file at hand.
Progress = Callable[[int, int, str], None]

#: Called with the bytes read and those to read in all, without the files that are the same as before.
Measure = Callable[[int, int], None]

#: Bytes of text that are read without other processes, which take half a second to start.
_LITTLE = 128 << 10

#: Bytes for which one more process pays.
_WORTH_A_PROCESS = 512 << 10

#: Words whose keys are found at once.
_WORDS_AT_ONCE = 1_000


class NothingToIndex(Exception):
    """No article could be read; the index stays as it was."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("no article could be read; the index stays as it was")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. `problems` has one line for each file or line that was left out."""

    articles: int
    passages: int
    words: int
    added: int
    changed: int
    unchanged: int
    removed: int
    problems: tuple[str, ...]
    generation: str


def build(
    sources: Sequence[Path],
    index: Path,
    encoder: Encoder,
    *,
    full: bool = False,
    glossary: Path | None = None,
    prune_after: float = 60.0,
    progress: Progress = lambda done, total, name: None,
    measure: Measure = lambda done, total: None,
    processes: int | None = None,
    limits: Limits | None = None,
) -> Summary:
    """Make the index hold the articles of the sources, and nothing else, and switch to it.

    `glossary` names a table of terms in four languages (see `search.glossary`); one that does not exist is no
    glossary. Articles that are unchanged since the generation in use are taken over from it, unless `full`.
    `processes` work beside this one, as many as there are cores where it is None; 0 does everything in this process,
    which a file may then bring down. What they do for one file is bounded by `limits`. The index is the same, byte by
    byte, however many there are.
    Raises `UnreadableSource` for a source that does not exist, `NothingToIndex` when no article could
    be read, `IndexBusy` while another process builds; the generation in use then stays.
    """
    files = _files(sources)
    with building(index):
        previous = None if full else previous_generation(index, encoder)
        desk = Desk(encoder, known_digests([content for content, _ in previous.contents.values()] if previous else []))
        before = Sources.read(previous.path) if previous else Sources()
        todo = readings(files, before)
        with _pool(desk, todo, processes, limits or Limits()) as pool, new_generation(index) as path:
            run = _Run(previous, encoder, pool)
            changes = run.read(todo, path, progress, measure)
            run.add_glossary(glossary, path)
            manifest = run.finish(path, changes)
        if manifest.generation == path.name:
            switch(index, manifest.generation)
        else:
            discard(path)
        prune(index, prune_after)
    return run.summary(manifest)


def _pool(desk: Desk, todo: Sequence[Reading], processes: int | None, limits: Limits) -> Here | Workers:
    """What runs the tasks: other processes where a file may bring its reader down, or where there is much to read."""
    to_read = [reading for reading in todo if not reading.is_surely_same]
    size = sum(reading.size for reading in to_read)
    is_safe = size <= _LITTLE and not any(readers.is_native(reading.path) for reading in to_read)
    if processes == 0 or is_safe:
        return Here(desk)
    return Workers(desk, min(processes or _cores(), 1 + size // _WORTH_A_PROCESS), limits)


def _cores() -> int:
    """The cores this process may use, where the system tells them, or those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _files(sources: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Every file of the sources with the source it is named from, once however often it is given."""
    found = [(file, source) for source in sources for file in readers.find(source)]
    return list({os.path.realpath(file): (file, source) for file, source in reversed(found)}.values())[::-1]


class _Run:
    """One run over the sources: collects articles one by one and keeps count."""

    def __init__(self, previous: PreviousGeneration | None, encoder: Encoder, pool: Pool) -> None:
        self._previous = previous
        self._encoder = encoder
        self._pool = pool
        self._ids = ArticleIds()
        self._sources = Sources()
        self._unchanged: list[str] = []
        self._new = 0
        self._changed = 0
        self._glossary = ""
        self._collected = Collection(Vocabulary(keys_of=self._word_keys))
        self.problems: list[str] = []

    def read(self, todo: Sequence[Reading], path: Path, progress: Progress, measure: Measure) -> Changes | None:
        """Read all files: write the articles that are new into `path`, collect their words.

        Answers what is to change in the previous generation; None where the new one holds all there is.
        """
        done, total = 0, sum(reading.size for reading in todo if not reading.is_surely_same)
        with DocumentWriter(path / "documents.sqlite") as self._documents:
            for (reading, event), outcome in self._pool.results(steps(todo)):
                if not reading.begun:
                    progress(reading.number, len(todo), reading.path.name)
                    reading.begun = True
                self._take(reading, event, outcome)
                if isinstance(event, ReadFile | ReadLines):
                    done += event.size
                    measure(done, total)
            changes = Changes(self._previous, self._unchanged) if self._previous else None
            if changes and not changes.are_few(self._collected.passages):
                changes.take_over(self._documents, self._collected)
                changes = None
        progress(len(todo), len(todo), "")
        self.problems.extend(_told(problem) for problem in metadata.problems(reading.path for reading in todo))
        self._sources.write(path)
        if not self._new and not self._unchanged:
            raise NothingToIndex(self.problems)
        return changes

    def add_glossary(self, file: Path | None, path: Path) -> None:
        """Put the glossary of the collection, if it has one, into the generation; its bad lines are problems."""
        if not file or not file.exists():
            return
        glossary, problems = Glossary.read(file)
        self._glossary = sha256(file)
        self.problems.extend(problems)
        # Its words are analysed once.
        if self._previous is None or not self._has_glossary_of(self._previous):
            glossary.write(path)
        else:
            Glossary.copy(self._previous.path, path)

    def finish(self, path: Path, changes: Changes | None) -> Manifest:
        """Write the indexes over what was collected, and seal the generation; that in use where nothing changed."""
        if changes and changes.are_none(self._collected.passages) and self._has_glossary_of(changes.previous):
            return changes.previous.manifest
        earlier = changes.segments if changes else Segments()
        mean_length = earlier.mean_length
        if self._collected.passages:
            mean_length = write(path, self._collected, self._encoder, self._previous, mean_length)
        else:
            (path / "documents.sqlite").unlink()
        return seal(
            path,
            analysis=analysis_version(),
            model=self._encoder.name,
            model_fingerprint=self._encoder.fingerprint,
            dimensions=self._encoder.dimensions,
            articles=earlier.articles + len(self._collected.authors),
            passages=earlier.passages + self._collected.passages,
            words=earlier.words + sum(self._collected.words.lengths),
            segments=[*earlier.names, *([path.name] if self._collected.passages else [])],
            dead=earlier.dead,
            mean_length=mean_length or 1.0,
            glossary=self._glossary,
        )

    def summary(self, manifest: Manifest) -> Summary:
        """What was done."""
        before = self._previous.contents if self._previous else {}
        return Summary(
            articles=manifest.articles,
            passages=manifest.passages,
            words=manifest.words,
            added=self._new - self._changed,
            changed=self._changed,
            unchanged=len(self._unchanged),
            removed=sum(each not in self._ids for each in before),
            problems=tuple(self.problems),
            generation=manifest.generation,
        )

    def _has_glossary_of(self, previous: PreviousGeneration) -> bool:
        return previous.manifest.glossary == self._glossary

    def _take(self, reading: Reading, event: Event, outcome: Any) -> None:
        """Take in what became of a file, of some lines of it, or what is told of it."""
        match event:
            case SourceFile():
                if not self._keep(reading, event):
                    self._read_again(reading)
            case UnreadableSource():
                self._leave_out(reading, event)
            case ReadFile() | ReadLines():
                self._take_outcome(reading, event, outcome)
            case None:
                self._remember(reading)

    def _keep(self, reading: Reading, entry: SourceFile) -> bool:
        """Take over the articles of a file that is the same, if their ids are what they would be if it was read."""
        held = self._previous.contents if self._previous else {}
        given = [self._ids.give(entry.renamed.get(each, each)) for each in entry.articles]
        if given != entry.articles or not all(each in held for each in given):
            for each in given:
                self._ids.take_back(each)
            return False
        self._unchanged.extend(given)
        self.problems.extend(entry.problems)
        self._sources.files[absolute(reading.path)] = entry
        return True

    def _read_again(self, reading: Reading) -> None:
        """Read a file that is the same while others are not."""
        reading.before = None
        for (_, event), task in steps([reading]):
            self._take(reading, event, task and self._pool.call(task))

    def _take_outcome(self, reading: Reading, task: ReadFile | ReadLines, outcome: Outcome | Failure) -> None:
        if isinstance(outcome, Outcome):
            reading.sha256 = outcome.sha256 or reading.sha256
            for found in outcome.found:
                self._take_found(reading, task, found)
        elif isinstance(task, ReadLines) and len(task.lines.lines) > 1:
            # One of the lines is to blame.
            for single in task.single():
                self._take_outcome(reading, single, self._pool.call(single))
        else:
            reading.is_whole = False
            line = task.lines.first if isinstance(task, ReadLines) else None
            self._leave_out(reading, UnreadableSource(reading.path, outcome.reason, outcome.remedy, line))

    def _take_found(self, reading: Reading, task: ReadFile | ReadLines, found: Found) -> None:
        match found.outcome:
            case Problem(error, is_lasting):
                reading.is_whole &= is_lasting
                self._leave_out(reading, error)
            case Known(article_id) | AnalysedArticle(prepared=PreparedArticle(article=Article(id=article_id))):
                given = self._ids.give(found.read_id)
                if given != article_id:
                    self._ids.take_back(given)
                    self._take_outcome(reading, again := task.under(given, found.line), self._pool.call(again))
                elif isinstance(found.outcome, AnalysedArticle):
                    self._add(reading, found.read_id, found.outcome)
                else:
                    self._unchanged.append(given)
                    reading.add(given, found.read_id)

    def _add(self, reading: Reading, read_id: str, analysed: AnalysedArticle) -> None:
        """Add an article that is new or changed."""
        if len(analysed.vectors[0]) != len(analysed.prepared.passages):
            analysed = with_vectors(analysed, self._encoder)
        article = analysed.prepared.article
        self._documents.add(article, analysed.prepared.content, analysed.prepared.passages)
        self._collected.add(analysed)
        self._new += 1
        self._changed += bool(self._previous and article.id in self._previous.contents)
        reading.add(article.id, read_id)

    def _leave_out(self, reading: Reading, problem: UnreadableSource) -> None:
        reading.problems.append(_told(problem))
        self.problems.append(_told(problem))

    def _remember(self, reading: Reading) -> None:
        """Note what a file holds, for the next build."""
        if entry := reading.entry:
            self._sources.files[absolute(reading.path)] = entry

    def _word_keys(self, names: Sequence[str]) -> list[WordKeys]:
        """The keys of words, many of them found in other processes."""
        starts = range(0, len(names), _WORDS_AT_ONCE)
        tasks = ((each, each) for each in (LemmatiseWords(names[at : at + _WORDS_AT_ONCE]) for at in starts))
        found = self._pool.results(tasks)
        return [
            keys
            for task, outcome in found
            for keys in (keys_here(task.names) if isinstance(outcome, Failure) else outcome)
        ]


def _told(problem: UnreadableSource) -> str:
    """A problem in one line that any terminal shows, whatever a file is called."""
    escaped = (each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(problem))
    return "".join(escaped)
