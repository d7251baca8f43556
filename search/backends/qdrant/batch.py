"""Passages as they come from Qdrant: their words, vectors and facts, and what the keys of a query say in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qdrant_client import models

from search.articles import passage_id
from search.backends.qdrant.schema import unpacked_vectors, unpacked_words
from search.backends.qdrant.vocabulary import UNKNOWN, WordNumbers
from search.catalogue import LANGUAGE_CODES, NO_YEAR, Mask
from search.chained import Ints, bounds_of, rows
from search.conditions import ARTICLE_FIELDS
from search.keyindex import FIELD_WEIGHTS, Postings, impacts, told_apart, weighed
from search.keys import Keys
from search.passage_words import Numbers
from search.strings import checksum
from search.vectors import Bytes, Floats
from search.words import Words


@dataclass(frozen=True, slots=True)
class WordRows:
    """Words of passages on end; `bounds` lie between the passages. Words that are not known have the number -1."""

    numbers: Numbers
    bounds: Ints

    @classmethod
    def unpacked(cls, packed: Sequence[str], numbers: WordNumbers) -> WordRows:
        """Words as the payload of passages has them."""
        checksums, lengths = unpacked_words(packed)
        return cls(numbers.of(checksums), bounds_of(lengths))

    def take(self, passages: Ints) -> tuple[Numbers, Ints]:
        """The known words of some passages on end, and where each passage's begin."""
        places, bounds = rows(self.bounds, passages)
        numbers = self.numbers[places]
        known = numbers != UNKNOWN
        return numbers[known], np.concatenate([[0], np.cumsum(known)])[bounds]


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages that may answer a query, numbered from 0; arrays have shape (passages,), `vectors` as they are kept.

    `ids` are those of their points, `checksums` are of their own ids.
    """

    ids: list[str]
    checksums: list[int]
    words: WordRows
    fields: Mapping[str, WordRows]
    article_ids: list[str]
    articles: NDArray[np.int32]
    languages: NDArray[np.int8]
    years: NDArray[np.int16]
    references: Mask
    vectors: tuple[Bytes, Floats]

    @classmethod
    def of(cls, points: Iterable[models.ScoredPoint | models.Record], numbers: WordNumbers) -> Batch:
        """The passages of points with the payload `schema.RANKED`, in the order of their articles."""
        named = [(point.payload or {}, str(point.id)) for point in points]
        ordered = sorted(named, key=lambda point: (point[0]["article"], point[0]["ordinal"]))
        payloads: list[dict[str, Any]] = [payload for payload, _ in ordered]
        ids = [payload["article"] for payload in payloads]
        article_ids = sorted(set(ids))
        places = {article: place for place, article in enumerate(article_ids)}
        packed = {name: [payload[name] for payload in payloads] for name in ("words", *ARTICLE_FIELDS)}
        scales = np.array([payload["scale"] for payload in payloads], np.float32)
        return cls(
            [point for _, point in ordered],
            [checksum(passage_id(payload["article"], payload["ordinal"])) for payload in payloads],
            WordRows.unpacked(packed["words"], numbers),
            {name: WordRows.unpacked(packed[name], numbers) for name in ARTICLE_FIELDS},
            article_ids,
            np.array([places[article] for article in ids], np.int32),
            np.array([_language(payload["language"]) for payload in payloads], np.int8),
            np.array([payload.get("year", NO_YEAR) for payload in payloads], np.int16),
            np.array([payload["references"] for payload in payloads], np.bool_),
            (unpacked_vectors([payload["vector"] for payload in payloads]), scales),
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def lengths(self) -> Ints:
        """How many words each passage has."""
        return np.diff(self.words.bounds)


class BatchPostings:
    """What some keys say in the passages of a batch: BM25 from their words, exactly as an index on disk has it."""

    def __init__(self, batch: Batch, asked: Iterable[str], keys: Keys, words: Words, mean_length: float) -> None:
        """`asked` are keys; `mean_length` is the number of words by which passages are long or short."""
        # Answers from files on this machine do without it, and it takes a tenth of a second to load.
        from scipy.sparse import coo_array

        self._keys = keys
        self._columns = {key: column for column, key in enumerate(dict.fromkeys(asked))}
        parts = [(batch.words, 1.0), *((batch.fields[name], weight) for name, weight in FIELD_WEIGHTS.items())]
        numbers = np.concatenate([part.numbers for part, _ in parts])
        passages = np.concatenate([np.repeat(np.arange(len(batch)), np.diff(part.bounds)) for part, _ in parts])
        weights = np.concatenate([np.full(len(part.numbers), weight, np.float32) for part, weight in parts])
        known = numbers != UNKNOWN
        distinct, places = np.unique(numbers[known], return_inverse=True)
        occurring = coo_array((weights[known], (passages[known], places)), shape=(len(batch), len(distinct)))
        table = (occurring.tocsr() @ self._held(distinct, words)).tocsc()
        table.sort_indices()
        relative = told_apart(batch.lengths, batch.checksums) / np.float32(max(mean_length, 1.0))
        self._bounds = table.indptr
        self._passages = table.indices.astype(np.int32)
        self._impacts = impacts(table.data.astype(np.float32), relative[self._passages])

    def __call__(self, key: str) -> Postings:
        """The passages that hold a key."""
        column = self._columns[key]
        part = slice(self._bounds[column], self._bounds[column + 1])
        rarity = self._keys.rarity(self._keys.frequency(key))
        return Postings(self._passages[part], weighed(self._impacts[part], rarity))

    def _held(self, distinct: Numbers, words: Words) -> Any:
        """The weight of each key asked for in each of some words; a sparse array of shape (words, keys)."""
        from scipy.sparse import coo_array

        columns = [(number, column) for key, column in self._columns.items() for number in self._keys.numbers(key)]
        wanted = np.array(sorted(columns), np.int64).reshape(-1, 2)
        keys, weights, bounds = words.keys_of(distinct)
        owners = np.repeat(np.arange(len(distinct)), np.diff(bounds))
        at = np.minimum(np.searchsorted(wanted[:, 0], keys), max(len(wanted) - 1, 0))
        held = wanted[at, 0] == keys if len(wanted) else np.zeros(len(keys), np.bool_)
        shape = (len(distinct), len(self._columns))
        return coo_array((weights[held], (owners[held], wanted[at[held], 1])), shape=shape).tocsr()


def _language(code: str) -> int:
    return LANGUAGE_CODES.index(code) if code in LANGUAGE_CODES else len(LANGUAGE_CODES) - 1
