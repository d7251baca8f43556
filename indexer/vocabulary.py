"""The distinct words met while building, numbered as they come, and what each is analysed as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.reuse import PreviousGeneration
from search.chained import Ints, bounds_of
from search.encoder import Encoder
from search.languages.analysis import exact_key, lemma_keys
from search.names import sound_numbers
from search.spelling import number_of, skeleton
from search.strings import in_order
from search.vectors import Bytes, Floats, quantised
from search.words import WordTable, encoded_words, word_name

#: Words encoded at once.
_BATCH = 20_000

#: The keys of a word with their weights, that of its exact form first.
WordKeys = tuple[tuple[str, float], ...]


def word_keys(name: str) -> WordKeys:
    """The keys of a word by its name (see `search.words.word_name`)."""
    language, _, form = name.partition(":")
    return (exact_key(form), 1.0), *lemma_keys(form, language)


def keys_here(names: Sequence[str]) -> list[WordKeys]:
    """The keys of words, found in this process."""
    return [word_keys(name) for name in names]


@dataclass(slots=True)
class Vocabulary:
    """Gives each distinct word of a language a number, in the order they come; `before` has those taken over.

    `keys_of` finds the keys of words that are new.
    """

    words: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    keys_of: Callable[[Sequence[str]], list[WordKeys]] = keys_here

    def numbers(self, names: Iterable[str]) -> NDArray[np.int32]:
        """The numbers of words, new ones of those that are met for the first time; shape (names,)."""
        return np.array([self.words.setdefault(name, len(self.words)) for name in names], np.int32)

    def taken_over(self, numbers: NDArray[np.int32], previous: PreviousGeneration) -> NDArray[np.int32]:
        """A number for each word of the previous generation that is among `numbers`, 0 for all others."""
        renumbered = np.zeros(len(previous.words), np.int32)
        used = np.unique(numbers)
        names = [word_name(*previous.words.name(number)) for number in used.tolist()]
        renumbered[used] = self.numbers(names)
        self.before.update(zip(names, used.tolist(), strict=True))
        return renumbered

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True)
class AnalysedVocabulary:
    """All words sorted by name, with their keys.

    `places[n]` is the sorted place of the word numbered n, `before` the number of each word in the previous
    generation, None where it is new.
    """

    table: WordTable
    keys: Sequence[str]
    places: Ints
    before: Sequence[int | None]

    @cached_property
    def forms(self) -> list[str]:
        """The form of each word."""
        return [name.partition(":")[2] for name in self.table.names]

    @cached_property
    def lemmas(self) -> list[str]:
        """The first lemma of each word: the key after that of its exact form."""
        return [self.keys[number] for number in self.table.keys[self.table.key_offsets[:-1] + 1].tolist()]


def analysed(vocabulary: Vocabulary, previous: PreviousGeneration | None) -> AnalysedVocabulary:
    """Analyse every word once, taking over what the previous generation knows."""
    names = in_order(vocabulary.words)
    places = np.empty(len(names), np.int64)
    places[[vocabulary.words[name] for name in names]] = np.arange(len(names))
    before = [_before(name, vocabulary, previous) for name in names]
    new = iter(vocabulary.keys_of([name for name, number in zip(names, before, strict=True) if number is None]))
    found = [next(new) if number is None or previous is None else previous.keys(number) for number in before]
    keys = in_order(key for each in found for key, _ in each)
    key_numbers = {key: number for number, key in enumerate(keys)}
    table = WordTable(
        names,
        bounds_of([len(each) for each in found]),
        np.array([key_numbers[key] for each in found for key, _ in each], np.int32),
        np.array([weight for each in found for _, weight in each], np.float32),
        len(keys),
    )
    return AnalysedVocabulary(table, keys, places, before)


def word_vectors(
    words: AnalysedVocabulary, encoder: Encoder, previous: PreviousGeneration | None
) -> tuple[Bytes, Floats]:
    """Vectors of words, as `search.vectors.quantised` gives them."""
    forms, lemmas = words.forms, words.lemmas
    vectors, scales = np.zeros((len(forms), encoder.dimensions), np.int8), np.zeros(len(forms), np.float32)
    new = [place for place, number in enumerate(words.before) if number is None]
    for start in range(0, len(new), _BATCH):
        batch = new[start : start + _BATCH]
        encoded = encoded_words([forms[place] for place in batch], [lemmas[place] for place in batch], encoder)
        vectors[batch], scales[batch] = quantised(encoded)
    old = [place for place, number in enumerate(words.before) if number is not None]
    if previous and old:
        numbers = [number for number in words.before if number is not None]
        vectors[old], scales[old] = previous.words.quantised(np.array(numbers, np.int64))
    return vectors, scales


def word_sounds(words: AnalysedVocabulary, encoder: Encoder) -> NDArray[np.uint32]:
    """The sounds of the names among words, 0 for all other words; shape (words,)."""
    return sound_numbers(words.lemmas, encoder.unfamiliar(words.lemmas))


def word_skeletons(words: AnalysedVocabulary) -> NDArray[np.uint32]:
    """Numbers for the skeletons of words and of their first lemmas; shape (2, words)."""
    return np.array([[number_of(skeleton(each)) for each in side] for side in (words.forms, words.lemmas)], np.uint32)


def _before(name: str, vocabulary: Vocabulary, previous: PreviousGeneration | None) -> int | None:
    """The number of a word in the previous generation."""
    if previous is None or name in vocabulary.before:
        return vocabulary.before.get(name)
    return previous.word_number(name)
