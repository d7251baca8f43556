"""Which of the passages found are the hits of a page, and in what order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.alignment import Aligner
from search.backends.protocol import Found
from search.chained import Ints
from search.folding import left_out
from search.page import Page
from search.query import Query
from search.ranking import ranked
from search.results import Mode


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

    def is_short_of(self, page: Page) -> bool:
        """Whether the page has more hits than are here."""
        return len(self.kept) < min(self.hits, page.end)


@dataclass(frozen=True, slots=True)
class OrderedHit:
    """A hit of a page by its place in the order.

    The first of an article on the page says how many `others` the article has that are hits on no page, and the places
    of the best of them.
    """

    place: int
    others: int
    more: list[int]


class Orderer:
    """Orders what a query has found."""

    def __init__(self, query: Query, aligner: Aligner, found: Found, mode: Mode) -> None:
        self._query = query
        self._aligner = aligner
        self._found = found
        self._mode = mode

    def ordered(self, page: Page) -> Order:
        """The passages found, in order, as far as the page reaches or further, and how many hits there are in all."""
        found = self._found
        there = len(found.evidence.passages)
        of_articles = found.of_articles() if page.per_article else None
        hits = found.total if of_articles is None else int(np.minimum(of_articles, page.per_article).sum())
        # By year the last found may come first.
        depth = there if page.sort == "year" else page.end
        while True:
            passages, scores = ranked(self._query, self._aligner, found, self._mode, depth)
            if page.sort == "year":
                latest = found.latest_first(passages)
                passages, scores = passages[latest], scores[latest]
            kept = self._at_most(page.per_article, passages) if page.per_article else np.arange(len(passages))
            order = Order(passages, scores, kept, hits, of_articles)
            if not order.is_short_of(page) or len(passages) >= there:
                return order
            depth = 8 * len(passages)

    def shown(self, order: Order, page: Page) -> Iterator[OrderedHit]:
        """The hits of a page."""
        places = order.kept[page.offset : page.end]
        articles = self._found.articles(order.passages)
        seen: set[int] = set()
        for place, rest in zip(places.tolist(), left_out(places, order.kept, articles), strict=True):
            article = int(articles[place])
            found = 0 if order.of_articles is None or article in seen else int(order.of_articles[article])
            seen.add(article)
            yield OrderedHit(place, max(0, found - page.per_article), rest[: page.more].tolist())

    def _at_most(self, per_article: int, passages: Ints) -> Ints:
        """Places in an order of the best `per_article` passages of each article."""
        seen: Counter[int] = Counter()
        kept = []
        for place, article in enumerate(self._found.articles(passages).tolist()):
            seen[article] += 1
            if seen[article] <= per_article:
                kept.append(place)
        return np.array(kept, np.int64)
