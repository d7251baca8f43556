"""A collection in files of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from search.articles import Article, Passage
from search.backends.masks import MaskSelection
from search.backends.protocol import Asked, Backend, Progress, Shown
from search.catalogue import Catalogue, Filters, Mask, Masks
from search.chained import Ints
from search.conditions import Conditions
from search.damage import Damage
from search.documents import Documents
from search.evidence import NOTHING, Evidence, Floats
from search.glossary import Glossary
from search.keyindex import KeyIndex
from search.manifest import Manifest
from search.passage_words import Numbers, WordsOfPassages
from search.results import FacetValue
from search.semantic import PassageVectors
from search.storage import current_generation, generation_path, open_generation, open_newest, segment_paths
from search.verification import verify
from search.words import Words

T = TypeVar("T")


class EmbeddedBackend:
    """One generation of an index on disk, its files memory-mapped. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open the generation at `path`; raises `IndexProblem` where it is damaged."""
        self.description = manifest = open_generation(path)
        self._damage = Damage(path)
        self.generation = manifest.generation
        with self.told():
            segments = segment_paths(path, manifest)
            dead = frozenset(manifest.dead)
            self.documents = Documents([segment / "documents.sqlite" for segment in segments], dead)
            self.catalogue = Catalogue(segments, self.documents, dead)
            self.keys = KeyIndex(segments)
            self.words = Words(segments)
            self.order = WordsOfPassages(segments, self.words.firsts)
            self.vectors = PassageVectors(segments)
            self.glossary = Glossary.open(path)
            self._selection = MaskSelection(segments, self.catalogue, self.keys, self.words, self.order)
        self._conditions = Conditions(self.keys, self.words)

    def told(self) -> AbstractContextManager[None]:
        """Raise `IndexProblem`, naming the file, for an error that comes from a damaged one."""
        return self._damage.told()

    def found(self, asked: Asked) -> EmbeddedFound:
        """What is found for a query: all passages, with the evidence for each."""
        evidence = self._evidence(asked)
        return EmbeddedFound(self, evidence, self.catalogue.masks(asked.filters, evidence.passages))

    def article(self, article_id: str) -> Article | None:
        """An article with its whole text, None when there is none of this id."""
        return self.documents.article(article_id)

    def heads(self) -> Iterator[Article]:
        """Every article without its text."""
        return iter(self.catalogue.heads)

    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article in order."""
        return self.documents.passages(article_id)

    def references(self, article_id: str) -> set[int]:
        """The ordinals of an article's passages that are lists of references."""
        own = self.catalogue.references[self.catalogue.all(Filters(article=article_id))]
        return {each.ordinal for each, listed in zip(self.passages(article_id), own.tolist(), strict=True) if listed}

    def vector(self, passage: Passage) -> Floats:
        """The unit vector of a passage; shape (dimensions,)."""
        own = np.flatnonzero(self.catalogue.all(Filters(article=passage.article_id)))
        place = [each.ordinal for each in self.passages(passage.article_id)].index(passage.ordinal)
        return self.vectors[own[place : place + 1]][0]

    def passages_by_language(self) -> dict[str, int]:
        """How many passages there are in each language."""
        return self.catalogue.passages_by_language()

    def articles_by_year(self) -> dict[int, int]:
        """How many articles there are of each year, earliest first."""
        return self.catalogue.articles_by_year()

    def _evidence(self, asked: Asked) -> Evidence:
        """What speaks for each passage before any filter."""
        if asked.condition is None:
            return self._by_words(asked)
        met = self._conditions.meeting(asked.condition, self._selection)
        if not asked.has_words:
            return Evidence.without_words(np.flatnonzero(met))
        evidence = self._by_words(asked)
        return evidence.of(met[evidence.passages])

    def _by_words(self, asked: Asked) -> Evidence:
        keyword = self.keys.scores(asked.own) if asked.own else NOTHING
        counterparts = self.keys.scores(asked.counterparts) if asked.counterparts else NOTHING
        cosine = NOTHING if asked.vector is None else self.vectors.related(asked.vector)
        return Evidence.together(len(self.catalogue), keyword, counterparts, cosine)


class EmbeddedFound:
    """What a query has found in a generation, whose numbers its passages have."""

    def __init__(self, backend: EmbeddedBackend, unfiltered: Evidence, masks: Masks) -> None:
        self._backend = backend
        self._catalogue = backend.catalogue
        self._unfiltered = unfiltered.passages
        self._masks = masks
        self.evidence = unfiltered.of(masks.all)
        self.total = len(self.evidence.passages)

    def deeper(self) -> None:
        """Nothing: there is evidence for all passages found."""

    def articles(self, passages: Ints) -> NDArray[np.int32]:
        """The numbers of the articles of some passages; shape (passages,)."""
        return self._catalogue.articles_of(passages)

    def languages(self, passages: Ints) -> NDArray[np.int8]:
        """The languages of some passages, as numbers; shape (passages,)."""
        return self._catalogue.languages_of(passages)

    def in_languages(self, codes: Sequence[str], passages: Ints) -> Mask:
        """Which of some passages are in one of these languages; shape (passages,)."""
        return self._catalogue.in_languages(codes, passages)

    def latest_first(self, passages: Ints) -> Ints:
        """Places in `passages` by year, latest first, else in their order; those without a year come last."""
        return self._catalogue.latest_first(passages)

    def references(self, passages: Ints) -> Mask:
        """Which of some passages are lists of references; shape (passages,)."""
        return self._catalogue.references[passages]

    def words(self, passages: Ints) -> tuple[Numbers, Ints]:
        """Words of some passages on end, and where each passage's begin; shapes (words,), (passages + 1,)."""
        return self._backend.order.take(passages)

    def lengths(self, passages: Ints) -> Ints:
        """How many words each of some passages has; shape (passages,)."""
        return self._backend.order.lengths(passages)

    def cosines(self, passages: Ints, vector: Floats) -> Floats:
        """Cosines of some passages with a unit vector; shape (passages,)."""
        return self._backend.vectors.cosines(passages, vector)

    def of_articles(self) -> Ints:
        """How many passages are found of each article, by its number."""
        return np.bincount(self.articles(self.evidence.passages))

    def facets(self) -> Mapping[str, tuple[FacetValue, ...]]:
        """Counts of the passages found, by language, year (latest first) and author (most first)."""
        return self._catalogue.facets(self._unfiltered, self._masks)

    def shown(self, passages: Sequence[int]) -> list[Shown]:
        """Passages with all that is shown of them."""
        documents = self._backend.documents
        return [
            Shown(
                documents.head(self._catalogue.article_of(number)),
                documents.passage(number),
                self._backend.order[number],
            )
            for number in passages
        ]


class EmbeddedStore:
    """The generations of an index on disk."""

    def __init__(self, index: Path) -> None:
        self._index = index

    def current(self) -> str:
        """The name of the generation in use; raises `IndexMissing` where there is none."""
        return current_generation(self._index)

    def description(self) -> Manifest:
        """What the generation in use says of itself; raises `IndexProblem` where that cannot be read."""
        return open_generation(generation_path(self._index, self.current()))

    def problems(self, progress: Progress) -> list[str]:
        """What of the generation in use is not as it was written, a line for each file."""
        return verify(self._index)

    def open(self, generation: str) -> Backend:
        """A generation; raises `IndexProblem` where it is damaged."""
        return EmbeddedBackend(generation_path(self._index, generation))

    def newest(self, opened: Callable[[Backend], T]) -> T:
        """What `opened` makes of the generation in use, or where that is damaged of the newest other that is whole."""
        return open_newest(self._index, lambda path: opened(EmbeddedBackend(path)))
