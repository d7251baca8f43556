"""Counts of all passages that a query finds by words, and by facet; of very many they are estimated from some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

from qdrant_client import QdrantClient, models

from search.backends.qdrant.connection import Connection
from search.backends.qdrant.schema import LOTS
from search.backends.qdrant.selection import FilterSelection
from search.catalogue import LANGUAGE_CODES, MOST_FACET_VALUES, Filters
from search.results import FacetValue

#: Passages of which facets are counted, about: of more, as many are, and the counts are estimates. Where very many are
#: found, Qdrant goes through all passages there are for each value of a facet.
COUNTED = 2_000

#: Articles that are counted each, at most, and years.
MOST_ARTICLES = 10_000
_MOST_YEARS = 1_000

#: What of a filter each facet ignores, so that its other values can be chosen.
_IGNORED: dict[str, Callable[[Filters], Filters]] = {
    "language": lambda filters: replace(filters, languages=()),
    "year": lambda filters: replace(filters, year_from=None, year_to=None),
    "authors": lambda filters: replace(filters, author=None),
}


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
        self._counted = threads.submit(self._count)
        self._facets: dict[str, Future[Counter[str | int]]] = {}

    def passages(self) -> int:
        """How many passages there are."""
        return self._counted.result()[0]

    def start(self) -> None:
        """Ask for the facets, which need the count first."""
        for name, ignoring in _IGNORED.items():
            limit = _MOST_YEARS if name == "year" else MOST_FACET_VALUES
            self._facets[name] = self._threads.submit(self._facet, name, limit, ignoring(self._filters))

    def facets(self, more: Sequence[str]) -> Mapping[str, tuple[FacetValue, ...]]:
        """Counts by language, year (latest first) and author (most first), those of other passages among them.

        `more` are the ids of passages that pass the filters and that the selections do not hold.
        """
        counts = {name: self._facets[name].result() for name in _IGNORED}
        for payload in self._payloads(more):
            for name, count in counts.items():
                if _IGNORED[name](self._filters) == self._filters and name in payload:
                    count.update(payload[name] if name == "authors" else [payload[name]])
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
        """How many passages there are of each article, of 10,000 articles at most."""
        return {str(article): count for article, count in self._facet("article", MOST_ARTICLES, self._filters).items()}

    def _count(self) -> tuple[int, models.Filter | None, float]:
        """How many passages there are, which lots to count facets in, and what the counts are to be multiplied by."""
        selected = self._selected(self._filters)
        counted = self._connection.read(lambda client: client.count(self._generation, selected, exact=True)).count
        lots = max(1, LOTS * COUNTED // max(counted, COUNTED))
        if lots == LOTS:
            return counted, None, 1.0
        some = models.FieldCondition(key="lot", range=models.Range(lt=lots))
        return counted, models.Filter(must=[some]), LOTS / lots

    def _facet(self, field: str, limit: int, filters: Filters) -> Counter[str | int]:
        _, some, factor = self._counted.result()
        selected = self._selected(filters)
        if some is not None:
            selected = self._selection.all_of([some, selected])

        def ask(client: QdrantClient) -> models.FacetResponse:
            return client.facet(self._generation, key=field, facet_filter=selected, limit=limit, exact=True)

        hits = self._connection.read(ask).hits
        return Counter({hit.value: round(hit.count * factor) for hit in hits})

    def _selected(self, filters: Filters) -> models.Filter:
        return self._selection.all_of([*self._found, self._selection.passing(filters)])

    def _payloads(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        def ask(client: QdrantClient) -> list[models.Record]:
            return client.retrieve(self._generation, list(ids), with_payload=list(_IGNORED))

        return [record.payload or {} for record in self._connection.read(ask)] if ids else []
