"""What speaks for the passages that a query finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from search.catalogue import Mask
from search.chained import Ints
from search.semantic import RELATED

Floats = NDArray[np.float32]

#: Passages, ascending, and a score for each.
Scored = tuple[Ints, Floats]

#: No passage.
NOTHING: Scored = np.zeros(0, np.int64), np.zeros(0, np.float32)

#: What is left of the score of a list of references: it names every subject and answers no question.
REFERENCES_WEIGHT = np.float32(0.5)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each passage that is found in any way; all arrays have shape (found,).

    `passages` are ascending; `keyword` is BM25 of the query's own words, `counterparts` that of the words which stand
    for them in any language, `cosine` that of the passage's vector with the query's, 0 where it is not found by that.
    """

    passages: Ints
    keyword: Floats
    counterparts: Floats
    cosine: Floats

    @classmethod
    def without_words(cls, passages: Ints) -> Evidence:
        """No evidence for some passages, which a condition without words has found."""
        none = np.zeros(len(passages), np.float32)
        return cls(passages, none, none, none)

    @classmethod
    def together(cls, count: int, keyword: Scored, counterparts: Scored, cosine: Scored) -> Evidence:
        """Evidence of three kinds, each for its own of so many passages, for those there is any for."""
        kinds = (keyword, counterparts, cosine)
        found = np.zeros(count, np.bool_)
        for passages, _ in kinds:
            found[passages] = True
        together = np.flatnonzero(found)
        columns = []
        for passages, scores in kinds:
            column = np.zeros(len(together), np.float32)
            column[np.searchsorted(together, passages)] = scores
            columns.append(column)
        return cls(together, *columns)

    def of(self, chosen: NDArray[np.integer] | Mask) -> Evidence:
        """The evidence for some of the passages found."""
        return Evidence(self.passages[chosen], self.keyword[chosen], self.counterparts[chosen], self.cosine[chosen])

    def lowered(self, references: Mask) -> Evidence:
        """The same with less weight for the words of lists of references; shape (found,)."""
        weight = np.where(references, REFERENCES_WEIGHT, np.float32(1))
        return replace(self, keyword=self.keyword * weight, counterparts=self.counterparts * weight)

    def matched(self, passage: int) -> Iterator[str]:
        """The ways in which a passage was found."""
        place = int(np.searchsorted(self.passages, passage))
        if self.keyword[place] > 0:
            yield "keyword"
        if self.counterparts[place] > 0 or self.cosine[place] >= RELATED:
            yield "semantic"
