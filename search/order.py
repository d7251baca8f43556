"""Which of the passages found are the hits of a page, and in what order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.alignment import Aligner
from search.catalogue import Catalogue
from search.chained import Ints
from search.folding import left_out
from search.query import Query
from search.ranking import Evidence, Ranker
from search.results import Mode, Sort


@dataclass(frozen=True, slots=True)
class Page:
    """Which hits of an answer to give in which order, and how many of one article at most (0: all).

    `more` is how many of the passages left out by that the first hit of their article carries.
    """

    sort: Sort
    limit: int
    offset: int
    per_article: int
    more: int

    @property
    def end(self) -> int:
        """How many hits there are up to the end of the page."""
        return self.offset + self.limit


@dataclass(frozen=True, slots=True)
class Order:
    """The first passages of an answer, best first, with their scores; `kept` are the places of those that are hits.

    `hits` counts those of the whole answer, `of_articles` the passages found of each article where that is asked for.
    """

    passages: Ints
    scores: NDArray[np.float32]
    kept: Ints
    hits: int
    of_articles: Ints | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit of a page by its place in the order.

    The first of an article on the page says how many `others` the article has that are hits on no page, and the places
    of the best of them.
    """

    place: int
    others: int
    more: list[int]


class Orderer:
    """Orders what is found in one generation."""

    def __init__(self, catalogue: Catalogue, ranker: Ranker) -> None:
        self._catalogue = catalogue
        self._ranker = ranker

    def ordered(self, query: Query, aligner: Aligner, evidence: Evidence, mode: Mode, page: Page) -> Order:
        """The passages found, in order, as far as the page reaches or further, and how many hits there are in all."""
        total = len(evidence.passages)
        of_articles = np.bincount(self._catalogue.articles_of(evidence.passages)) if page.per_article else None
        hits = total if of_articles is None else int(np.minimum(of_articles, page.per_article).sum())
        # By year the last found may come first.
        depth = total if page.sort == "year" else page.end
        while True:
            ranked, scores = self._ranker.ranked(query, aligner, evidence, mode, depth)
            if page.sort == "year":
                latest = self._catalogue.latest_first(ranked)
                ranked, scores = ranked[latest], scores[latest]
            kept = self._at_most(page.per_article, ranked) if page.per_article else np.arange(len(ranked))
            if len(kept) >= min(hits, page.end) or len(ranked) >= total:
                return Order(ranked, scores, kept, hits, of_articles)
            depth = 8 * len(ranked)

    def shown(self, order: Order, page: Page) -> Iterator[Shown]:
        """The hits of a page."""
        places = order.kept[page.offset : page.end]
        articles = self._catalogue.articles_of(order.passages)
        seen: set[int] = set()
        for place, rest in zip(places.tolist(), left_out(places, order.kept, articles), strict=True):
            article = int(articles[place])
            found = 0 if order.of_articles is None or article in seen else int(order.of_articles[article])
            seen.add(article)
            yield Shown(place, max(0, found - page.per_article), rest[: page.more].tolist())

    def _at_most(self, per_article: int, ranked: Ints) -> Ints:
        """Places in the ranking of the best `per_article` passages of each article."""
        seen: Counter[int] = Counter()
        kept = []
        for place, article in enumerate(self._catalogue.articles_of(ranked).tolist()):
            seen[article] += 1
            if seen[article] <= per_article:
                kept.append(place)
        return np.array(kept, np.int64)
