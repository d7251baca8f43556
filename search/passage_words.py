"""The words of every passage in order, and where they stand in its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.chained import Ints, Rows, mapped

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class PassageWords:
    """Words of a passage in order: their numbers, and their places as offsets into its text."""

    numbers: Numbers
    starts: Numbers
    ends: Numbers


class WordsOfPassages:
    """The words of a generation's passages, memory-mapped."""

    def __init__(self, paths: Sequence[Path], firsts: Sequence[int]) -> None:
        """Open those of these segments; `firsts` has the number of each segment's first word."""
        self._passages = Rows.open(paths, "passages.words", firsts)
        self._places = self._passages.beside(mapped(paths, "passages.places"))

    @staticmethod
    def write(path: Path, offsets: Ints, numbers: Numbers, places: Numbers) -> None:
        """Write the words of a segment's passages, bounded by `offsets`; `places` has columns start and end."""
        Rows.write(path, "passages.words", offsets, numbers)
        np.save(path / "passages.places.npy", places)

    def __getitem__(self, number: int) -> PassageWords:
        """The words of a passage."""
        places = self._places[number]
        return PassageWords(self._passages[number], places[:, 0], places[:, 1])

    def places(self, numbers: NDArray[np.integer]) -> Numbers:
        """Starts and ends of the words of several passages on end; shape (words, 2)."""
        return self._places.take(numbers)[0]

    def lengths(self, numbers: NDArray[np.integer]) -> Ints:
        """How many words each of some passages has; shape (passages,)."""
        return self._passages.lengths(numbers)

    def take(self, numbers: NDArray[np.integer]) -> tuple[Numbers, Ints]:
        """Words of several passages on end, and where each passage's begin; shapes (words,), (passages + 1,)."""
        return self._passages.take(numbers)
