"""Links that narrow a search: each toggles one filter and keeps the rest of the address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from flask import g, url_for

from search.results import Results
from webapp.interface import language_name
from webapp.parameters import FILTER_LANGUAGES, SearchRequest

#: As in the addresses that `url_for` makes.
_UNQUOTED = "!$'()*,/:;?@"

#: Values of a facet that a page offers.
SHOWN = 40


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value of a facet; following `url` adds the filter, or takes it away where it is `chosen`."""

    value: str
    label: str
    count: int | None
    chosen: bool
    url: str


def search_url(search: SearchRequest, **changes: Any) -> str:
    """The address of a search with some of it changed, from its first result."""
    return _address(replace(search, **{"offset": 0, **changes}))


def language_links(search: SearchRequest, results: Results) -> list[FacetLink]:
    """The languages of the answer and those asked for, in their fixed order."""
    counts = _counts(results, "language")
    return [
        FacetLink(code, language_name(code), counts.get(code), code in search.language, _toggled(search, code))
        for code in FILTER_LANGUAGES
        if code in counts or code in search.language
    ]


def year_links(search: SearchRequest, results: Results) -> list[FacetLink]:
    """The years of the answer, latest first, as many as are `SHOWN`."""
    counts = {int(value): count for value, count in _counts(results, "year").items() if value.isdecimal()}
    return [_year_link(search, year, counts[year]) for year in sorted(counts, reverse=True)[:SHOWN]]


def author_links(search: SearchRequest, results: Results) -> list[FacetLink]:
    """The authors of the answer, most passages first, as many as are `SHOWN`."""
    counts = dict(islice(_counts(results, "author").items(), SHOWN))
    return [
        FacetLink(
            name,
            name,
            count,
            name == search.author,
            search_url(search, author=None if name == search.author else name),
        )
        for name, count in counts.items()
    ]


def chosen_links(search: SearchRequest, article_title: str | None) -> list[FacetLink]:
    """The filters in force besides the languages, each with the address without it."""
    return list(_chosen(search, article_title))


def without_filters(search: SearchRequest) -> str:
    """The address of the search with its words, mode and order only."""
    return _address(SearchRequest(q=search.q, mode=search.mode, sort=search.sort))


def _address(search: SearchRequest) -> str:
    """As `url_for` makes it of `search.arguments()`; a page of results has 80 of them."""
    if "search_page" not in g:
        g.search_page = url_for("pages.search")
    path, _, kept = g.search_page.partition("?")
    pairs = [_encoded(name, value) for name, value in search.arguments().items()]
    query = "&".join((*pairs, kept) if kept else pairs)
    return f"{path}?{query}" if query else str(path)


@lru_cache(1_000)
def _encoded(name: str, value: str) -> str:
    return urlencode({name: value}, safe=_UNQUOTED)


def _chosen(search: SearchRequest, article_title: str | None) -> Iterable[FacetLink]:
    if search.year_from is not None or search.year_to is not None:
        url = search_url(search, year_from=None, year_to=None)
        yield FacetLink("years", _span(search.year_from, search.year_to), None, True, url)
    if search.author is not None:
        yield FacetLink(search.author, search.author, None, True, search_url(search, author=None))
    if search.article is not None:
        label = article_title or search.article
        yield FacetLink(search.article, label, None, True, search_url(search, article=None))


def _toggled(search: SearchRequest, code: str) -> str:
    kept = tuple(each for each in search.language if each != code)
    return search_url(search, language=kept if code in search.language else (*kept, code))


def _year_link(search: SearchRequest, year: int, count: int) -> FacetLink:
    chosen = search.year_from == search.year_to == year
    bound = None if chosen else year
    return FacetLink(str(year), str(year), count, chosen, search_url(search, year_from=bound, year_to=bound))


def _span(first: int | None, last: int | None) -> str:
    if first == last:
        return str(first)
    return f"{'…' if first is None else first}–{'…' if last is None else last}"


def _counts(results: Results, name: str) -> dict[str, int]:
    return {each.value: each.count for each in results.facets.get(name, ())}
