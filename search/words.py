"""The distinct words of a collection, the keys of each, and its vector.

A word here is a distinct form of one language, numbered by its place in the sorted table of words of its segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.chained import Ints, Rows, bounds_of, first_rows, mapped, whole
from search.encoder import Encoder
from search.mistypings import Forms
from search.spelling import number_of
from search.strings import Strings, StringTable
from search.vectors import Bytes, Vectors

#: Words that are all compared with those of a query; of more, those nearest by sketch. Ranking stays: 2,600 of
#: 42,000 words give the same figures on the judged queries.
EXACT = 30_000

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]


def word_name(language: str, form: str) -> str:
    """The name of a word in the table."""
    return f"{language}:{form}"


def encoded_words(forms: Sequence[str], lemmas: Sequence[str], encoder: Encoder) -> Floats:
    """Unit vectors of words, each the sum of its form's and its lemma's; shape (words, dimensions).

    The form alone misses its counterparts in other cases and numbers, the lemma alone what the form says.
    """
    both = encoder.encode_words(forms) + encoder.encode_words(lemmas)
    return both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), np.finfo(np.float32).tiny)


class Words:
    """The words of some segments, memory-mapped, numbered through them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Open the words of these segments; their keys are numbered as `KeyIndex` over the same segments does."""
        self._names = Strings(paths, "words")
        self._keys = Rows.open(paths, "words.keys", first_rows(paths, "keys"))
        self._key_weights = self._keys.beside(mapped(paths, "words.key_weights"))
        self._holders = Rows.open(paths, "keys.words", self._names.firsts)
        self._vectors = Vectors(paths, "words.vectors")
        self._sounds: NDArray[np.uint32] = whole(paths, "words.sounds")
        self._skeletons: NDArray[np.uint32] = whole(paths, "words.skeletons", axis=1)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def firsts(self) -> list[int]:
        """The number of each segment's first word."""
        return self._names.firsts

    def name(self, number: int) -> tuple[str, str]:
        """Language and form of a word."""
        language, _, form = self._names[number].partition(":")
        return language, form

    def number(self, language: str, form: str) -> int | None:
        """The number of a word, the first where several segments have it, None when no passage has it."""
        return next(iter(self._names.numbers(word_name(language, form))), None)

    def keys(self, number: int) -> Numbers:
        """Numbers of a word's keys: that of its exact form first, then those of its lemmas."""
        return self._keys[number]

    def key_weights(self, number: int) -> Floats:
        """The weights of a word's keys, in the order of `keys`."""
        return self._key_weights[number]

    def keys_of(self, numbers: NDArray[np.integer]) -> tuple[Numbers, Floats, Ints]:
        """The keys of some words on end with their weights, and the offsets between the words."""
        keys, bounds = self._keys.take(numbers)
        return keys, self._key_weights.take(numbers)[0], bounds

    def having(self, keys: Sequence[int]) -> Numbers:
        """The words that have one of some keys, one that has several of them as often."""
        return self._holders.take(np.array(keys, np.int64))[0]

    def mask(self, keys: Sequence[int]) -> NDArray[np.bool_]:
        """Which words have one of some keys; shape (words,)."""
        mask = np.zeros(len(self), np.bool_)
        mask[self.having(keys)] = True
        return mask

    def quantised(self, numbers: NDArray[np.integer]) -> tuple[Bytes, Floats]:
        """Unit vectors of some words as they are kept (see `search.vectors`)."""
        return self._vectors.quantised(numbers)

    def sounding(self, sound: int) -> NDArray[np.bool_]:
        """Which words are names of this sound (see `search.names`); shape (words,)."""
        return self._sounds == sound

    def spelt_alike(self, skeleton: str, *, lemma: bool = False) -> list[tuple[str, str]]:
        """Language and form of the words with this skeleton (see `search.spelling`), or with a lemma of it."""
        numbers = np.flatnonzero(self._skeletons[int(lemma)] == number_of(skeleton))
        return [self.name(number) for number in numbers.tolist()]

    def near(self, form: str, most: int) -> list[tuple[int, str]]:
        """The forms of words, in any language, within `most` mistypings of one, with how many there are."""
        return self._forms.near(form, most)

    @cached_property
    def _forms(self) -> Forms:
        return Forms(self.name(number)[1] for number in range(len(self)))

    def cosines(self, vectors: Floats) -> Floats:
        """Cosine of every word with some unit vectors; shapes (n, dimensions) to (words, n).

        Of very many words it is 0 for those that are not among the nearest.
        """
        numbers, near = self._vectors.nearest(vectors, EXACT)
        if len(numbers) == len(self):
            return near
        cosines = np.zeros((len(self), len(vectors)), np.float32)
        cosines[numbers] = near
        return cosines


@dataclass(frozen=True, slots=True)
class WordTable:
    """Distinct words with their keys, as the builder hands them over: names sorted, key numbers per word.

    `key_count` is that of the distinct keys, numbered in the order of `search.keyindex`.
    """

    names: Sequence[str]
    key_offsets: Ints
    keys: Numbers
    key_weights: Floats
    key_count: int


def write_words(
    path: Path,
    table: WordTable,
    vectors: tuple[Bytes, Floats],
    sounds: NDArray[np.uint32],
    skeletons: NDArray[np.uint32],
) -> None:
    """Write the distinct words of a segment.

    `vectors` are as `search.vectors.quantised` gives them, `sounds` has shape (words,), `skeletons` (2, words): of the
    forms, of the lemmas.
    """
    StringTable.write(path / "words", table.names)
    Rows.write(path, "words.keys", table.key_offsets, table.keys)
    np.save(path / "words.key_weights.npy", table.key_weights)
    order = np.argsort(table.keys, kind="stable")
    holders = np.repeat(np.arange(len(table.names)), np.diff(table.key_offsets))[order].astype(np.int32)
    Rows.write(path, "keys.words", bounds_of(np.bincount(table.keys, minlength=table.key_count)), holders)
    Vectors.write(path, "words.vectors", *vectors)
    np.save(path / "words.sounds.npy", sounds)
    np.save(path / "words.skeletons.npy", skeletons)
