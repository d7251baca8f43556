"""Conditions and filters as Qdrant has them; what it cannot tell by itself is looked up and verified here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from qdrant_client import QdrantClient, models

from search.backends.qdrant.batch import WordRows
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.schema import KEYS
from search.backends.qdrant.vocabulary import WordNumbers
from search.catalogue import Filters
from search.conditions import follow
from search.keys import Keys
from search.strings import checksum
from search.words import Words

#: Passages that are looked through for a phrase, at most: of more that hold its words, those that hold them best.
MOST_VERIFIED = 5_000


class FilterSelection:
    """Selects passages of a generation as filters. Safe to use from several threads."""

    def __init__(self, connection: Connection, generation: str, keys: Keys, words: Words, numbers: WordNumbers) -> None:
        self._connection = connection
        self._generation = generation
        self._keys = keys
        self._words = words
        self._numbers = numbers

    def every(self) -> models.Filter:
        """All passages."""
        return models.Filter()

    def none(self) -> models.Filter:
        """No passage."""
        return _these([])

    def but(self, selected: models.Filter) -> models.Filter:
        """All others."""
        return models.Filter(must_not=[selected])

    def all_of(self, selected: Sequence[models.Filter]) -> models.Filter:
        """Those that are in each of some selections; Qdrant takes longer for filters within filters."""
        must, must_not, alternatives = [], [], []
        for each in selected:
            must += _listed(each.must)
            must_not += _listed(each.must_not)
            if each.should:
                alternatives.append(_listed(each.should))
        must += [models.Filter(should=each) for each in alternatives[1:]]
        return models.Filter(must=must or None, must_not=must_not or None, should=next(iter(alternatives), None))

    def any_of(self, selected: Sequence[models.Filter]) -> models.Filter:
        """Those that are in one of some selections."""
        return models.Filter(should=list(selected))

    def passing(self, filters: Filters) -> models.Filter:
        """Those that pass every filter."""
        conditions: list[models.Condition] = []
        if filters.languages:
            conditions.append(_any("language", list(filters.languages)))
        if filters.year_from is not None or filters.year_to is not None:
            years = models.Range(gte=filters.year_from, lte=filters.year_to)
            conditions.append(models.FieldCondition(key="year", range=years))
        if filters.author:
            conditions.append(_any("authors_folded", [filters.author.casefold()]))
        if filters.article:
            conditions.append(_any("article", [filters.article]))
        return models.Filter(must=conditions)

    def holding(self, field: str, keys: Sequence[int]) -> models.Filter:
        """Those that hold one of some keys in their own text, or are of an article that does in a field."""
        checksums = sorted({checksum(self._keys.key(number)) for number in keys})
        return models.Filter(must=[_any(f"{field}_keys", checksums)]) if checksums else self.none()

    def found_by(self, keys: Sequence[str]) -> models.Filter:
        """Those that hold one of some keys in their own text or in any field of their article."""
        checksums = sorted({checksum(key) for key in keys})
        if not checksums:
            return self.none()
        fields = ("text", "title", "keywords", "author")
        return models.Filter(should=[_any(f"{field}_keys", checksums) for field in fields])

    def in_a_row(self, field: str, words: Sequence[Sequence[int]], slop: int) -> models.Filter:
        """Those where words follow one another in a field, `slop` places apart at most.

        Qdrant finds those that hold all the words; their order is verified here.
        """
        name = "words" if field == "text" else field
        holding = self.all_of([self.holding(field, keys) for keys in words])
        found = self._best(holding, [number for keys in words for number in keys], name)
        rows = WordRows.unpacked([(point.payload or {})[name] for point in found], self._numbers)
        # The last place is that of `UNKNOWN`: a word that is not known stands between others, and is none of them.
        flags = [np.append(self._words.mask(keys), False) for keys in words]
        met = follow(flags, rows.numbers, rows.bounds, slop)
        return _these([found[place].id for place in np.flatnonzero(met).tolist()])

    def _best(self, selected: models.Filter, keys: Sequence[int], field: str) -> list[models.ScoredPoint]:
        """The passages of a selection that hold some keys best, with a field of their payload."""
        names = dict.fromkeys(self._keys.key(number) for number in keys)
        query = sparse({key: self._keys.rarity(self._keys.frequency(key)) for key in names})

        def ask(client: QdrantClient) -> models.QueryResponse:
            return client.query_points(
                self._generation,
                query=query,
                using=KEYS,
                query_filter=selected,
                limit=MOST_VERIFIED,
                with_payload=[field],
            )

        return self._connection.read(ask).points if names else []


def sparse(weights: dict[str, float]) -> models.SparseVector:
    """Keys with their weights as a vector; those of keys with the same checksum add up."""
    values: dict[int, float] = {}
    for key, weight in weights.items():
        number = checksum(key)
        values[number] = values.get(number, 0.0) + weight
    return models.SparseVector(indices=list(values), values=list(values.values()))


def _listed(conditions: list[models.Condition] | models.Condition | None) -> list[models.Condition]:
    if conditions is None:
        return []
    return conditions if isinstance(conditions, list) else [conditions]


def _any(field: str, values: list[int] | list[str]) -> models.FieldCondition:
    return models.FieldCondition(key=field, match=models.MatchAny(any=values))


def _these(ids: Sequence[models.ExtendedPointId]) -> models.Filter:
    return models.Filter(must=[models.HasIdCondition(has_id=list(ids))])
