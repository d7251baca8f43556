"""Which hits of an answer are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from search.results import Sort


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
