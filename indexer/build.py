"""The pipeline: read, repair, cut, analyse, encode, write, switch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from indexer import metadata, readers
from indexer.analysed_article import AnalysedArticle
from indexer.changes import Changes, Segments
from indexer.collection import Collection
from indexer.desk import Desk, known_digests
from indexer.intake import Intake
from indexer.pool import keys_found_by, pool_for
from indexer.reading import Reading, readings, steps
from indexer.reuse import PreviousGeneration, previous_generation
from indexer.sources import Sources
from indexer.tasks import ReadFile, ReadLines
from indexer.vocabulary import Vocabulary
from indexer.workers import Limits, Pool
from indexer.writing import write
from search.documents import DocumentWriter
from search.encoder import Encoder
from search.glossary import Glossary
from search.languages.analysis import analysis_version
from search.lock import building
from search.manifest import Manifest
from search.storage import discard, new_generation, prune, seal, sha256, switch

#: Called with files done, files in all, and the name of the file at hand.
Progress = Callable[[int, int, str], None]

#: Called with the bytes read and those to read in all, without the files that are the same as before.
Measure = Callable[[int, int], None]


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
    files = files_of(sources)
    with building(index):
        previous = None if full else previous_generation(index, encoder)
        desk = Desk(encoder, known_digests([content for content, _ in previous.contents.values()] if previous else []))
        before = Sources.read(previous.path) if previous else Sources()
        todo = readings(files, before)
        with pool_for(desk, todo, processes, limits or Limits()) as pool, new_generation(index) as path:
            run = _Run(previous, encoder, pool, path)
            changes = run.read(todo, progress, measure)
            run.add_glossary(glossary)
            manifest = run.finish(changes)
        if manifest.generation == path.name:
            switch(index, manifest.generation)
        else:
            discard(path)
        prune(index, prune_after)
    return run.summary(manifest)


def files_of(sources: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Every file of the sources with the source it is named from, once however often it is given."""
    found = [(file, source) for source in sources for file in readers.find(source)]
    return list({os.path.realpath(file): (file, source) for file, source in reversed(found)}.values())[::-1]


class _Run:
    """One run over the sources, which makes the generation at `path`."""

    def __init__(self, previous: PreviousGeneration | None, encoder: Encoder, pool: Pool, path: Path) -> None:
        self._previous = previous
        self._encoder = encoder
        self._pool = pool
        self._path = path
        self._collected = Collection(Vocabulary(keys_of=partial(keys_found_by, pool)))
        self._documents = DocumentWriter(path / "documents.sqlite")
        self._intake = Intake(previous, encoder, pool, self._add)
        self._glossary = ""

    def read(self, todo: Sequence[Reading], progress: Progress, measure: Measure) -> Changes | None:
        """Read all files: write the articles that are new, collect their words.

        Answers what is to change in the previous generation; None where the new one holds all there is.
        """
        intake, done, total = self._intake, 0, sum(reading.size for reading in todo if not reading.is_surely_same)
        current = None
        with self._documents:
            for (reading, event), outcome in self._pool.results(steps(todo)):
                if reading is not current:
                    progress(reading.number, len(todo), reading.path.name)
                    current = reading
                intake.take(reading, event, outcome)
                if isinstance(event, ReadFile | ReadLines):
                    done += event.size
                    measure(done, total)
            changes = Changes(self._previous, intake.unchanged) if self._previous else None
            if changes and not changes.are_few(self._collected.passages):
                changes.take_over(self._documents, self._collected)
                changes = None
        progress(len(todo), len(todo), "")
        intake.tell(metadata.problems(reading.path for reading in todo))
        intake.sources.write(self._path)
        if not intake.new and not intake.unchanged:
            raise NothingToIndex(intake.problems)
        return changes

    def add_glossary(self, file: Path | None) -> None:
        """Put the glossary of the collection, if it has one, into the generation; its bad lines are problems."""
        if not file or not file.exists():
            return
        glossary, problems = Glossary.read(file)
        self._glossary = sha256(file)
        self._intake.problems.extend(problems)
        # Its words are analysed once.
        if self._previous is None or not self._has_glossary_of(self._previous):
            glossary.write(self._path)
        else:
            Glossary.copy(self._previous.path, self._path)

    def finish(self, changes: Changes | None) -> Manifest:
        """Write the indexes over what was collected, and seal the generation; that in use where nothing changed."""
        if changes and changes.are_none(self._collected.passages) and self._has_glossary_of(changes.previous):
            return changes.previous.manifest
        earlier = changes.segments if changes else Segments()
        mean_length = earlier.mean_length
        if self._collected.passages:
            mean_length = write(self._path, self._collected, self._encoder, self._previous, mean_length)
        else:
            (self._path / "documents.sqlite").unlink()
        return seal(
            self._path,
            analysis=analysis_version(),
            model=self._encoder.name,
            model_fingerprint=self._encoder.fingerprint,
            dimensions=self._encoder.dimensions,
            articles=earlier.articles + len(self._collected.authors),
            passages=earlier.passages + self._collected.passages,
            words=earlier.words + sum(self._collected.words.lengths),
            segments=[*earlier.names, *([self._path.name] if self._collected.passages else [])],
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
            added=self._intake.new - self._intake.changed,
            changed=self._intake.changed,
            unchanged=len(self._intake.unchanged),
            removed=sum(each not in self._intake.ids for each in before),
            problems=tuple(self._intake.problems),
            generation=manifest.generation,
        )

    def _add(self, analysed: AnalysedArticle) -> None:
        """Write an article, and collect its words."""
        prepared = analysed.prepared
        self._documents.add(prepared.article, prepared.content, prepared.passages)
        self._collected.add(analysed)

    def _has_glossary_of(self, previous: PreviousGeneration) -> bool:
        return previous.manifest.glossary == self._glossary
