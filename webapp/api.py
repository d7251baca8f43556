"""The JSON API that programs read."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, request

from search.results import article_json, passage_json
from webapp.collection import article_in, engine
from webapp.openapi import SUGGESTIONS, document
from webapp.parameters import SearchRequest, read_number, read_text

blueprint = Blueprint("api", __name__)


@blueprint.get("/api/v1/search")
def search() -> dict[str, Any]:
    """The same document as `izde search --json`."""
    return SearchRequest.from_arguments(request.args).answer(engine()).to_json()


@blueprint.get("/api/v1/articles/<path:article_id>")
def article(article_id: str) -> dict[str, Any]:
    """An article with its repaired text, and its passages by their offsets in it."""
    source = engine()
    found = article_in(source, article_id)
    return {
        **article_json(found),
        "keywords": list(found.keywords),
        "pages": list(found.pages),
        "text": found.text,
        "passages": [passage_json(each) for each in source.passages(article_id)],
    }


@blueprint.get("/api/v1/suggest")
def suggest() -> dict[str, Any]:
    """Completions of what has been typed so far."""
    prefix = read_text(request.args, "q")
    limit = cast(int, read_number(request.args, "limit", {"limit": SUGGESTIONS}))
    return {"query": prefix, "suggestions": engine().suggest(prefix, limit) if prefix else []}


@blueprint.get("/healthz")
def health() -> dict[str, Any]:
    """Whether searches can be answered; status 503 where there is no index."""
    stats = engine().stats()
    return {
        "status": "ok",
        "generation": stats.generation,
        "articles": stats.articles,
        "passages": stats.passages,
    }


@blueprint.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """The description of this API."""
    return document()
