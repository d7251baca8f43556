"""The pipeline: read, repair, cut, analyse, encode, write, switch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import metadata, readers
from indexer.analysed_article import analysed_article
from indexer.changes import Changes, Segments
from indexer.collection import Collection
from indexer.errors import UnreadableSource
from indexer.preparation import PreparedArticle, content_digest, prepare
from indexer.reuse import PreviousGeneration, previous_generation
from indexer.writing import write
from search.articles import Article
from search.documents import DocumentWriter
from search.encoder import Encoder
from search.errors import UserError
from search.glossary import Glossary
from search.languages.analysis import analysis_version
from search.storage import Manifest, building, discard, new_generation, prune, seal, sha256, switch

#: Called with files done, files in all, and the name of the file at hand.
Progress = Callable[[int, int, str], None]


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
) -> Summary:
    """Make the index hold the articles of the sources, and nothing else, and switch to it.

    `glossary` names a table of terms in four languages (see `search.glossary`); one that does not exist is no
    glossary. Articles that are unchanged since the generation in use are taken over from it, unless `full`.
    Raises `UnreadableSource` for a source that does not exist, `NothingToIndex` when no article could
    be read, `IndexBusy` while another process builds; the generation in use then stays.
    """
    files = _files(sources)
    with building(index):
        run = _Run(None if full else previous_generation(index, encoder), encoder)
        with new_generation(index) as path:
            changes = run.read(files, path, progress)
            run.add_glossary(glossary, path)
            manifest = run.finish(path, changes)
        if manifest.generation == path.name:
            switch(index, manifest.generation)
        else:
            discard(path)
        prune(index, prune_after)
    return run.summary(manifest)


def _files(sources: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Every file of the sources with the source it is named from, once however often it is given."""
    found = [(file, source) for source in sources for file in readers.find(source)]
    return list({file.resolve(): (file, source) for file, source in reversed(found)}.values())[::-1]


class _Run:
    """One run over the sources: prepares articles one by one and keeps count."""

    def __init__(self, previous: PreviousGeneration | None, encoder: Encoder) -> None:
        self._previous = previous
        self._encoder = encoder
        self._ids: set[str] = set()
        self._unchanged: list[str] = []
        self._new = 0
        self._changed = 0
        self._glossary = ""
        self._collected = Collection()
        self.problems: list[str] = []

    def read(self, files: Sequence[tuple[Path, Path]], path: Path, progress: Progress) -> Changes | None:
        """Read all files, each with its source: write the articles that are new into `path`, collect their words.

        Answers what is to change in the previous generation; None where the new one holds all there is.
        """
        with DocumentWriter(path / "documents.sqlite") as documents:
            for done, (file, source) in enumerate(files):
                progress(done, len(files), file.name)
                for prepared in self._prepared(file, source):
                    documents.add(prepared.article, prepared.content, prepared.passages)
            changes = Changes(self._previous, self._unchanged) if self._previous else None
            if changes and not changes.are_few(self._collected.passages):
                changes.take_over(documents, self._collected)
                changes = None
        progress(len(files), len(files), "")
        self.problems.extend(str(problem) for problem in metadata.problems(file for file, _ in files))
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

    def _prepared(self, file: Path, source: Path) -> Iterator[PreparedArticle]:
        """The articles of one file that are new, prepared and collected; what cannot be read becomes a problem."""
        for item in readers.read(file, source):
            if isinstance(item, UnreadableSource):
                self.problems.append(str(item))
            elif prepared := self._prepare(self._distinct(item), file):
                yield prepared

    def _distinct(self, article: Article) -> Article:
        """The article under an id no other has: a second one of the same name gets a number."""
        article_id, number = article.id, 2
        while article_id in self._ids:
            article_id, number = f"{article.id}-{number}", number + 1
        self._ids.add(article_id)
        return article if article_id == article.id else replace(article, id=article_id)

    def _prepare(self, article: Article, file: Path) -> PreparedArticle | None:
        """An article that is new or changed, prepared and collected."""
        if self._previous and self._previous.has(article.id, content_digest(article)):
            self._unchanged.append(article.id)
            return None
        try:
            analysed = analysed_article(prepare(article), self._encoder)
        except UserError:
            raise
        except Exception as error:  # a defect met by one article must not cost the others
            self._ids.discard(article.id)
            self.problems.append(f"{file.name}: it could not be analysed ({error!r}); please report this")
            return None
        self._collected.add(analysed)
        self._new += 1
        self._changed += bool(self._previous and article.id in self._previous.contents)
        return analysed.prepared
