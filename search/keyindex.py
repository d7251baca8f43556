"""Which passages hold which keys, and how much each key says there: BM25 computed at build time.

A key is a lemma, or "=" and an exact form. Postings are kept as an impact table: for each key the
passages that hold it, with the whole BM25 weight, so that a query is a few array additions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.strings import StringTable

#: Parameters of BM25 (Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009).
K1 = 1.2
B = 0.5

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Postings:
    """Passages that hold a key, ascending, and its impact in each."""

    passages: NDArray[np.int32]
    impacts: Floats


def idf(document_frequency: Floats, documents: int) -> Floats:
    """Inverse document frequency as in BM25, never negative (Lucene's form)."""
    return np.log1p((documents - document_frequency + 0.5) / (document_frequency + 0.5)).astype(np.float32)


def impacts(frequency: Floats, length: Floats, rarity: Floats) -> Floats:
    """BM25 weight of keys with this (field-weighted) frequency in passages of this relative length."""
    return (rarity * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length))).astype(np.float32)


class KeyIndex:
    """The impact table of a generation, memory-mapped."""

    def __init__(self, path: Path) -> None:
        self._keys = StringTable(path / "keys")
        self._offsets: Ints = np.load(path / "postings.offsets.npy", mmap_mode="r")
        self._passages: NDArray[np.int32] = np.load(path / "postings.passages.npy", mmap_mode="r")
        self._impacts: Floats = np.load(path / "postings.impacts.npy", mmap_mode="r")
        self._documents = int(np.load(path / "passages.languages.npy", mmap_mode="r").shape[0])

    @property
    def passages(self) -> int:
        """How many passages the generation has."""
        return self._documents

    def number(self, key: str) -> int | None:
        """The number of a key, None where no passage holds it."""
        return self._keys.number(key)

    def key(self, number: int) -> str:
        """The key of this number."""
        return self._keys[number]

    def postings(self, key: str) -> Postings:
        """The postings of a key, empty where no passage holds it."""
        number = self._keys.number(key)
        if number is None:
            return Postings(np.empty(0, np.int32), np.empty(0, np.float32))
        place = slice(self._offsets[number], self._offsets[number + 1])
        return Postings(self._passages[place], self._impacts[place])

    def frequency(self, key: str) -> int:
        """How many passages hold a key."""
        number = self._keys.number(key)
        return 0 if number is None else int(self._offsets[number + 1] - self._offsets[number])

    def rarity(self, frequency: float) -> float:
        """Inverse document frequency of what this many passages hold."""
        held = min(frequency, self._documents)
        return float(idf(np.array([held], np.float32), max(self._documents, 1))[0])

    def scores(self, keys: Mapping[str, float]) -> Floats:
        """For every passage the best of the weighted impacts of some alternative keys; shape (passages,)."""
        best = np.zeros(self._documents, np.float32)
        for key, weight in keys.items():
            found = self.postings(key)
            best[found.passages] = np.maximum(best[found.passages], found.impacts * np.float32(weight))
        return best


def write(path: Path, keys: Sequence[str], occurrences: tuple[Ints, Ints, Floats], lengths: Ints) -> None:
    """Write the impact table.

    `keys` are sorted; `occurrences` are (key number, passage number, weight) of equal length in any order,
    weights of the same key and passage add up; `lengths` are the passages' numbers of tokens.
    """
    key, passage, frequency = _added_up(occurrences, len(lengths))
    document_frequency = np.bincount(key, minlength=len(keys))
    relative = (lengths / max(lengths.mean(), 1.0) if len(lengths) else lengths).astype(np.float32)
    rarity = idf(document_frequency.astype(np.float32), len(lengths))
    StringTable.write(path / "keys", keys)
    np.save(path / "postings.offsets.npy", np.concatenate([[0], np.cumsum(document_frequency)]).astype(np.int64))
    np.save(path / "postings.passages.npy", passage.astype(np.int32))
    np.save(path / "postings.impacts.npy", impacts(frequency, relative[passage], rarity[key]))


def _added_up(occurrences: tuple[Ints, Ints, Floats], passages: int) -> tuple[Ints, Ints, Floats]:
    key, passage, weight = occurrences
    combined, place = np.unique(key * max(passages, 1) + passage, return_inverse=True)
    total = np.bincount(place, weights=weight, minlength=len(combined)).astype(np.float32)
    return combined // max(passages, 1), combined % max(passages, 1), total
