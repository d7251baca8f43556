"""New articles on a query: an Atom feed (RFC 4287)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import Blueprint, Response, request, url_for

from search.articles import OTHER_LANGUAGE
from search.engine import Engine
from search.results import Hit
from webapp.collection import engine
from webapp.messages import gettext
from webapp.parameters import SearchRequest
from webapp.xml_documents import xml_answer

blueprint = Blueprint("feed", __name__)

#: Articles in a feed, at most.
ENTRIES = 30

#: A tag URI names its host as of a year; were this changed, readers would take all articles for new.
_TAG_YEAR = 2026


@blueprint.get("/feed")
def feed() -> Response:
    """The newest articles that answer a query, each with its best passage."""
    wanted = feed_search(SearchRequest.from_arguments(request.args))
    source = engine()
    return xml_answer(
        "feed.xml",
        "application/atom+xml",
        source.generation,
        search=wanted,
        hits=newest(source, wanted),
        updated=source.stats().created,
        feed_id=_tag("feed?" + urlencode(wanted.arguments())),
        entry_id=lambda article_id: _tag("articles/" + quote(article_id)),
        no_language=OTHER_LANGUAGE,
    )


@blueprint.app_template_global()
def feed_url(search: SearchRequest, **values: Any) -> str:
    """The address of the feed of a search; `values` go into it too."""
    return url_for("feed.feed", **feed_search(search).arguments(), **values)


@blueprint.app_template_global()
def feed_title(search: SearchRequest) -> str:
    """What the feed of a search is called."""
    return gettext("New articles on “%(query)s”", query=search.q)


def feed_search(search: SearchRequest) -> SearchRequest:
    """The search with its words, mode and filters only: a feed has no pages."""
    plain = SearchRequest()
    return replace(search, sort=plain.sort, limit=plain.limit, offset=plain.offset, per_article=plain.per_article)


def newest(source: Engine, search: SearchRequest) -> tuple[Hit, ...]:
    """The best passages of the `ENTRIES` newest articles found, one each.

    The latest year comes first, articles of a year as they rank, those without a year last.
    Raises `search.query.QueryError`.
    """
    return replace(search, sort="year", limit=ENTRIES, per_article=1).answer(source).hits


def _tag(name: str) -> str:
    """A name that stays when the address changes its scheme or port (RFC 4151)."""
    return f"tag:{urlsplit(request.host_url).hostname},{_TAG_YEAR}:{name}"
