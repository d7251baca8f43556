"""What a query has found in a cluster: the passages that may come first, and counts of all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from search.backends.protocol import Asked, Shown
from search.backends.qdrant.batch import Batch, BatchPostings
from search.backends.qdrant.counting import Counts
from search.backends.qdrant.documents import being_changed
from search.backends.qdrant.vocabulary import UNKNOWN
from search.catalogue import Mask, language_numbers
from search.chained import Ints
from search.evidence import NOTHING, Evidence, Floats
from search.keyindex import scores
from search.languages.tokens import tokenize
from search.passage_words import Numbers, PassageWords
from search.ranking import CANDIDATES
from search.results import FacetValue
from search.semantic import RELATED
from search.vectors import cosines

if TYPE_CHECKING:
    from search.backends.qdrant.backend import QdrantBackend


#: How many times as many passages are fetched where a page wants more, and the most that ever are of one kind.
_DEEPER = 4
DEEPEST = 20_000


def stepped(depth: int) -> int:
    """How many passages of each kind to fetch for so many in order: the same for many pages.

    What is ranked among others may come in another order than without them, and be on two pages, or on none.
    """
    step = CANDIDATES
    while step < depth:
        step *= _DEEPER
    return step


class QdrantFound:
    """What a query has found; passages have the numbers of their places in a batch.

    `evidence` speaks for the best by each kind; `total` counts all that hold a word of the query or of those that stand
    for it, and of what is found by the vector alone what is in the batch.
    """

    def __init__(self, backend: QdrantBackend, asked: Asked, batch: Batch, counts: Counts) -> None:
        self._backend = backend
        self._asked = asked
        self._batch = batch
        self._counts = counts
        self.evidence = self._evidence(asked)
        words = (self.evidence.keyword > 0) | (self.evidence.counterparts > 0)
        #: Passages found by the vector alone, which Qdrant does not count.
        self._by_vector = self.evidence.passages[~words] if asked.has_words else self.evidence.passages[:0]
        self.total = counts.passages() + len(self._by_vector)

    def deeper(self) -> QdrantFound | None:
        """The same with more passages at hand, None where all are, or very many."""
        depth = _DEEPER * stepped(self._asked.depth)
        if len(self._batch) >= self.total or depth > DEEPEST:
            return None
        return self._backend.found(replace(self._asked, depth=depth), self._counts)

    def articles(self, passages: Ints) -> NDArray[np.int32]:
        """The numbers of the articles of some passages; shape (passages,)."""
        return self._batch.articles[passages]

    def languages(self, passages: Ints) -> NDArray[np.int8]:
        """The languages of some passages, as numbers; shape (passages,)."""
        return self._batch.languages[passages]

    def in_languages(self, codes: Sequence[str], passages: Ints) -> Mask:
        """Which of some passages are in one of these languages; shape (passages,)."""
        return np.isin(self._batch.languages[passages], language_numbers(codes))

    def latest_first(self, passages: Ints) -> Ints:
        """Places in `passages` by year, latest first, else in their order; those without a year come last."""
        return np.argsort(-self._batch.years[passages].astype(np.int64), kind="stable")

    def references(self, passages: Ints) -> Mask:
        """Which of some passages are lists of references; shape (passages,)."""
        return self._batch.references[passages]

    def words(self, passages: Ints) -> tuple[Numbers, Ints]:
        """Words of some passages on end, and where each passage's begin; shapes (words,), (passages + 1,)."""
        return self._batch.words.take(passages)

    def lengths(self, passages: Ints) -> Ints:
        """How many words each of some passages has; shape (passages,)."""
        return self._batch.lengths[passages]

    def cosines(self, passages: Ints, vector: Floats) -> Floats:
        """Cosines of some passages with a unit vector; shape (passages,)."""
        rows, scales = self._batch.vectors
        return cosines(rows[passages], scales[passages], vector[None])[:, 0]

    def of_articles(self) -> Ints:
        """How many passages are found of each article, by its number; those of no number here come after them."""
        counted = self._counts.of_articles()
        here = np.bincount(self._batch.articles[self.evidence.passages], minlength=len(self._batch.article_ids))
        alone = np.bincount(self._batch.articles[self._by_vector], minlength=len(here))
        numbered = [counted.pop(article, 0) for article in self._batch.article_ids]
        # Where only some are counted, those at hand may be more.
        present = np.maximum(here, np.array(numbered, np.int64) + alone)
        return np.concatenate([present, np.array([*counted.values()], np.int64)])

    def facets(self) -> Mapping[str, tuple[FacetValue, ...]]:
        """Counts of the passages found, by language, year (latest first) and author (most first)."""
        return self._counts.facets([self._batch.ids[number] for number in self._by_vector.tolist()])

    def shown(self, passages: Sequence[int]) -> list[Shown]:
        """Passages with all that is shown of them."""
        ids = [self._batch.ids[number] for number in passages]
        found = self._backend.documents.shown(ids)
        return [
            Shown(article, passage, self._words_of(number, passage.text))
            for number, (article, passage) in zip(passages, found, strict=True)
        ]

    def _words_of(self, number: int, text: str) -> PassageWords:
        """The words of a passage with their places, which its text tells."""
        words = self._batch.words
        numbers = words.numbers[words.bounds[number] : words.bounds[number + 1]]
        places = np.array([(token.start, token.end) for token in tokenize(text)], np.int32).reshape(-1, 2)
        if len(places) != len(numbers):
            raise being_changed(self._backend.documents.generation)
        known = numbers != UNKNOWN
        return PassageWords(numbers[known], places[known, 0], places[known, 1])

    def _evidence(self, asked: Asked) -> Evidence:
        count, every = len(self._batch), np.arange(len(self._batch))
        if not asked.has_words or not count:
            return Evidence.without_words(every)
        keys = [key for word in (*asked.own, *asked.counterparts) for key in word]
        postings = BatchPostings(self._batch, keys, self._backend.keys, self._backend.words, self._backend.mean_length)
        cosine = NOTHING
        if asked.vector is not None:
            cosine = every, self.cosines(every, asked.vector)
            cosine = every[cosine[1] >= RELATED], cosine[1][cosine[1] >= RELATED]
        return Evidence.together(
            count, scores(asked.own, postings, count), scores(asked.counterparts, postings, count), cosine
        )
