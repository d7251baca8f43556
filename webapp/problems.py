"""What a reader or a program is told when a request cannot be answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, json, make_response, render_template, request
from werkzeug.exceptions import BadHost, HTTPException, NotFound

from search.deadline import OutOfTime
from search.index_errors import IndexMissing, IndexProblem, IndexUnavailable
from search.query import QueryError
from webapp.messages import gettext
from webapp.parameters import SearchRequest

_LOG = logging.getLogger(__name__)

#: Addresses that programs read: their problems are documents of RFC 9457.
_FOR_PROGRAMS = ("/api/", "/healthz", "/oembed", "/openapi.json")

_RETRY_AFTER_S = 30


class ArticleMissing(NotFound):
    """The collection has no article of the wanted id."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in the reader's language: `heading` for a page, `detail` for both."""

    status: int
    heading: str
    detail: str
    parameter: str | None = None
    command: str | None = None

    def response(self) -> Response:
        """A page, or problem+json where a program asks."""
        if for_programs():
            return Response(json.dumps(self._document()), self.status, mimetype="application/problem+json")
        return make_response(render_template("problem.html", problem=self, search=_field(self.status)), self.status)

    def _document(self) -> dict[str, object]:
        document: dict[str, object] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        return document | ({"parameter": self.parameter} if self.parameter else {})


def _field(status: int) -> SearchRequest | None:
    """What the search field of the page begins with; where a page is not there, a search may find it."""
    return SearchRequest() if status == 404 else None


def install(app: Flask) -> None:
    """Answer every problem with a readable reason and never with a stack trace."""
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(QueryError, _query_problem)
    app.register_error_handler(IndexProblem, _index_problem)
    app.register_error_handler(OutOfTime, _out_of_time)


def for_programs() -> bool:
    """Whether the request is for the API rather than for a page."""
    return request.path.startswith(_FOR_PROGRAMS)


def _http_problem(error: HTTPException) -> Response:
    if isinstance(error, BadHost):
        # The host cannot be read, and so no page can name an address here.
        return Response("The request names no host that can be read.\n", 400, mimetype="text/plain")
    status = error.code or 500
    heading, explain = _EXPLANATIONS.get(status, _EXPLANATIONS[400 if status < 500 else 500])
    detail = explain()
    parameter = getattr(error, "parameter", None)
    if parameter:
        detail = error.description or detail
    if isinstance(error, ArticleMissing):
        detail = gettext("The collection has no such article. It may have been taken out or renamed.")
    response = Problem(status, heading(), detail, parameter).response()
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _query_problem(error: QueryError) -> Response:
    return Problem(400, _cannot_be_answered(), str(error), "q").response()


def _out_of_time(error: OutOfTime) -> Response:
    detail = gettext("The search took too long. Ask in fewer words, or without wildcards.")
    response = Problem(503, _cannot_be_answered(), detail, "q").response()
    response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    return response


def _index_problem(error: IndexProblem) -> Response:
    _LOG.error("%s", error)
    if isinstance(error, IndexUnavailable):
        return _unavailable()
    if isinstance(error, IndexMissing):
        detail, command = (
            gettext("Nothing has been indexed yet. Whoever keeps this site can run:"),
            "izde index",
        )
    else:
        detail, command = gettext("The index cannot be read. Whoever keeps this site can run:"), "izde verify"
    heading = gettext("The collection is not ready yet")
    shown = f"{detail} {command}" if for_programs() else detail
    response = Problem(503, heading, shown, command=command).response()
    response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    return response


def _unavailable() -> Response:
    detail = gettext("The collection cannot be reached at the moment. Please try again in a while.")
    response = Problem(503, _cannot_be_answered(), detail).response()
    response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    return response


def _cannot_be_answered() -> str:
    return gettext("This request cannot be answered")


_EXPLANATIONS: dict[int, tuple[Callable[[], str], Callable[[], str]]] = {
    400: (_cannot_be_answered, lambda: gettext("Its address is not one this site knows how to answer.")),
    404: (
        lambda: gettext("Nothing is here"),
        lambda: gettext("There is no page at this address. It may be mistyped or out of date."),
    ),
    405: (_cannot_be_answered, lambda: gettext("This address can only be read.")),
    429: (
        lambda: gettext("Too many requests"),
        lambda: gettext("Please wait a little, then try again."),
    ),
    500: (
        lambda: gettext("Something went wrong"),
        lambda: gettext("It is our fault and has been noted. Please try again."),
    ),
    501: (_cannot_be_answered, lambda: gettext("Its address is not one this site knows how to answer.")),
}
