"""Which passages hold which keys, and how much each key says there: BM25, most of it computed at build time.

A key is a lemma, or "=" and an exact form. Postings are kept as an impact table: for each key the passages that hold
it, with the part of BM25 that depends on the passage; how rare the key is in the whole generation is known when it is
asked for. A query is a few array additions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search import deadline
from search.chained import Ints, Rows, bounds_of, first_numbers, mapped, shifted
from search.keys import Keys
from search.strings import StringTable

#: Parameters of BM25 (Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009).
K1 = 1.2
B = 0.5

#: What a word counts for in a field of the article, beside the text of the passage.
FIELD_WEIGHTS = {"title": 2.0, "keywords": 1.5, "author": 1.0}

#: Impacts are kept as whole numbers of this: a key's weight, but for its rarity, is below K1 + 1.
_STEP = np.float32((K1 + 1) / 65_535)

#: Words by which passages that are as long are taken to differ at most.
_APART = 4.0

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Postings:
    """Passages that hold a key, ascending, and its impact in each; both have shape (found,)."""

    passages: Numbers
    impacts: Floats


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Keys in passages, in any order: numbers of the key and the passage, weight, and whether in the passage's text.

    Weights of the same key and passage add up. All arrays have shape (occurrences,).
    """

    keys: NDArray[np.integer]
    passages: Ints
    weights: Floats
    in_text: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence[Occurrences]) -> Occurrences:
        """All occurrences of several parts."""
        columns = ("keys", "passages", "weights", "in_text")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def saturation(frequency: Floats, length: Floats) -> Floats:
    """BM25 weight, but for rarity, of keys with this (field-weighted) frequency in passages of this relative length."""
    return (frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length))).astype(np.float32)


def told_apart(lengths: Ints, checksums: Sequence[int] | NDArray[np.integer]) -> Floats:
    """Lengths of passages in words, each with a fraction of its own, by the checksum of its id.

    Passages that are as long and hold a word as often would be equals, thousands of them where a word is frequent, and
    which come first would be up to how they are kept.
    """
    fractions = np.asarray(checksums, np.float64) / 2**32
    return (lengths + _APART * fractions).astype(np.float32)


def impacts(frequency: Floats, length: Floats) -> NDArray[np.uint16]:
    """The part of BM25 that is known of keys in passages, as it is kept: whatever is there weighs something."""
    return np.maximum(1, np.rint(saturation(frequency, length) / _STEP)).astype(np.uint16)


def weighed(impacts: NDArray[np.uint16], rarity: float) -> Floats:
    """BM25 of a key of this rarity where it has these impacts."""
    return impacts * (_STEP * np.float32(rarity))


def scores(
    words: Iterable[Mapping[str, float]], postings: Callable[[str], Postings], passages: int
) -> tuple[Ints, Floats]:
    """What passages score for some words, each given as alternative keys with their weights.

    A word counts in a passage by the best of its weighted alternatives. `postings` finds those of a key among so many
    passages. Answers the passages that hold any, ascending, and their scores; both have shape (found,).
    """
    total = np.zeros(passages, np.float32)
    for keys in words:
        deadline.check()
        held = [(postings(key), np.float32(weight)) for key, weight in keys.items()]
        if len(held) == 1:
            (only, weight) = held[0]
            # Half the time of `+=`, which first takes what is there.
            np.add.at(total, only.passages, only.impacts * weight)
        else:
            best = np.zeros(passages, np.float32)
            for each, weight in held:
                np.maximum.at(best, each.passages, each.impacts * weight)
            # A passage that holds several alternatives is written several times, with the same sum.
            holding = np.concatenate([np.zeros(0, np.int32), *(each.passages for each, _ in held)])
            total[holding] += best[holding]
    found = np.flatnonzero(total > 0)
    return found, total[found]


class KeyIndex(Keys):
    """The impact table of a generation, memory-mapped, numbered through its segments."""

    def __init__(self, paths: Sequence[Path]) -> None:
        lengths = [len(part) for part in mapped(paths, "passages.languages")]
        super().__init__(paths, sum(lengths))
        holders = shifted(mapped(paths, "postings.passages"), first_numbers(lengths))
        self._passages = Rows(self._offsets, holders)
        self._impacts = self._passages.beside(mapped(paths, "postings.impacts"))
        self._in_text = self._passages.beside(mapped(paths, "postings.in_text"))

    def postings(self, key: str) -> Postings:
        """The postings of a key, empty where no passage holds it."""
        numbers = self.numbers(key)
        if len(numbers) == 1:
            # Where one segment holds it, as where there is only one, nothing is copied.
            passages, impacts = self._passages[numbers[0]], self._impacts[numbers[0]]
        else:
            chosen = np.array(numbers, np.int64)
            passages, impacts = self._passages.take(chosen)[0], self._impacts.take(chosen)[0]
        return Postings(passages, weighed(impacts, self.rarity(len(passages))))

    def holding(self, numbers: Sequence[int], *, in_text: bool) -> Numbers:
        """The passages that hold one of some keys, with `in_text` those that do in their own text; shape (found,)."""
        chosen = np.array(numbers, np.int64)
        passages, _ = self._passages.take(chosen)
        return passages[self._in_text.take(chosen)[0]] if in_text else passages

    def scores(self, words: Iterable[Mapping[str, float]]) -> tuple[Ints, Floats]:
        """What all passages score for some words (see `scores`)."""
        return scores(words, self.postings, self.passages)


def write(path: Path, keys: Sequence[str], blocks: Iterable[Occurrences], lengths: Floats, mean_length: float) -> None:
    """Write the impact table of a segment.

    `keys` are sorted; `blocks` are of passages that follow one another, so that not all occurrences are in memory at
    once; `lengths` are those of the passages (see `told_apart`), which count relative to `mean_length`.
    """
    relative = (lengths / max(mean_length, 1.0)).astype(np.float32)
    parts = [_added_up(block, len(keys), relative) for block in blocks]
    held: Ints = np.sum([np.zeros(len(keys), np.int64), *(part.held for part in parts)], axis=0)
    offsets = bounds_of(held)
    columns = {
        "postings.passages": np.empty(offsets[-1], np.int32),
        "postings.impacts": np.empty(offsets[-1], np.uint16),
        "postings.in_text": np.empty(offsets[-1], np.bool_),
    }
    free = offsets[:-1].copy()
    for part in parts:
        places = np.repeat(free - bounds_of(part.held)[:-1], part.held) + np.arange(len(part.passages))
        free += part.held
        for column, values in zip(columns.values(), (part.passages, part.impacts, part.in_text), strict=True):
            column[places] = values
    StringTable.write(path / "keys", keys)
    np.save(path / "postings.offsets.npy", offsets)
    for name, column in columns.items():
        np.save(path / f"{name}.npy", column)


@dataclass(frozen=True, slots=True)
class _Block:
    """Postings of some passages, by key: how many each key has, and theirs on end."""

    held: Ints
    passages: Numbers
    impacts: NDArray[np.uint16]
    in_text: NDArray[np.bool_]


def _added_up(block: Occurrences, keys: int, relative_lengths: Floats) -> _Block:
    # Only a build needs it, and it takes a tenth of a second to load.
    from scipy.sparse import coo_array

    # Both sums at once: the weight, and in the imaginary part the occurrences in the text.
    values = block.weights + 1j * block.in_text.astype(np.float32)
    table = coo_array((values, (block.keys, block.passages)), shape=(keys, len(relative_lengths))).tocsr()
    table.sum_duplicates()
    passages = table.indices.astype(np.int32)
    impact = impacts(table.data.real, relative_lengths[passages])
    return _Block(np.diff(table.indptr).astype(np.int64), passages, impact, table.data.imag > 0)
