"""The pages people read: start, results, article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from flask import Blueprint, current_app, render_template, request
from flask_babel import format_date

from search.deadline import time_limit
from search.engine import Engine
from search.query import QueryError
from search.results import Highlight, Results
from search.stats import Stats
from webapp import facets, reading
from webapp.chart import year_bars
from webapp.collection import article_in, engine
from webapp.examples import in_collection
from webapp.interface import language_name
from webapp.openapi import document
from webapp.originals import original_url
from webapp.paging import paging
from webapp.parameters import FILTER_LANGUAGES, SearchRequest

blueprint = Blueprint("pages", __name__)

#: Passages of an article folded under its best, at most.
FOLDED = 3


@dataclass(frozen=True, slots=True)
class Share:
    """How many passages are in a language; `percent` is of the language with the most."""

    language: str
    passages: int
    percent: float


@blueprint.get("/")
def start() -> str:
    """The search field, examples, and what the collection holds."""
    return _start(SearchRequest())


@blueprint.get("/search")
def search() -> str:
    """A page of results; without a query, the start page."""
    wanted = SearchRequest.from_arguments(request.args)
    if not wanted.q:
        return _start(wanted)
    results = wanted.answer(engine(), more=FOLDED)
    title = results.hits[0].article.title if wanted.article and results.hits else None
    return render_template(
        "search.html",
        search=wanted,
        results=results,
        languages=facets.language_links(wanted, results),
        years=facets.year_links(wanted, results),
        authors=facets.author_links(wanted, results),
        chosen=facets.chosen_links(wanted, title),
        without_filters=facets.without_filters(wanted),
        paging=paging(wanted, results.total),
        language_name=cache(language_name),
        paragraphs=reading.paragraphs,
        excerpt=reading.excerpt,
        search_url=facets.search_url,
    )


@blueprint.get("/articles/<path:article_id>")
def article(article_id: str) -> str:
    """The whole of an article, with the places marked that answer the search one came from."""
    source = engine()
    found = article_in(source, article_id)
    wanted = SearchRequest.from_arguments(request.args)
    blocks = reading.blocks(found, source.passages(article_id), _marks(source, wanted, article_id))
    return render_template(
        "article.html",
        article=found,
        search=wanted,
        search_url=facets.search_url,
        blocks=blocks,
        foreign=reading.in_other_languages(found, blocks, source.references(article_id)),
        original=original_url(found),
    )


@blueprint.get("/api")
def api() -> str:
    """What programs may ask, as the description of the API says it."""
    return render_template("api.html", api=document(), search=SearchRequest())


def _start(wanted: SearchRequest) -> str:
    stats = engine().stats()
    return render_template(
        "start.html",
        search=wanted,
        stats=stats,
        examples=in_collection(),
        shares=_shares(stats),
        bars=year_bars(stats.years),
        updated=_updated(stats),
    )


def _shares(stats: Stats) -> list[Share]:
    largest = max(stats.languages.values(), default=0) or 1
    return [
        Share(code, stats.languages[code], round(100 * stats.languages[code] / largest, 1))
        for code in FILTER_LANGUAGES
        if stats.languages.get(code)
    ]


def _updated(stats: Stats) -> str | None:
    try:
        return str(format_date(datetime.fromisoformat(stats.created), "long"))
    except ValueError:
        return None


def _marks(engine: Engine, wanted: SearchRequest, article_id: str) -> Mapping[int, Sequence[Highlight]]:
    """The marks of each passage that answers; none where there is no query or it cannot be read."""
    if not wanted.q:
        return {}
    try:
        with time_limit(current_app.config["QUERY_TIME"]):
            results: Results = engine.search(wanted.q, mode=wanted.mode, article=article_id, limit=100)
    except QueryError:
        return {}
    return reading.highlights_by_passage(results)
