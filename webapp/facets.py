"""Links that narrow a search: each toggles one filter and keeps the rest of the address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from search.results import Results
from webapp.interface import language_name
from webapp.parameters import FILTER_LANGUAGES, SearchRequest


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
    return url_for("pages.search", **replace(search, **{"offset": 0, **changes}).arguments())


def language_links(search: SearchRequest, results: Results) -> list[FacetLink]:
    """The languages of the answer and those asked for, in their fixed order."""
    counts = _counts(results, "language")
    return [
        FacetLink(code, language_name(code), counts.get(code), code in search.language, _toggled(search, code))
        for code in FILTER_LANGUAGES
        if code in counts or code in search.language
    ]


def year_links(search: SearchRequest, results: Results) -> list[FacetLink]:
    """The years of the answer, latest first."""
    years = sorted((value for value in _counts(results, "year") if value.isdecimal()), key=int, reverse=True)
    return [_year_link(search, results, year) for year in years]


def author_links(search: SearchRequest, results: Results) -> list[FacetLink]:
    """The authors of the answer, most passages first."""
    counts = _counts(results, "author")
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
    return url_for("pages.search", **SearchRequest(q=search.q, mode=search.mode, sort=search.sort).arguments())


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


def _year_link(search: SearchRequest, results: Results, year: str) -> FacetLink:
    chosen = search.year_from == search.year_to == int(year)
    bound = None if chosen else int(year)
    url = search_url(search, year_from=bound, year_to=bound)
    return FacetLink(year, year, _counts(results, "year")[year], chosen, url)


def _span(first: int | None, last: int | None) -> str:
    if first == last:
        return str(first)
    return f"{'…' if first is None else first}–{'…' if last is None else last}"


def _counts(results: Results, name: str) -> dict[str, int]:
    return {each.value: each.count for each in results.facets.get(name, ())}
