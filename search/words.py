"""The words of every passage in order, the keys of every distinct word, and its vector.

A word here is a distinct form of one language, numbered by its place in the sorted table of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.encoder import Encoder
from search.ragged import rows
from search.spelling import number_of
from search.strings import StringTable

#: Word vectors turned into full precision at once.
_AT_ONCE = 16_384


@dataclass(frozen=True, slots=True)
class PassageWords:
    """Words of a passage in order: their numbers, and their places as offsets into its text."""

    numbers: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]


def word_name(language: str, form: str) -> str:
    """The name of a word in the table."""
    return f"{language}:{form}"


def encoded_words(forms: Sequence[str], lemmas: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """Unit vectors of words, each the sum of its form's and its lemma's; shape (words, dimensions).

    The form alone misses its counterparts in other cases and numbers, the lemma alone what the form says.
    """
    both = encoder.encode_words(forms) + encoder.encode_words(lemmas)
    return both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), np.finfo(np.float32).tiny)


class Words:
    """The words of a generation, memory-mapped."""

    def __init__(self, path: Path) -> None:
        self._names = StringTable(path / "words")
        self._key_offsets: NDArray[np.int64] = np.load(path / "words.key_offsets.npy", mmap_mode="r")
        self._keys: NDArray[np.int32] = np.load(path / "words.keys.npy", mmap_mode="r")
        self._key_weights: NDArray[np.float32] = np.load(path / "words.key_weights.npy", mmap_mode="r")
        self._vectors: NDArray[np.float16] = np.load(path / "words.vectors.npy", mmap_mode="r")
        self._sounds: NDArray[np.uint32] = np.load(path / "words.sounds.npy", mmap_mode="r")
        self._skeletons: NDArray[np.uint32] = np.load(path / "words.skeletons.npy", mmap_mode="r")
        self._offsets: NDArray[np.int64] = np.load(path / "passages.offsets.npy", mmap_mode="r")
        self._places: NDArray[np.int32] = np.load(path / "passages.words.npy", mmap_mode="r")

    def __len__(self) -> int:
        return len(self._names)

    def name(self, number: int) -> tuple[str, str]:
        """Language and form of a word."""
        language, _, form = self._names[number].partition(":")
        return language, form

    def number(self, language: str, form: str) -> int | None:
        """The number of a word, None when no passage has it."""
        return self._names.number(word_name(language, form))

    def keys(self, number: int) -> NDArray[np.int32]:
        """Numbers of a word's keys: that of its exact form first, then those of its lemmas."""
        return self._keys[self._key_offsets[number] : self._key_offsets[number + 1]]

    def key_weights(self, number: int) -> NDArray[np.float32]:
        """The weights of a word's keys, in the order of `keys`."""
        return self._key_weights[self._key_offsets[number] : self._key_offsets[number + 1]]

    def vectors(self, numbers: NDArray[np.int32]) -> NDArray[np.float32]:
        """Unit vectors of some words; shape (words, dimensions)."""
        return self._vectors[numbers].astype(np.float32)

    def sounding(self, numbers: NDArray[np.int32] | slice, sound: int) -> NDArray[np.bool_]:
        """Which of some words are names of this sound (see `search.names`); shape (words,)."""
        return self._sounds[numbers] == sound

    def spelt_alike(self, skeleton: str, *, lemma: bool = False) -> list[tuple[str, str]]:
        """Language and form of the words with this skeleton (see `search.spelling`), or with a lemma of it."""
        numbers = np.flatnonzero(self._skeletons[int(lemma)] == number_of(skeleton))
        return [self.name(number) for number in numbers.tolist()]

    def holding(self, numbers: NDArray[np.int32], keys: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which of some words have at least one of some keys; shape (words,)."""
        places, bounds = rows(self._key_offsets, numbers)
        found = np.isin(self._keys[places], keys)
        return np.logical_or.reduceat(found, bounds[:-1]) if len(numbers) else np.zeros(0, np.bool_)

    def cosines(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of every word with some unit vectors; shapes (n, dimensions) to (words, n)."""
        parts = [
            self._vectors[at : at + _AT_ONCE].astype(np.float32) @ vectors.T for at in range(0, len(self), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(vectors)), np.float32)

    def passage(self, number: int) -> PassageWords:
        """The words of a passage."""
        place = slice(self._offsets[number], self._offsets[number + 1])
        return PassageWords(*self._places[:, place])

    def lengths(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many words each of some passages has; shape (passages,)."""
        return np.asarray(self._offsets[numbers + 1] - self._offsets[numbers])

    def passage_words(self, numbers: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Words of several passages on end, and where each passage's begin; shapes (words,), (passages + 1,)."""
        places, bounds = rows(self._offsets, numbers)
        return self._places[0, places], bounds


@dataclass(frozen=True, slots=True)
class WordTable:
    """Distinct words with their keys, as the builder hands them over: names sorted, key numbers per word."""

    names: Sequence[str]
    key_offsets: NDArray[np.int64]
    keys: NDArray[np.int32]
    key_weights: NDArray[np.float32]


def write_words(
    path: Path,
    table: WordTable,
    vectors: NDArray[np.float16],
    sounds: NDArray[np.uint32],
    skeletons: NDArray[np.uint32],
) -> None:
    """Write the distinct words.

    `vectors` has shape (words, dimensions), `sounds` (words,), `skeletons` (2, words): of the forms, of the lemmas.
    """
    StringTable.write(path / "words", table.names)
    np.save(path / "words.key_offsets.npy", table.key_offsets)
    np.save(path / "words.keys.npy", table.keys)
    np.save(path / "words.key_weights.npy", table.key_weights)
    np.save(path / "words.vectors.npy", vectors)
    np.save(path / "words.sounds.npy", sounds)
    np.save(path / "words.skeletons.npy", skeletons)


def write_places(path: Path, offsets: NDArray[np.int64], places: NDArray[np.int32]) -> None:
    """Write the words of the passages; `places` has rows number, start, end, `offsets` bounds each passage."""
    np.save(path / "passages.offsets.npy", offsets)
    np.save(path / "passages.words.npy", places)
