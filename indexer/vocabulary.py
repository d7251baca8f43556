"""The distinct words met while building, numbered as they come, and what each is analysed as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.reuse import PreviousGeneration
from search.encoder import Encoder
from search.keyindex import Floats, Ints
from search.languages.analysis import exact_key, lemma_keys
from search.names import sound_numbers
from search.ragged import rows
from search.spelling import number_of, skeleton
from search.words import WordTable, encoded_words, word_name

#: Words encoded at once.
_BATCH = 20_000


@dataclass(slots=True)
class Vocabulary:
    """Gives each distinct word of a language a number, in the order they come."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, language: str, form: str) -> int:
        """The number of a word, a new one when it is met for the first time."""
        return self.numbers.setdefault(word_name(language, form), len(self.numbers))

    def __len__(self) -> int:
        return len(self.numbers)


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

    def occurrences(self, words: Ints, passages: Ints, weights: Floats) -> tuple[Ints, Ints, Floats]:
        """Words (sorted places) in passages as keys in passages: (key, passage, weight), each word's keys in a row."""
        places, bounds = rows(self.table.key_offsets, words)
        lengths = np.diff(bounds)
        keys = self.table.keys[places].astype(np.int64)
        return keys, np.repeat(passages, lengths), self.table.key_weights[places] * np.repeat(weights, lengths)


def analysed(vocabulary: Vocabulary, previous: PreviousGeneration | None) -> AnalysedVocabulary:
    """Analyse every word once, taking over what the previous generation knows."""
    names = sorted(vocabulary.numbers, key=lambda name: name.encode("utf-8", "surrogatepass"))
    places = np.empty(len(names), np.int64)
    places[[vocabulary.numbers[name] for name in names]] = np.arange(len(names))
    before = [previous.word_number(name) if previous else None for name in names]
    word_keys = [
        _keys(name) if number is None or previous is None else previous.keys(number)
        for name, number in zip(names, before, strict=True)
    ]
    keys = sorted({key for each in word_keys for key, _ in each}, key=lambda key: key.encode("utf-8", "surrogatepass"))
    key_numbers = {key: number for number, key in enumerate(keys)}
    table = WordTable(
        names,
        np.concatenate([[0], np.cumsum([len(each) for each in word_keys])]).astype(np.int64),
        np.array([key_numbers[key] for each in word_keys for key, _ in each], np.int32),
        np.array([weight for each in word_keys for _, weight in each], np.float32),
    )
    return AnalysedVocabulary(table, keys, places, before)


def word_vectors(
    words: AnalysedVocabulary, encoder: Encoder, previous: PreviousGeneration | None
) -> NDArray[np.float16]:
    """Vectors of words; shape (words, dimensions)."""
    forms, lemmas = words.forms, words.lemmas
    vectors = np.zeros((len(forms), encoder.dimensions), np.float16)
    new = [place for place, number in enumerate(words.before) if number is None]
    for start in range(0, len(new), _BATCH):
        batch = new[start : start + _BATCH]
        vectors[batch] = encoded_words([forms[place] for place in batch], [lemmas[place] for place in batch], encoder)
    old = [place for place, number in enumerate(words.before) if number is not None]
    if previous and old:
        numbers = [number for number in words.before if number is not None]
        vectors[old] = previous.words.vectors(np.array(numbers, np.int32))
    return vectors


def word_sounds(words: AnalysedVocabulary, encoder: Encoder) -> NDArray[np.uint32]:
    """The sounds of the names among words, 0 for all other words; shape (words,)."""
    return sound_numbers(words.lemmas, encoder.unfamiliar(words.lemmas))


def word_skeletons(words: AnalysedVocabulary) -> NDArray[np.uint32]:
    """Numbers for the skeletons of words and of their first lemmas; shape (2, words)."""
    return np.array([[number_of(skeleton(each)) for each in side] for side in (words.forms, words.lemmas)], np.uint32)


def _keys(name: str) -> tuple[tuple[str, float], ...]:
    """The keys of a word with their weights, that of its exact form first."""
    language, _, form = name.partition(":")
    return (exact_key(form), 1.0), *lemma_keys(form, language)
