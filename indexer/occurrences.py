"""Which keys passages hold, by their words and those of their articles' fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from search.chained import Ints, rows
from search.keyindex import FIELD_WEIGHTS, Occurrences
from search.vectors import Floats

#: The words of a field of several articles: where those of each begin, and all on end.
FieldWords = tuple[Ints, NDArray[np.int32]]


class KeyTable(Protocol):
    """The keys of words, each word's in a row, with their weights, and where those of each word begin."""

    @property
    def key_offsets(self) -> Ints:
        """One more than there are words."""

    @property
    def keys(self) -> NDArray[np.int32]:
        """Numbers of keys."""

    @property
    def key_weights(self) -> Floats:
        """As many as `keys`."""


def occurrences(
    table: KeyTable,
    words: NDArray[np.integer],
    passages: Ints,
    lengths: Ints,
    articles: Ints,
    fields: Mapping[str, FieldWords],
) -> Occurrences:
    """The keys in passages, from their text and from the fields of their articles.

    `words` are those of all passages on end, `lengths` how many each has, `passages` what the passages are called in
    the answer; `articles` has for each the row of its article in `fields`.
    """
    repeated = np.repeat(passages, lengths)
    parts = [_keys(table, words, repeated, np.ones(len(words), np.float32), in_text=True)]
    for name, weight in FIELD_WEIGHTS.items():
        bounds, entries = fields[name]
        places, found = rows(bounds, articles)
        repeated = np.repeat(passages, np.diff(found))
        parts.append(_keys(table, entries[places], repeated, np.full(len(places), weight, np.float32), in_text=False))
    return Occurrences.joined(parts)


def _keys(
    table: KeyTable, words: NDArray[np.integer], passages: Ints, weights: Floats, *, in_text: bool
) -> Occurrences:
    """Words in passages as keys in passages, each word's keys in a row."""
    places, bounds = rows(table.key_offsets, words)
    lengths = np.diff(bounds)
    return Occurrences(
        table.keys[places],
        np.repeat(passages, lengths),
        table.key_weights[places] * np.repeat(weights, lengths),
        np.full(len(places), in_text),
    )
