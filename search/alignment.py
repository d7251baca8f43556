"""Word-to-word similarity between a query and passages, across languages.

Each word of the query is held against every word of a passage: 1 where they share an exact form or
a lemma, else the cosine of their vectors. The best match of each query word, weighted by how rare
the word is, says how well a passage answers, and which of its words to mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from search import deadline
from search.chained import Ints
from search.encoder import Encoder
from search.keys import Keys
from search.languages.analysis import exact_key
from search.lazy import lazy
from search.names import sound_numbers
from search.passage_words import Numbers
from search.query import Term
from search.words import Words, encoded_words

#: Similarity from which a word stands for a word of the query, and how many such words are looked for.
COUNTERPART = 0.6
MOST_COUNTERPARTS = 40

#: Similarity of two names that sound alike.
SAME_NAME = 0.9

#: Power of the inverse document frequency that weighs a word: a word that happens to be missing from most passages
#: of a collection is not worth all the others.
WEIGHT_POWER = 0.5

#: Words of a passage that are read together, about a sentence, and how much of the score is for the words of the
#: query that such a stretch answers; the rest is for those that the whole passage does.
STRETCH = 20
STRETCH_WEIGHT = 0.625

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

#: Cosine below which two words have nothing to do with one another, and from which they mean the same.
UNRELATED = 0.25
SAME = 0.8

#: Similarity of a word that means the same but is another.
SYNONYM = 0.96


class Aligner:
    """Holds the words of one query against the words of passages of one collection."""

    def __init__(self, terms: Sequence[Term], keys: Keys, words: Words, encoder: Encoder, *, text: str = "") -> None:
        """`text` is what is asked for as a whole, for its `vector`."""
        self._text = text
        self._words = words
        self._keys = keys
        self._encoder = encoder
        self.terms = terms

    @lazy
    def vector(self) -> Floats:
        """The unit vector of the whole text; shape (dimensions,)."""
        return self._encoder.encode([self._text])[0]

    @lazy
    def weights(self) -> Floats:
        """How telling each word of the query is: how rare it and its counterparts are together; shape (terms,).

        A word that is rare in its own language but has frequent counterparts is not rare (the document frequency of a
        translated word, Darwish & Oard 2003).
        """
        held = [
            sum(weight * self._keys.frequency(key) for key, weight in {**term.keys, **counterparts}.items())
            for term, counterparts in zip(self.terms, self.counterparts, strict=True)
        ]
        return np.array([self._keys.rarity(frequency) ** WEIGHT_POWER for frequency in held], np.float32)

    def scores(self, numbers: Numbers, bounds: Ints) -> Floats:
        """How well each of some passages answers the words of the query, 0 to 1; shape (passages,).

        `numbers` are the words of the passages on end, `bounds` where each passage's begin; shape (passages + 1,).
        """
        deadline.check()
        scores = np.zeros(len(bounds) - 1, np.float32)
        filled = bounds[1:] > bounds[:-1]
        if not self.terms or not filled.any():
            return scores
        similarity = self.similarities[numbers]
        starts = bounds[:-1][filled]
        whole = np.maximum.reduceat(similarity, starts, axis=0) @ self.weights
        stretches = np.maximum.reduceat(best_ahead(similarity, bounds) @ self.weights, starts)
        scores[filled] = ((1 - STRETCH_WEIGHT) * whole + STRETCH_WEIGHT * stretches) / self.weights.sum()
        return scores

    @lazy
    def counterparts(self) -> list[dict[str, float]]:
        """For each word of the query the lemma keys of the words closest to it, weighted by their similarity.

        Words of any language count, the query's own among them: a synonym is as welcome as a translation.
        """
        return [
            {**({} if term.is_number else self._closest(self._by_meaning[:, column])), **term.counterparts}
            for column, term in enumerate(self.terms)
        ]

    def _closest(self, similarity: Floats) -> dict[str, float]:
        """Lemma keys of the most similar words of the collection, from the threshold on."""
        numbers = np.flatnonzero(similarity >= COUNTERPART)
        # A word that several segments hold has a number in each.
        words: dict[tuple[str, str], int] = {}
        for number in numbers[np.argsort(-similarity[numbers], kind="stable")].tolist():
            words.setdefault(self._words.name(number), number)
            if len(words) == MOST_COUNTERPARTS:
                break
        keys: dict[str, float] = {}
        for number in words.values():
            lemma = self._keys.key(int(self._words.keys(number)[1]))
            keys.setdefault(lemma, float(similarity[number]))
        return keys

    @lazy
    def similarities(self) -> Floats:
        """Similarity, 0 to 1, of every word of the collection with the words of the query; shape (words, terms)."""
        similarity = self._by_meaning.copy()
        for column, term in enumerate(self.terms):
            if term.is_number:
                similarity[:, column] = 0
            for key, weight in term.counterparts.items():
                named = self._words.having(self._keys.numbers(key))
                similarity[named, column] = np.maximum(similarity[named, column], weight)
            similarity[self.shared[column], column] = 1
        return similarity

    @lazy
    def shared(self) -> list[Mask]:
        """For each word of the query which words share its exact form or a lemma with it; shape (words,)."""
        return [self._having([exact_key(term.form), *term.keys]) for term in self.terms]

    @lazy
    def exact(self) -> list[Mask]:
        """For each word of the query which words have its form, in any language; shape (words,)."""
        return [self._having([exact_key(term.form)]) for term in self.terms]

    def _having(self, keys: Iterable[str]) -> Mask:
        """Which words have one of some keys."""
        return self._words.mask([number for key in keys for number in self._keys.numbers(key)])

    @lazy
    def _by_meaning(self) -> Floats:
        """Similarity by vectors, and of names by sound, of every word; shape (words, terms)."""
        if not self.terms:
            return np.zeros((len(self._words), 0), np.float32)
        lemmas = [term.lemma for term in self.terms]
        vectors = encoded_words([term.form for term in self.terms], lemmas, self._encoder)
        similarity = _rescaled(self._words.cosines(vectors))
        for column, sound in enumerate(sound_numbers(lemmas, self._encoder.unfamiliar(lemmas)).tolist()):
            if sound:
                similarity[self._words.sounding(sound), column] = SAME_NAME
        return similarity


def _rescaled(cosine: Floats) -> Floats:
    """Cosines as similarities from 0, for unrelated words, up to SYNONYM."""
    return SYNONYM * np.clip((cosine - UNRELATED) / (SAME - UNRELATED), 0, 1)


def best_ahead(similarity: Floats, bounds: Ints) -> Floats:
    """The best match of each query word among each word of a passage and those that follow within a stretch.

    `similarity` and the answer have shape (words, terms); `bounds` are the offsets between the passages.
    """
    # Nothing between passages, so that no stretch reaches into the next.
    gaps = STRETCH * np.arange(len(bounds) - 1)
    places = np.arange(len(similarity)) + np.repeat(gaps, np.diff(bounds))
    best = np.zeros((similarity.shape[1], len(similarity) + STRETCH * len(bounds)), np.float32)
    best[:, places] = similarity.T
    reach = 1
    while reach < STRETCH:
        step = min(reach, STRETCH - reach)
        best = np.maximum(best[:, :-step], best[:, step:])
        reach += step
    return best[:, places].T
