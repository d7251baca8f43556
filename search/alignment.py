"""Word-to-word similarity between a query and passages, across languages.

Each word of the query is held against every word of a passage: 1 where they share an exact form or
a lemma, else the cosine of their vectors. The best match of each query word, weighted by how rare
the word is, says how well a passage answers, and which of its words to mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.encoder import Encoder
from search.keyindex import KeyIndex
from search.languages.analysis import exact_key
from search.names import sound_numbers
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
Numbers = NDArray[np.int32]

#: Cosine below which two words have nothing to do with one another, and from which they mean the same.
UNRELATED = 0.25
SAME = 0.8

#: Similarity of a word that means the same but is another.
SYNONYM = 0.96


@dataclass(frozen=True, slots=True)
class AlignedTerm:
    """A query word ready to be held against words: its vector, and the numbers of its keys.

    `own` are those of its exact form and lemmas, `named` those the glossary knows to stand for it, by weight;
    `sound` is that of a name, 0 of any other word.
    """

    term: Term
    vector: Floats
    exact: int | None
    own: Numbers
    named: Mapping[float, Numbers]
    sound: int


class Aligner:
    """Holds the words of one query against the words of passages of one generation."""

    def __init__(self, terms: Sequence[Term], keys: KeyIndex, words: Words, encoder: Encoder) -> None:
        self._words = words
        self._keys = keys
        lemmas = [term.lemma for term in terms]
        vectors = encoded_words([term.form for term in terms], lemmas, encoder)
        sounds = sound_numbers(lemmas, encoder.unfamiliar(lemmas)).tolist()
        self.terms = [_aligned(*each, keys) for each in zip(terms, vectors, sounds, strict=True)]

    @cached_property
    def weights(self) -> Floats:
        """How telling each word of the query is: how rare it and its counterparts are together; shape (terms,).

        A word that is rare in its own language but has frequent counterparts is not rare (the document frequency of a
        translated word, Darwish & Oard 2003).
        """
        held = [
            sum(weight * self._keys.frequency(key) for key, weight in {**each.term.keys, **counterparts}.items())
            for each, counterparts in zip(self.terms, self.counterparts, strict=True)
        ]
        return np.array([self._keys.rarity(frequency) ** WEIGHT_POWER for frequency in held], np.float32)

    def scores(self, passages: Numbers) -> Floats:
        """How well each passage answers the words of the query, 0 to 1; shape (passages,)."""
        numbers, bounds = self._words.passage_words(passages)
        scores = np.zeros(len(passages), np.float32)
        filled = bounds[1:] > bounds[:-1]
        if not self.terms or not filled.any():
            return scores
        distinct, places = np.unique(numbers, return_inverse=True)
        similarity = self.similarities(distinct)[places]
        starts = bounds[:-1][filled]
        whole = np.maximum.reduceat(similarity, starts, axis=0) @ self.weights
        owners = np.repeat(np.arange(len(passages)), np.diff(bounds))
        stretches = np.maximum.reduceat(best_ahead(similarity, owners) @ self.weights, starts)
        scores[filled] = ((1 - STRETCH_WEIGHT) * whole + STRETCH_WEIGHT * stretches) / self.weights.sum()
        return scores

    @cached_property
    def counterparts(self) -> list[dict[str, float]]:
        """For each word of the query the lemma keys of the words closest to it, weighted by their similarity.

        Words of any language count, the query's own among them: a synonym is as welcome as a translation.
        """
        if not self.terms:
            return []
        similarity = _rescaled(self._words.cosines(np.stack([each.vector for each in self.terms])))
        self._raise_names(similarity, slice(None))
        return [
            {**({} if each.term.is_number else self._closest(similarity[:, column])), **each.term.counterparts}
            for column, each in enumerate(self.terms)
        ]

    def _closest(self, similarity: Floats) -> dict[str, float]:
        """Lemma keys of the most similar words of the collection, from the threshold on."""
        numbers = np.flatnonzero(similarity >= COUNTERPART)
        numbers = numbers[np.argsort(-similarity[numbers], kind="stable")][:MOST_COUNTERPARTS]
        keys: dict[str, float] = {}
        for number in numbers.tolist():
            lemma = self._keys.key(int(self._words.keys(number)[1]))
            keys.setdefault(lemma, float(similarity[number]))
        return keys

    def similarities(self, words: Numbers) -> Floats:
        """Similarity, 0 to 1, of distinct words with the words of the query; shape (words, terms)."""
        vectors = np.stack([each.vector for each in self.terms], axis=1)
        cosine = self._words.vectors(words) @ vectors
        similarity = _rescaled(cosine)
        self._raise_names(similarity, words)
        for column, each in enumerate(self.terms):
            if each.term.is_number:
                similarity[:, column] = 0
            for weight, numbers in each.named.items():
                held = self._words.holding(words, numbers)
                similarity[held, column] = np.maximum(similarity[held, column], weight)
            similarity[self.sharing(words, each), column] = 1
        return similarity

    def _raise_names(self, similarity: Floats, words: Numbers | slice) -> None:
        """Count words that sound like a name in the query as that name; `similarity` has shape (words, terms)."""
        for column, each in enumerate(self.terms):
            if each.sound:
                similarity[self._words.sounding(words, each.sound), column] = SAME_NAME

    def sharing(self, words: Numbers, aligned: AlignedTerm) -> NDArray[np.bool_]:
        """Which words share the exact form or a lemma with a query word; shape (words,)."""
        return self._words.holding(words, aligned.own)


def _rescaled(cosine: Floats) -> Floats:
    """Cosines as similarities from 0, for unrelated words, up to SYNONYM."""
    return SYNONYM * np.clip((cosine - UNRELATED) / (SAME - UNRELATED), 0, 1)


def best_ahead(similarity: Floats, passages: NDArray[np.int64]) -> Floats:
    """The best match of each query word among each word of a passage and those that follow within a stretch.

    `similarity` and the answer have shape (words, terms), `passages` says which passage each word is of.
    """
    best, reach = similarity.copy(), 1
    while reach < STRETCH:
        step = min(reach, STRETCH - reach)
        together = (passages[step:] == passages[:-step])[:, None]
        ahead = best[step:].copy()
        np.maximum(best[:-step], ahead, out=best[:-step], where=together)
        reach += step
    return best


def _aligned(term: Term, vector: Floats, sound: int, keys: KeyIndex) -> AlignedTerm:
    exact = exact_key(term.form)
    named = {
        weight: _numbers([key for key, its in term.counterparts.items() if its == weight], keys)
        for weight in sorted(set(term.counterparts.values()))
    }
    return AlignedTerm(term, vector, keys.number(exact), _numbers([exact, *term.keys], keys), named, sound)


def _numbers(keys: Iterable[str], index: KeyIndex) -> Numbers:
    """The numbers of those keys that passages hold."""
    return np.array([number for key in keys if (number := index.number(key)) is not None], np.int32)
