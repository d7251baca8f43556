"""The years of a collection as a small chart of bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Bars that can still be told apart on a telephone.
MOST_BARS = 60

#: Height of the highest bar, in the units of the drawing; a bar is one unit wide.
HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles of the years `first` to `last`, drawn `height` of `HEIGHT` units high."""

    first: int
    last: int
    articles: int
    height: float

    @property
    def years(self) -> str:
        """A year, or years from one to another."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


def year_bars(years: Mapping[int, int]) -> list[Bar]:
    """A bar for each year from the first to the last, or for several years where there would be too many.

    `years` counts the articles of each year. Fewer than two years make no chart.
    """
    if len(years) < 2:
        return []
    first, last = min(years), max(years)
    step = -(-(last - first + 1) // MOST_BARS)
    starts = range(first, last + 1, step)
    counts = [sum(count for year, count in years.items() if start <= year < start + step) for start in starts]
    return [
        Bar(start, min(start + step - 1, last), count, round(HEIGHT * count / max(counts), 1))
        for start, count in zip(starts, counts, strict=True)
    ]
