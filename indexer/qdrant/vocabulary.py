"""The words that a share met, in how many of its passages each key is, and one vocabulary made of several."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from heapq import merge as merged
from itertools import count, islice, pairwise, repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.qdrant.column import Column
from indexer.vocabulary import (
    Vocabulary,
    WordKeys,
    analysed,
    word_keys,
    word_skeletons,
    word_sounds,
    word_vectors,
)
from search.backends.qdrant.schema import word_checksum
from search.chained import Array, Ints, bounds_of, mapped_array, rows
from search.encoder import Encoder
from search.strings import StringTable, checksum
from search.vectors import Bytes, Floats
from search.words import WordTable, write_words

#: What a segment has of each word.
_OF_WORDS = ("words.vectors", "words.vectors.scales", "words.sounds")

Numbers = NDArray[np.int32]
Checksums = NDArray[np.uint64]


@lru_cache(maxsize=1 << 16)
def _keys_of(name: str) -> WordKeys:
    """The keys of a word, those of frequent words found once for all shares of a process."""
    return word_keys(name)


class ShareVocabulary:
    """Distinct words with their keys, both numbered as they come; a `indexer.occurrences.KeyTable`."""

    def __init__(self) -> None:
        self._words = Vocabulary(keys_of=self._keys_known)
        self._checksums = Column(np.uint64)
        self._keys: dict[str, int] = {}
        self._key_checksums = Column(np.uint32)
        self._frequencies = Column(np.int64)
        self._offsets = Column(np.int64, [0])
        self._key_numbers = Column(np.int32)
        self._key_weights = Column(np.float32)

    def __len__(self) -> int:
        return len(self._words)

    @property
    def checksums(self) -> Checksums:
        """The checksum of each word (see `search.backends.qdrant.schema`)."""
        return self._checksums.values

    @property
    def key_checksums(self) -> NDArray[np.uint32]:
        """The checksum of each key (see `search.strings`)."""
        return self._key_checksums.values

    @property
    def key_offsets(self) -> Ints:
        """Where the keys of each word begin."""
        return self._offsets.values

    @property
    def keys(self) -> Numbers:
        """The numbers of the words' keys, each word's in a row."""
        return self._key_numbers.values

    @property
    def key_weights(self) -> Floats:
        """Their weights."""
        return self._key_weights.values

    def numbers(self, names: Sequence[str]) -> Numbers:
        """The numbers of words; shape (names,). The keys of those that are new are found."""
        known = len(self._words)
        numbers = self._words.numbers(names)
        if len(self._words) > known:
            self._analyse(list(islice(self._words.words, known, None)))
        return numbers

    def count(self, keys: NDArray[np.integer]) -> None:
        """Count keys, each given as often as there are passages that hold it."""
        self._frequencies.values[:] += np.bincount(keys, minlength=len(self._frequencies))

    def write(self, folder: Path, encoder: Encoder) -> None:
        """Write the words, their keys, and in how many passages each key is, as a segment of an index has them."""
        vocabulary = analysed(self._words, None)
        order = np.array([self._keys[key] for key in vocabulary.keys], np.int64)
        numbers = np.empty(len(vocabulary.places), np.int64)
        numbers[vocabulary.places] = np.arange(len(numbers))
        _write(
            folder,
            vocabulary.table,
            (word_vectors(vocabulary, encoder, None), word_sounds(vocabulary, encoder), word_skeletons(vocabulary)),
            vocabulary.keys,
            self._frequencies.values[order],
            self.checksums[numbers],
        )

    def _analyse(self, names: Sequence[str]) -> None:
        """Add the keys of new words."""
        found = [_keys_of(name) for name in names]
        new = [key for key in dict.fromkeys(key for each in found for key, _ in each) if key not in self._keys]
        self._keys.update(zip(new, count(len(self._keys)), strict=False))
        self._key_checksums.extend([checksum(key) for key in new])
        self._frequencies.extend([0] * len(new))
        self._checksums.extend([word_checksum(name) for name in names])
        self._key_numbers.extend([self._keys[key] for each in found for key, _ in each])
        self._key_weights.extend([weight for each in found for _, weight in each])
        self._offsets.extend(self._offsets.values[-1] + np.cumsum([len(each) for each in found]))

    def _keys_known(self, names: Sequence[str]) -> list[WordKeys]:
        """The keys of words that have numbers."""
        keys, words = list(self._keys), self._words.numbers(names)
        places, bounds = rows(self.key_offsets, words)
        pairs = [
            (keys[key], weight)
            for key, weight in zip(self.keys[places].tolist(), self.key_weights[places].tolist(), strict=True)
        ]
        return [tuple(pairs[first:last]) for first, last in pairwise(bounds.tolist())]


def merge(folders: Sequence[Path], into: Path) -> None:
    """Write one vocabulary of several, at least one, as `ShareVocabulary.write` does.

    What one of them knows of a word is taken over, not worked out anew.
    """
    keys, key_numbers = _strings_of(folders, "keys")
    frequencies = np.zeros(len(keys), np.int64)
    for folder, numbers in zip(folders, key_numbers, strict=True):
        frequencies[numbers] += np.diff(mapped_array(folder / "postings.offsets.npy"))
    words, word_numbers = _strings_of(folders, "words")
    first = _First(folders, word_numbers, len(words))
    offsets = bounds_of(first.of_each(lambda folder: np.diff(mapped_array(folder / "words.keys.offsets.npy"))))
    vectors, scales, sounds = (first.of_each(partial(_array, name)) for name in _OF_WORDS)
    skeletons = first.of_each(lambda folder: _array("words.skeletons", folder).T).T
    table = WordTable(words, offsets, *first.keys(offsets, key_numbers), len(keys))
    vocabulary = (vectors, scales), np.asarray(sounds), np.ascontiguousarray(skeletons)
    _write(into, table, vocabulary, keys, frequencies, first.of_each(_checksums))


def _write(
    folder: Path,
    table: WordTable,
    known: tuple[tuple[Bytes, Floats], NDArray[np.uint32], NDArray[np.uint32]],
    keys: Sequence[str],
    frequencies: Ints,
    checksums: Checksums,
) -> None:
    """Write a vocabulary; `known` are vectors, sounds and skeletons, `checksums` one for each word in order."""
    write_words(folder, table, *known)
    StringTable.write(folder / "keys", keys)
    np.save(folder / "postings.offsets.npy", bounds_of(frequencies))
    order = np.argsort(checksums, kind="stable")
    np.save(folder / "words.checksums.npy", checksums[order])
    np.save(folder / "words.by_checksum.npy", order.astype(np.int32))


class _First:
    """What the first of several vocabularies that has a word knows of it.

    `numbers` has for each vocabulary the numbers its words have among all, which are `size`.
    """

    def __init__(self, folders: Sequence[Path], numbers: Sequence[Numbers], size: int) -> None:
        seen = np.zeros(size, np.bool_)
        self._size = size
        self._parts: list[tuple[Path, Ints, Numbers]] = []
        for folder, each in zip(folders, numbers, strict=True):
            own = np.flatnonzero(~seen[each])
            seen[each] = True
            self._parts.append((folder, own, each[own]))

    def of_each(self, values_of: Callable[[Path], Array]) -> Array:
        """One array of those that the vocabularies have, with an entry for each word."""
        values: Array | None = None
        for folder, own, numbers in self._parts:
            part = values_of(folder)
            if values is None:
                values = np.empty((self._size, *part.shape[1:]), part.dtype)
            values[numbers] = part[own]
        assert values is not None
        return values

    def keys(self, offsets: Ints, key_numbers: Sequence[Numbers]) -> tuple[Numbers, Floats]:
        """The keys of all words and their weights, rows bounded by `offsets`, each vocabulary's keys renumbered."""
        keys, weights = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.float32)
        for (folder, own, numbers), renumbered in zip(self._parts, key_numbers, strict=True):
            there, _ = rows(_array("words.keys.offsets", folder), own)
            here, _ = rows(offsets, numbers)
            keys[here] = renumbered[_array("words.keys", folder)[there]]
            weights[here] = _array("words.key_weights", folder)[there]
        return keys, weights


def _array(name: str, folder: Path) -> Array:
    return mapped_array(folder / f"{name}.npy")


def _checksums(folder: Path) -> Checksums:
    """The checksums of a vocabulary's words in their order."""
    checksums = np.empty(len(_array("words.checksums", folder)), np.uint64)
    checksums[_array("words.by_checksum", folder)] = _array("words.checksums", folder)
    return checksums


def _strings_of(folders: Sequence[Path], name: str) -> tuple[list[str], list[Numbers]]:
    """The strings of several tables, once each in their order, and for each table the numbers its own have there."""
    strings: list[str] = []
    numbers = [array("i") for _ in folders]
    last = None
    for string, place in merged(*(zip(_strings(folder, name), repeat(at)) for at, folder in enumerate(folders))):
        if string != last:
            strings.append(string.decode("utf-8", "surrogatepass"))
            last = string
        numbers[place].append(len(strings) - 1)
    return strings, [np.array(each, np.int32) for each in numbers]


def _strings(folder: Path, name: str) -> Iterator[bytes]:
    """The strings of a table in order."""
    content = (folder / f"{name}.strings").read_bytes()
    for start, end in pairwise(_array(f"{name}.offsets", folder).tolist()):
        yield content[start:end]
