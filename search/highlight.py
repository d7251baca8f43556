"""Which words of a passage to mark, and which word of the query each answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from search.alignment import COUNTERPART, Aligner
from search.passage_words import PassageWords
from search.query import Term
from search.results import Highlight, Kind

#: A word this much less similar than the passage's best match of a query word is marked too.
AS_GOOD = 0.2


def highlights(passage: PassageWords, aligner: Aligner, by_meaning: bool) -> tuple[Highlight, ...]:
    """The ranges of a passage to mark, in order, at most one a word.

    Words in the form typed are `exact`, other forms of a query's word `lemma`. With `by_meaning`, a query
    word found in neither way is marked where it has a counterpart: the most similar word of the
    passage, if that word in turn is closest to no other word of the query.
    """
    numbers, places = np.unique(passage.numbers, return_inverse=True)
    if not len(numbers) or not aligner.terms:
        return ()
    kinds: dict[int, tuple[Kind, Term]] = {}
    for column, term in enumerate(aligner.terms):
        shared = np.flatnonzero(aligner.shared[column][numbers])
        exact = aligner.exact[column][numbers]
        for place in shared.tolist():
            if exact[place] or place not in kinds:
                kinds[place] = ("exact" if exact[place] else "lemma", term)
        if by_meaning and not len(shared):
            for place in _counterparts(aligner.similarities[numbers], column):
                kinds.setdefault(place, ("meaning", term))
    return tuple(
        Highlight(int(start), int(end), kinds[place][0], kinds[place][1].word)
        for place, start, end in zip(places.tolist(), passage.starts, passage.ends, strict=True)
        if place in kinds
    )


def _counterparts(similarities: NDArray[np.float32], column: int) -> list[int]:
    """Places of the distinct words that stand for one query word; `similarities` has shape (words, terms)."""
    similarity = similarities[:, column]
    closest = similarities.argmax(axis=1) == column
    good = closest & (similarity >= max(COUNTERPART, float(similarity.max()) - AS_GOOD))
    return [int(place) for place in np.flatnonzero(good)]
