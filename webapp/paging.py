"""The pages a long answer is cut into."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.facets import search_url
from webapp.parameters import BOUNDS, SearchRequest

#: Pages shown on either side of the current one.
_AROUND = 2


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page of the answer; `number` counts from 1."""

    number: int
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Paging:
    """The current page's neighbours, and the pages to offer; None among them is a gap."""

    previous: str | None
    next: str | None
    pages: tuple[PageLink | None, ...]


def paging(search: SearchRequest, total: int) -> Paging:
    """The pages around the current one, with the first and the last that can be reached."""
    current = search.offset // search.limit + 1
    last = max(1, min(-(-total // search.limit), (BOUNDS["offset"][1]) // search.limit + 1))
    return Paging(
        previous=_url(search, current - 1) if current > 1 else None,
        next=_url(search, current + 1) if current < last else None,
        pages=tuple(_pages(search, min(current, last), last)),
    )


def _pages(search: SearchRequest, current: int, last: int) -> list[PageLink | None]:
    numbers = sorted({1, last, *range(max(1, current - _AROUND), min(last, current + _AROUND) + 1)})
    pages: list[PageLink | None] = []
    for place, number in enumerate(numbers):
        if place and number > numbers[place - 1] + 1:
            pages.append(None)
        pages.append(PageLink(number, _url(search, number), number == current))
    return pages


def _url(search: SearchRequest, number: int) -> str:
    return search_url(search, offset=(number - 1) * search.limit)
