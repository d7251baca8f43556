"""The JSON API that programs read."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, request

from search.results import article_json, passage_json
from webapp.collection import article_in, engine
from webapp.freshness import json_answer
from webapp.openapi import SUGGESTION_FORMATS, SUGGESTIONS, document
from webapp.opensearch import SUGGESTIONS_TYPE
from webapp.parameters import SearchRequest, read_choice, read_number, read_text

blueprint = Blueprint("api", __name__)


@blueprint.get("/api/v1/search")
def search() -> Response:
    """The same document as `izde search --json`."""
    wanted = SearchRequest.from_arguments(request.args)
    source = engine()
    return json_answer(wanted.answer(source).to_json(), source.generation)


@blueprint.get("/api/v1/articles/<path:article_id>")
def article(article_id: str) -> Response:
    """An article with its repaired text, and its passages by their offsets in it."""
    source = engine()
    found = article_in(source, article_id)
    whole = {
        **article_json(found),
        "keywords": list(found.keywords),
        "pages": list(found.pages),
        "text": found.text,
        "passages": [passage_json(each) for each in source.passages(article_id)],
    }
    return json_answer(whole, source.generation)


@blueprint.get("/api/v1/suggest")
def suggest() -> Response:
    """Completions of what has been typed so far; with `format=opensearch` as browsers read them."""
    form = read_choice(request.args, "format", SUGGESTION_FORMATS)
    prefix = read_text(request.args, "q")
    limit = cast(int, read_number(request.args, "limit", {"limit": SUGGESTIONS}))
    source = engine()
    suggestions = source.suggest(prefix, limit) if prefix else []
    if form == "opensearch":
        return json_answer([prefix, suggestions], source.generation, SUGGESTIONS_TYPE)
    return json_answer({"query": prefix, "suggestions": suggestions}, source.generation)


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
def openapi() -> Response:
    """The description of this API."""
    return json_answer(document())
