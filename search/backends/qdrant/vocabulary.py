"""The words of a collection on this machine: from the checksums that passages hold to the numbers of words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.chained import mapped
from search.passage_words import Numbers

#: Stands for a word that came after the vocabulary at hand.
UNKNOWN = -1


class WordNumbers:
    """The numbers of the words of some segments by their checksums (see `schema.word_checksum`)."""

    def __init__(self, paths: Sequence[Path], firsts: Sequence[int]) -> None:
        """Open those of these segments; `firsts` has the number of each segment's first word."""
        tables = zip(mapped(paths, "words.checksums"), mapped(paths, "words.by_checksum"), firsts, strict=True)
        self._segments: list[tuple[NDArray[np.uint64], NDArray[np.int32], int]] = list(tables)

    def of(self, checksums: NDArray[np.uint64]) -> Numbers:
        """The number of each word, the first where several segments have it, `UNKNOWN` where none has."""
        # Passages of one answer have most words in common.
        distinct, places = np.unique(checksums, return_inverse=True)
        numbers = np.full(len(distinct), UNKNOWN, np.int32)
        for known, by_checksum, first in reversed(self._segments):
            if len(known):
                at = np.minimum(np.searchsorted(known, distinct), len(known) - 1)
                found = known[at] == distinct
                numbers[found] = by_checksum[at[found]] + first
        return numbers[places]
