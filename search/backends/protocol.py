"""What ranking needs of whatever holds a collection: the one seam between understanding a query and finding passages.

A backend has the words of the collection at hand, and finds passages by the keys of words, by a vector, and by
conditions. Everything else, from the query to the marks in a passage, is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from whoosh.query import Query as Condition

from search.articles import Article, Passage
from search.catalogue import Filters, Mask
from search.chained import Ints
from search.evidence import Evidence, Floats
from search.glossary import Glossary
from search.keys import Keys
from search.manifest import Description
from search.passage_words import Numbers, PassageWords
from search.results import FacetValue
from search.words import Words

#: A word as alternative keys with their weights: it counts in a passage by the best of them.
Alternatives = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks of a collection.

    `own` are the words of the query, `counterparts` those that stand for them; `vector` is that of what is asked for as
    a whole, a unit vector of shape (dimensions,). A condition narrows what they find, and finds by itself where there
    are none. `depth` passages are to be put into order at least, by year with `by_year`.
    """

    own: Sequence[Alternatives] = ()
    counterparts: Sequence[Alternatives] = ()
    vector: Floats | None = None
    condition: Condition | None = None
    filters: Filters = field(default_factory=Filters)
    depth: int = 0
    by_year: bool = False

    @property
    def has_words(self) -> bool:
        """Whether there is more than a condition."""
        return bool(self.own or self.counterparts or self.vector is not None)


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage with all that is shown of it; `article` is without its text."""

    article: Article
    passage: Passage
    words: PassageWords


class Found(Protocol):
    """What a query has found; its passages have numbers that mean something to this answer only."""

    @property
    def evidence(self) -> Evidence:
        """What speaks for the passages that pass the filters: for all of them, or for those that may come first."""

    @property
    def total(self) -> int:
        """How many passages are found and pass the filters."""

    def deeper(self) -> Found | None:
        """The same with evidence for more passages, None where there is no more."""

    def articles(self, passages: Ints) -> NDArray[np.int32]:
        """A number for the article of each of some passages; shape (passages,)."""

    def languages(self, passages: Ints) -> NDArray[np.int8]:
        """A number for the language of each of some passages; shape (passages,)."""

    def in_languages(self, codes: Sequence[str], passages: Ints) -> Mask:
        """Which of some passages are in one of these languages; shape (passages,)."""

    def latest_first(self, passages: Ints) -> Ints:
        """Places in `passages` by year, latest first, else in their order; those without a year come last."""

    def references(self, passages: Ints) -> Mask:
        """Which of some passages are lists of references; shape (passages,)."""

    def words(self, passages: Ints) -> tuple[Numbers, Ints]:
        """Words of some passages on end, and where each passage's begin; shapes (words,), (passages + 1,)."""

    def lengths(self, passages: Ints) -> Ints:
        """How many words each of some passages has; shape (passages,)."""

    def cosines(self, passages: Ints, vector: Floats) -> Floats:
        """Cosines of some passages with a unit vector; shape (passages,)."""

    def of_articles(self) -> Ints:
        """How many passages are found of each article, by its number; those of no number here come after them."""

    def facets(self) -> Mapping[str, tuple[FacetValue, ...]]:
        """Counts of the passages found, by language, year (latest first) and author (most first)."""

    def shown(self, passages: Sequence[int]) -> list[Shown]:
        """Passages with all that is shown of them."""


class Backend(Protocol):
    """One generation of a collection. Safe to use from several threads."""

    @property
    def generation(self) -> str:
        """Its name, another for whatever answers differently."""

    @property
    def description(self) -> Description:
        """What it says of itself."""

    @property
    def keys(self) -> Keys:
        """The keys of its words."""

    @property
    def words(self) -> Words:
        """Its words."""

    @property
    def glossary(self) -> Glossary:
        """Its names and terms in four languages."""

    def told(self) -> AbstractContextManager[None]:
        """Raise `IndexProblem`, naming what is at fault, for an error that comes from how the collection is kept."""

    def found(self, asked: Asked) -> Found:
        """What is found for a query."""

    def article(self, article_id: str) -> Article | None:
        """An article with its whole text, None when there is none of this id."""

    def heads(self) -> Iterator[Article]:
        """Every article without its text."""

    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article in order."""

    def references(self, article_id: str) -> set[int]:
        """The ordinals of an article's passages that are lists of references."""

    def vector(self, passage: Passage) -> Floats:
        """The unit vector of a passage; shape (dimensions,)."""

    def passages_by_language(self) -> dict[str, int]:
        """How many passages there are in each language."""

    def articles_by_year(self) -> dict[int, int]:
        """How many articles there are of each year, earliest first."""


T = TypeVar("T")

#: Called with how much is done, and how much there is in all.
Progress = Callable[[int, int], None]


class Store(Protocol):
    """Where the generations of a collection are kept."""

    def description(self) -> Description:
        """What the generation in use says of itself; raises `IndexProblem` where that cannot be read."""

    def problems(self, progress: Progress) -> list[str]:
        """What of the generation in use is not as it was written, one line each; reads all of it."""

    def current(self) -> str:
        """The name of the generation in use; raises `IndexMissing` where there is none."""

    def open(self, generation: str) -> Backend:
        """A generation; raises `IndexProblem` where it cannot be opened."""

    def newest(self, opened: Callable[[Backend], T]) -> T:
        """What `opened` makes of the generation in use, or where that is damaged of the newest other that is whole."""
