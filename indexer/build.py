"""The pipeline: read, repair, cut, analyse, encode, write, switch."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer import metadata, readers
from indexer.errors import UnreadableSource
from indexer.preparation import PreparedArticle, content_digest, prepare
from indexer.reuse import PreviousGeneration, previous_generation
from indexer.vocabulary import AnalysedVocabulary, Vocabulary, analysed, word_vectors
from search import keyindex, words
from search.articles import Article
from search.catalogue import write_catalogue
from search.documents import DocumentWriter
from search.encoder import Encoder
from search.keyindex import Floats, Ints
from search.keyword import KeywordEntry, write_keyword_index
from search.languages.analysis import ANALYSIS_VERSION
from search.languages.identify import identify
from search.languages.tokens import tokenize
from search.semantic import write_vectors
from search.storage import building, new_generation, prune, seal, switch

#: What a word counts for in a field beside the text of the passage.
FIELD_WEIGHTS = {"title": 2.0, "keywords": 1.5, "author": 1.0}

#: Passages encoded at once.
_BATCH = 256

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


@dataclass(slots=True)
class _Fields:
    """The words of an article's title, key words and authors."""

    article: int
    words: dict[str, list[int]]


@dataclass(slots=True)
class _Collected:
    """What the articles add up to before it is written: flat arrays over all words of all passages."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    words: array[int] = field(default_factory=lambda: array("i"))
    starts: array[int] = field(default_factory=lambda: array("i"))
    ends: array[int] = field(default_factory=lambda: array("i"))
    lengths: list[int] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    heads: list[Article] = field(default_factory=list)
    fields: list[_Fields] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)


def build(
    sources: Sequence[Path],
    index: Path,
    encoder: Encoder,
    *,
    full: bool = False,
    prune_after: float = 60.0,
    progress: Progress = lambda done, total, name: None,
) -> Summary:
    """Make the index hold the articles of the sources, and nothing else, and switch to it.

    Articles that are unchanged since the generation in use are taken over from it, unless `full`.
    Raises `UnreadableSource` for a source that does not exist, `NothingToIndex` when no article could
    be read, `IndexBusy` while another process builds; the generation in use then stays.
    """
    files = [(file, source) for source in sources for file in readers.find(source)]
    with building(index):
        previous = None if full else previous_generation(index, encoder)
        run = _Run(previous, encoder)
        path = new_generation(index)
        documents = DocumentWriter(path / "documents.sqlite")
        for done, (file, source) in enumerate(files):
            progress(done, len(files), file.name)
            for prepared in run.prepared(file, source):
                documents.add(prepared.article, prepared.content, prepared.passages)
        documents.close()
        progress(len(files), len(files), "")
        run.problems.extend(str(problem) for problem in metadata.problems(file for file, _ in files))
        if not run.collected.heads:
            raise NothingToIndex(run.problems)
        _write(path, run.collected, encoder, previous)
        manifest = seal(
            path,
            izde=_version(),
            analysis=ANALYSIS_VERSION,
            model=encoder.name,
            model_fingerprint=encoder.fingerprint,
            dimensions=encoder.dimensions,
            articles=len(run.collected.heads),
            passages=len(run.collected.lengths),
            words=len(run.collected.words),
        )
        switch(index, manifest.generation)
        prune(index, prune_after)
    return run.summary(manifest.generation)


class _Run:
    """One run over the sources: prepares articles one by one and keeps count."""

    def __init__(self, previous: PreviousGeneration | None, encoder: Encoder) -> None:
        self._previous = previous
        self._encoder = encoder
        self._ids: set[str] = set()
        self._unchanged = 0
        self._changed = 0
        self.collected = _Collected()
        self.problems: list[str] = []

    def prepared(self, file: Path, source: Path) -> Iterator[PreparedArticle]:
        """The articles of one file, prepared and collected; what cannot be read becomes a problem."""
        for item in readers.read(file, source):
            if isinstance(item, UnreadableSource):
                self.problems.append(str(item))
            elif prepared := self._prepare(self._distinct(item), file):
                yield prepared

    def summary(self, generation: str) -> Summary:
        """What was done."""
        before = set(self._previous.contents) if self._previous else set()
        count = len(self.collected.heads)
        return Summary(
            articles=count,
            passages=len(self.collected.lengths),
            words=len(self.collected.words),
            added=count - self._unchanged - self._changed,
            changed=self._changed,
            unchanged=self._unchanged,
            removed=len(before - self._ids),
            problems=tuple(self.problems),
            generation=generation,
        )

    def _distinct(self, article: Article) -> Article:
        """The article under an id no other has: a second one of the same name gets a number."""
        article_id, number = article.id, 2
        while article_id in self._ids:
            article_id, number = f"{article.id}-{number}", number + 1
        self._ids.add(article_id)
        return article if article_id == article.id else replace(article, id=article_id)

    def _prepare(self, article: Article, file: Path) -> PreparedArticle | None:
        content = content_digest(article)
        if self._previous and (known := self._previous.article(article.id, content)):
            self._unchanged += 1
            self._take_over(known, self._previous)
            return known
        try:
            prepared = prepare(article)
            self._collect(prepared)
        except Exception as error:  # a defect met by one article must not cost the others
            self._ids.discard(article.id)
            self.problems.append(f"{file.name}: it could not be analysed ({error!r}); please report this")
            return None
        if self._previous and article.id in self._previous.contents:
            self._changed += 1
        return prepared

    def _collect(self, prepared: PreparedArticle) -> None:
        collected, vocabulary = self.collected, self.collected.vocabulary
        texts = [passage.text for passage in prepared.passages]
        batches = [self._encoder.encode(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        tokenized = [list(tokenize(text)) for text in texts]
        for passage, tokens in zip(prepared.passages, tokenized, strict=True):
            collected.words.extend(vocabulary.number(passage.language, token.form) for token in tokens)
            collected.starts.extend(token.start for token in tokens)
            collected.ends.extend(token.end for token in tokens)
            collected.lengths.append(len(tokens))
        collected.vectors.extend(batches)
        self._collect_head(prepared)

    def _take_over(self, prepared: PreparedArticle, previous: PreviousGeneration) -> None:
        collected = self.collected
        for known in previous.passage_words(prepared.article.id):
            names = [previous.words.name(int(number)) for number in known.numbers]
            collected.words.extend(collected.vocabulary.number(*name) for name in names)
            collected.starts.extend(known.starts.tolist())
            collected.ends.extend(known.ends.tolist())
            collected.lengths.append(len(names))
        collected.vectors.append(previous.vectors(prepared.article.id))
        self._collect_head(prepared)

    def _collect_head(self, prepared: PreparedArticle) -> None:
        collected, article = self.collected, prepared.article
        number = len(collected.heads)
        collected.heads.append(replace(article, text=""))
        collected.articles.extend([number] * len(prepared.passages))
        collected.languages.extend(passage.language for passage in prepared.passages)
        texts = {
            "title": article.title,
            "keywords": "\n".join(article.keywords),
            "author": "\n".join(article.authors),
        }
        collected.fields.append(_Fields(number, {name: self._field(text) for name, text in texts.items()}))

    def _field(self, text: str) -> list[int]:
        language = identify(text)
        return [self.collected.vocabulary.number(language, token.form) for token in tokenize(text)]


def _write(path: Path, collected: _Collected, encoder: Encoder, previous: PreviousGeneration | None) -> None:
    """Write all files of a generation but the documents."""
    vocabulary = analysed(collected.vocabulary, previous)
    numbers = vocabulary.places[np.frombuffer(collected.words, np.int32)]
    lengths = np.array(collected.lengths, np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    words.write_words(path, vocabulary.table, word_vectors(vocabulary.table.names, encoder, previous))
    places = [numbers, np.frombuffer(collected.starts, np.int32), np.frombuffer(collected.ends, np.int32)]
    words.write_places(path, offsets, np.stack(places).astype(np.int32))
    keyindex.write(path, vocabulary.keys, _occurrences(collected, vocabulary, numbers, lengths), lengths)
    write_vectors(path, np.concatenate(collected.vectors))
    years = [collected.heads[article].year for article in collected.articles]
    write_catalogue(path, collected.languages, years, collected.articles)
    write_keyword_index(path, _keyword_entries(collected, vocabulary, numbers, offsets))


def _occurrences(
    collected: _Collected, vocabulary: AnalysedVocabulary, numbers: Ints, lengths: Ints
) -> tuple[Ints, Ints, Floats]:
    """Keys in passages with their weights, from the passages' text and from the fields of their articles."""
    passages = np.repeat(np.arange(len(lengths)), lengths)
    parts = [vocabulary.occurrences(numbers, passages, np.ones(len(numbers), np.float32))]
    first = np.searchsorted(collected.articles, np.arange(len(collected.heads) + 1))
    for each in collected.fields:
        held = np.arange(first[each.article], first[each.article + 1])
        for name, weight in FIELD_WEIGHTS.items():
            found = vocabulary.places[np.array(each.words[name], np.int64)]
            weights = np.full(len(found) * len(held), weight, np.float32)
            parts.append(
                vocabulary.occurrences(np.tile(found, len(held)), np.repeat(held, len(found)), weights)
            )
    keys, places, weights = zip(*parts, strict=True)
    return np.concatenate(keys), np.concatenate(places), np.concatenate(weights)


def _keyword_entries(
    collected: _Collected, vocabulary: AnalysedVocabulary, numbers: Ints, offsets: Ints
) -> Iterator[KeywordEntry]:
    table, names = vocabulary.table, vocabulary.keys
    keys = [
        [names[key] for key in table.keys[table.key_offsets[word] : table.key_offsets[word + 1]]]
        for word in range(len(table.names))
    ]
    for passage, article in enumerate(collected.articles):
        head, held = collected.heads[article], collected.fields[article].words
        fields = {name: [keys[vocabulary.places[word]] for word in held[name]] for name in FIELD_WEIGHTS}
        text = [keys[word] for word in numbers[offsets[passage] : offsets[passage + 1]]]
        yield KeywordEntry(head.id, collected.languages[passage], head.year, text, **fields)


def _version() -> str:
    try:
        return version("izde")
    except PackageNotFoundError:
        return "unknown"
