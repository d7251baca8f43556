"""Passages like one of an article: a page, and the same for programs."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, render_template, request

from search.results import article_json, passage_json
from webapp import reading
from webapp.collection import engine, passage_in
from webapp.freshness import json_answer
from webapp.openapi import SIMILAR
from webapp.parameters import SearchRequest, read_number

blueprint = Blueprint("similar", __name__)


@blueprint.get("/articles/<path:article_id>/similar")
def similar(article_id: str) -> str:
    """The passages of other articles nearest to `?passage=`, by its ordinal; status 404 where there is none."""
    source = engine()
    article, passage = passage_in(source, article_id, request.args.get("passage", ""))
    return render_template(
        "similar.html",
        article=article,
        passage=passage,
        search=SearchRequest(),
        similar=source.similar(passage, SIMILAR[2]),
        paragraphs=reading.paragraphs,
    )


@blueprint.get("/api/v1/articles/<path:article_id>/passages/<int:ordinal>/similar")
def for_programs(article_id: str, ordinal: int) -> Response:
    """The same for programs, up to `limit`."""
    source = engine()
    article, passage = passage_in(source, article_id, str(ordinal))
    limit = cast(int, read_number(request.args, "limit", {"limit": SIMILAR}))
    document: dict[str, Any] = {
        "article": article_json(article),
        "passage": passage_json(passage),
        "similar": [each.to_json() for each in source.similar(passage, limit)],
    }
    return json_answer(document, source.generation)
