"""Which words of a passage to mark, and which word of the query each answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.alignment import COUNTERPART, AlignedTerm, Aligner
from search.known_words import KnownWords
from search.results import Highlight, Kind
from search.words import PassageWords, Words

#: A word this much less similar than the passage's best match of a query word is marked too.
AS_GOOD = 0.2


@dataclass(frozen=True, slots=True)
class _Distinct:
    """The distinct words of a passage, the place of each word among them, and their similarity to each term."""

    numbers: NDArray[np.int32]
    places: NDArray[np.int64]
    similarity: NDArray[np.float32]


def highlights(
    passage: PassageWords, aligner: Aligner | KnownWords, words: Words, by_meaning: bool
) -> tuple[Highlight, ...]:
    """The ranges of a passage to mark, in order, at most one a word.

    Words in the form typed are `exact`, other forms of a query's word `lemma`. With `by_meaning`, a query
    word found in neither way is marked where it has a counterpart: the most similar word of the
    passage, if that word in turn is closest to no other word of the query.
    """
    numbers, places = np.unique(passage.numbers, return_inverse=True)
    if not len(numbers) or not aligner.terms:
        return ()
    distinct = _Distinct(numbers, places, aligner.similarities(numbers))
    kinds: dict[int, tuple[Kind, AlignedTerm]] = {}
    for column, aligned in enumerate(aligner.terms):
        shared = np.flatnonzero(aligner.sharing(numbers, aligned))
        for place in shared.tolist():
            exact = aligned.exact is not None and aligned.exact == words.keys(int(numbers[place]))[0]
            if exact or place not in kinds:
                kinds[place] = ("exact" if exact else "lemma", aligned)
        if by_meaning and not len(shared):
            for place in _counterparts(distinct, column):
                kinds.setdefault(place, ("meaning", aligned))
    return tuple(
        Highlight(int(start), int(end), kinds[place][0], kinds[place][1].term.word)
        for place, start, end in zip(places.tolist(), passage.starts, passage.ends, strict=True)
        if place in kinds
    )


def _counterparts(distinct: _Distinct, column: int) -> list[int]:
    """Places of the distinct words that stand for one query word."""
    similarity = distinct.similarity[:, column]
    closest = distinct.similarity.argmax(axis=1) == column
    good = closest & (similarity >= max(COUNTERPART, float(similarity.max()) - AS_GOOD))
    return [int(place) for place in np.flatnonzero(good)]
