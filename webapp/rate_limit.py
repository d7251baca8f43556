"""How often one client may ask."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import parse_many

from search.settings import SettingError

#: Endpoints that are never refused: files a page needs, and the check a supervisor makes.
_UNLIMITED = ("static", "api.health", "embed.alias", "embed.version", "embed.description")


def install(app: Flask) -> None:
    """Refuse a client over `RATE_LIMIT` with status 429; counts are kept in this process.

    Raises `SettingError` for a limit that cannot be read.
    """
    rate = str(app.config["RATE_LIMIT"]).strip()
    if rate.lower() == "off":
        return
    # Registered before the limiter's own, and so run after it.
    app.after_request(_without_needless_wait)
    limiter = Limiter(
        get_remote_address,
        app=app,
        application_limits=[_readable(rate)],
        headers_enabled=True,
        storage_uri="memory://",
    )
    # A browser asks with OPTIONS before it asks: that is one question.
    limiter.request_filter(lambda: request.method == "OPTIONS" or request.endpoint in _UNLIMITED)


def _without_needless_wait(response: Response) -> Response:
    """The limiter tells every client how long to wait, also those that need not."""
    if response.status_code < 400:
        response.headers.pop("Retry-After", None)
    return response


def _readable(rate: str) -> str:
    try:
        parse_many(rate)
    except ValueError:
        raise SettingError(
            f'IZDE_RATE_LIMIT is {rate!r}; write it like "300 per minute", or "off" for no limit'
        ) from None
    return rate
