"""Which pages of other sites may read the API: those of the origins in `IZDE_ORIGINS`."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

_SHARED = "/api/v1/"

#: What a script of another site may read besides the body.
_EXPOSED = ("Retry-After", "ETag", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")

#: Seconds a browser may keep the answer to a preflight; Chromium keeps none longer.
_PREFLIGHT_S = 7200


def install(app: Flask) -> None:
    """Tell browsers that pages of `config["ORIGINS"]` may read `/api/v1/`, without cookies."""
    app.after_request(_share)


def _share(response: Response) -> Response:
    origins: tuple[str, ...] = current_app.config["ORIGINS"]
    if not origins or not request.path.startswith(_SHARED):
        return response
    allowed = _allowed(origins)
    if "*" not in origins:
        response.vary.add("Origin")
    if allowed is None:
        return response
    response.headers["Access-Control-Allow-Origin"] = allowed
    response.headers["Access-Control-Expose-Headers"] = ", ".join(_EXPOSED)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = "GET"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_S)
    return response


def _allowed(origins: tuple[str, ...]) -> str | None:
    """What to allow this request; None for pages of other origins and for requests that name none."""
    if "*" in origins:
        return "*"
    origin = request.headers.get("Origin", "")
    return origin if origin in origins else None
