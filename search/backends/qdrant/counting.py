"""Counts of all passages that a query finds by words, and by facet; of very many, facets are estimated from some.

Facets are counted here, from the payload of passages: Qdrant's own go through all passages there are for each value,
where a query finds more than a few, and took 600 ms of its processors at 200,000 passages; these take 60.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from qdrant_client import QdrantClient, models

from search.backends.qdrant.connection import Connection
from search.backends.qdrant.schema import LOTS
from search.backends.qdrant.selection import FilterSelection
from search.catalogue import LANGUAGE_CODES, MOST_FACET_VALUES, Filters
from search.results import FacetValue

#: Passages of which facets are counted, about: of more, as many are, and the counts are estimates.
COUNTED = 2_000

#: Payload that is counted.
_COUNTED_FIELDS = ["language", "year", "authors", "article"]

#: What of a filter each facet ignores, so that its other values can be chosen.
_IGNORED: dict[str, Callable[[Filters], Filters]] = {
    "language": lambda filters: replace(filters, languages=()),
    "year": lambda filters: replace(filters, year_from=None, year_to=None),
    "authors": lambda filters: replace(filters, author=None),
}

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """Some of the passages found, and for how many each of them stands."""

    payloads: Sequence[Payload]
    factor: float

    def count(self, field: str) -> Counter[str | int]:
        """How many passages have each value of a field."""
        found = Counter(_values(self.payloads, field))
        return Counter({value: round(count * self.factor) for value, count in found.items()})


class Counts:
    """Counts of what a filter selects; asked for at once, and waited for when they are needed."""

    def __init__(
        self,
        connection: Connection,
        generation: str,
        selection: FilterSelection,
        found: Sequence[models.Filter],
        filters: Filters,
        threads: Executor,
    ) -> None:
        """`found` are the passages found before `filters`: those in each of some selections."""
        self._connection = connection
        self._generation = generation
        self._selection = selection
        self._found = found
        self._filters = filters
        self._threads = threads
        self._counted = threads.submit(self._count, filters)
        self._samples: dict[Filters, Future[Sample]] = {}

    def start(self) -> None:
        """Ask for what the facets are counted from: the same passages for all whose filter is the same."""
        for filters in (self._filters, *(ignoring(self._filters) for ignoring in _IGNORED.values())):
            if filters not in self._samples:
                self._samples[filters] = self._threads.submit(self._sampled, filters)

    def passages(self) -> int:
        """How many passages there are."""
        return self._counted.result()

    def facets(self, more: Sequence[str]) -> Mapping[str, tuple[FacetValue, ...]]:
        """Counts by language, year (latest first) and author (most first), those of other passages among them.

        `more` are the ids of passages that pass the filters and that the selections do not hold.
        """
        others = self._payloads(more)
        counts = {}
        for name, ignoring in _IGNORED.items():
            filters = ignoring(self._filters)
            counts[name] = self._sample(filters).count(name)
            if filters == self._filters:
                counts[name].update(_values(others, name))
        languages, years, authors = (counts[name] for name in ("language", "year", "authors"))
        latest = sorted(years.items(), key=lambda item: -int(item[0]))
        most = sorted(authors.items(), key=lambda item: (-item[1], str(item[0])))[:MOST_FACET_VALUES]
        by_language = {code: languages[code] for code in LANGUAGE_CODES if languages[code]}
        return {
            "language": tuple(FacetValue(code, count) for code, count in by_language.items()),
            "year": tuple(FacetValue(str(year), count) for year, count in latest),
            "author": tuple(FacetValue(str(author), count) for author, count in most),
        }

    def of_articles(self) -> dict[str, int]:
        """How many passages there are of each article, of those that passages at hand are of."""
        return {str(article): count for article, count in self._sample(self._filters).count("article").items()}

    def _sample(self, filters: Filters) -> Sample:
        return self._samples[filters].result()

    def _count(self, filters: Filters) -> int:
        selected = self._selected(filters)
        return self._connection.read(lambda client: client.count(self._generation, selected, exact=True)).count

    def _sampled(self, filters: Filters) -> Sample:
        """All passages that pass some filters, or of very many those in some lots."""
        count = self._counted.result() if filters == self._filters else self._count(filters)
        selected, lots = self._selected(filters), max(1, LOTS * COUNTED // max(count, COUNTED))
        if lots < LOTS:
            some = models.FieldCondition(key="lot", range=models.Range(lt=lots))
            selected = self._selection.all_of([models.Filter(must=[some]), selected])
        ask = partial(
            QdrantClient.scroll,
            collection_name=self._generation,
            scroll_filter=selected,
            limit=2 * COUNTED,
            with_payload=_COUNTED_FIELDS,
        )
        payloads = [record.payload or {} for record in self._connection.read(ask)[0]] if count else []
        return Sample(payloads, count / len(payloads) if lots < LOTS and payloads else 1.0)

    def _selected(self, filters: Filters) -> models.Filter:
        return self._selection.all_of([*self._found, self._selection.passing(filters)])

    def _payloads(self, ids: Sequence[str]) -> list[Payload]:
        def ask(client: QdrantClient) -> list[models.Record]:
            return client.retrieve(self._generation, list(ids), with_payload=_COUNTED_FIELDS)

        return [record.payload or {} for record in self._connection.read(ask)] if ids else []


def _values(payloads: Iterable[Payload], field: str) -> Iterable[str | int]:
    """The values of a field, of which a passage has none, one or several."""
    for payload in payloads:
        value = payload.get(field)
        if value is not None:
            yield from dict.fromkeys(value) if isinstance(value, list) else [value]
