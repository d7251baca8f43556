"""The collection the application answers from."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, g
from werkzeug.exceptions import NotFound

from search.articles import Article, Passage
from search.engine import Engine
from search.live import LiveEngine
from webapp.problems import ArticleMissing


def install(app: Flask) -> None:
    """Give the application its engine; the index is opened by the first request that needs it."""
    app.extensions["izde.index"] = LiveEngine(app.config["INDEX"])


def engine() -> Engine:
    """The engine over the newest generation, the same for all of a request; raises `search.storage.IndexProblem`."""
    if "engine" not in g:
        g.engine = cast(LiveEngine, current_app.extensions["izde.index"]).engine()
    return cast(Engine, g.engine)


def generation_of_request() -> str | None:
    """The generation that this request is answered from; None before one was asked."""
    return cast(Engine, g.engine).generation if "engine" in g else None


def article_in(source: Engine, article_id: str) -> Article:
    """The article of this id; raises `ArticleMissing`, which is answered with status 404."""
    article = source.article(article_id)
    if article is None:
        raise ArticleMissing
    return article


def passage_in(source: Engine, article_id: str, ordinal: str) -> tuple[Article, Passage]:
    """An article and its passage of this ordinal, as an address has it.

    Raises `ArticleMissing`, or `NotFound` where the article has no such passage; both are answered with status 404.
    """
    article = article_in(source, article_id)
    for passage in source.passages(article_id):
        if str(passage.ordinal) == ordinal:
            return article, passage
    raise NotFound
