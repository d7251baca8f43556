"""The keys of a collection, and how many passages hold each.

A key is a lemma, or "=" and an exact form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log1p
from pathlib import Path

from search.chained import mapped
from search.strings import Strings


def idf(document_frequency: float, documents: int) -> float:
    """Inverse document frequency as in BM25, never negative (Lucene's form)."""
    return log1p((documents - document_frequency + 0.5) / (document_frequency + 0.5))


class Keys:
    """The keys of some segments, memory-mapped, numbered through them."""

    def __init__(self, paths: Sequence[Path], passages: int) -> None:
        """Open the keys of these segments, which have so many passages together, those of dead articles among them."""
        self._names = Strings(paths, "keys")
        self._offsets = mapped(paths, "postings.offsets")
        #: How many passages there are.
        self.passages = passages

    def numbers(self, key: str) -> list[int]:
        """The numbers of a key, one in each segment where a passage holds it."""
        return self._names.numbers(key)

    def key(self, number: int) -> str:
        """The key of this number."""
        return self._names[number]

    def beginning(self, prefix: str) -> Iterator[int]:
        """The numbers of the keys that begin with a prefix."""
        for numbers in self._names.beginning(prefix):
            yield from numbers

    def matching(self, wildcard: str) -> Iterator[int]:
        """The numbers of the keys that a wildcard stands for."""
        return self._names.matching(wildcard)

    def frequency(self, key: str) -> int:
        """How many passages hold a key."""
        held = zip(self._offsets, self._names.number_of_each(key), strict=True)
        return sum(int(part[number + 1] - part[number]) for part, number in held if number is not None)

    def rarity(self, frequency: float) -> float:
        """Inverse document frequency of what this many passages hold."""
        return idf(min(frequency, self.passages), max(self.passages, 1))
