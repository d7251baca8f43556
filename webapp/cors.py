"""Which pages of other sites may read the API: those of the origins of their key, without one of `IZDE_ORIGINS`."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from webapp.keys import KeyOfOthers, KeyUnknown, key_of_request

_SHARED = "/api/v1/"

#: What a script of another site may read besides the body.
_EXPOSED = ("Retry-After", "ETag", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")

#: Answers that say why a key was not taken: the page that sent it may read them, whosesoever it is.
_REFUSALS = (KeyUnknown.code, KeyOfOthers.code)

#: Seconds a browser may keep the answer to a preflight; Chromium keeps none longer.
_PREFLIGHT_S = 7200


def install(app: Flask) -> None:
    """Tell browsers that pages of the key's origins or `config["ORIGINS"]` may read `/api/v1/`, without cookies."""
    app.after_request(_share)


def _share(response: Response) -> Response:
    if not request.path.startswith(_SHARED):
        return response
    origins = _origins()
    if origins and "*" not in origins:
        response.vary.add("Origin")
    allowed = "*" if response.status_code in _REFUSALS else _allowed(origins)
    if allowed is None:
        return response
    response.headers["Access-Control-Allow-Origin"] = allowed
    response.headers["Access-Control-Expose-Headers"] = ", ".join(_EXPOSED)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = "GET"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_S)
    return response


def _origins() -> tuple[str, ...]:
    key = key_of_request()
    return key.origins if key else tuple(current_app.config["ORIGINS"])


def _allowed(origins: tuple[str, ...]) -> str | None:
    """What to allow this request; None for pages of other origins and for requests that name none."""
    if "*" in origins:
        return "*"
    origin = request.headers.get("Origin", "")
    return origin if origin in origins else None
