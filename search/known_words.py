"""How the words of some passages match a query, worked out for all of them at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from search.alignment import AlignedTerm, Aligner
from search.words import Words


class KnownWords:
    """Answers as an aligner does, for the words of the given passages only: looked at once, not once a passage."""

    def __init__(self, aligner: Aligner, words: Words, passages: NDArray[np.int64]) -> None:
        self.terms = aligner.terms
        self._numbers = np.unique(words.passage_words(passages.astype(np.int32))[0])
        known = len(self._numbers) and self.terms
        self._similarity = aligner.similarities(self._numbers) if known else np.zeros((0, len(self.terms)), np.float32)
        self._sharing = {id(each): aligner.sharing(self._numbers, each) for each in self.terms}

    def similarities(self, words: NDArray[np.int32]) -> NDArray[np.float32]:
        """Similarity, 0 to 1, of words with the words of the query; shape (words, terms)."""
        return np.asarray(self._similarity[np.searchsorted(self._numbers, words)])

    def sharing(self, words: NDArray[np.int32], aligned: AlignedTerm) -> NDArray[np.bool_]:
        """Which words share the exact form or a lemma with a query word; shape (words,)."""
        return np.asarray(self._sharing[id(aligned)][np.searchsorted(self._numbers, words)])
