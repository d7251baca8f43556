"""How often one client may ask, with a key and without."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from webapp import metrics
from webapp.keys import key_of_request
from webapp.rates import readable_rate

#: Endpoints that are never refused: files a page needs, and the check a supervisor makes.
_UNLIMITED = ("static", "api.health", "embed.alias", "embed.version", "embed.description", "identity.logo")


def install(app: Flask) -> None:
    """Refuse a client over `RATE_LIMIT`, or over the limit of its key, with status 429.

    A client is an address; one that asks with several keys is counted for each apart. Counts are kept in
    this process. Raises `SettingError` for a limit that cannot be read.
    """
    common = readable_rate(str(app.config["RATE_LIMIT"]), "IZDE_RATE_LIMIT")

    def rate() -> str:
        key = key_of_request()
        return key.rate_limit if key else common

    # Registered before the limiter's own, and so run after it.
    app.after_request(_without_needless_wait)
    limiter = Limiter(
        _client,
        app=app,
        application_limits=[rate],
        headers_enabled=True,
        storage_uri="memory://",
    )
    # A browser asks with OPTIONS before it asks: that is one question.
    limiter.request_filter(lambda: request.method == "OPTIONS" or request.endpoint in _UNLIMITED)
    limiter.exempt(metrics.blueprint)
    # It names whole addresses; how many were refused is among the metrics.
    limiter.logger.disabled = True


def _client() -> str:
    """Who is counted; the limiter writes it to its log, so it has the name of the key only."""
    key = key_of_request()
    return f"{get_remote_address()} {key.name}" if key else get_remote_address()


def _without_needless_wait(response: Response) -> Response:
    """The limiter tells every client how long to wait, also those that need not."""
    if response.status_code < 400:
        response.headers.pop("Retry-After", None)
    return response
