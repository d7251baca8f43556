"""The production server: waitress, with plain words when it is ready and when it cannot start."""

from __future__ import annotations

import errno
import logging
import signal
import sys
from typing import Any, NoReturn

from flask import Flask
from waitress.server import create_server

from search.errors import UserError
from search.settings import Settings
from search.storage import IndexProblem
from webapp import create_app
from webapp.collection import engine
from webapp.examples import in_collection
from webapp.pages import EXAMPLES

_EVERYWHERE = ("0.0.0.0", "::", "*", "")

#: An address of 10,000 Cyrillic letters is 60 kB; longer ones are refused with status 431.
_HEADERS_BYTES = 128 * 1024

_LAST_PORT = 65_535

#: What a reverse proxy tells of the reader's connection, and is believed where it is trusted.
_PROXY_HEADERS = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}

#: A query whose words are analysed in every language.
_IN_ALL_LANGUAGES = "издөө іздеу поиск search"


class ServerProblem(UserError):
    """The server cannot listen at the wanted address; the message says what to do."""


def serve(settings: Settings) -> None:
    """Answer requests until interrupted; says on stderr where the page is.

    Raises `ServerProblem` where the address cannot be had, `SettingError` for a bad setting.
    """
    logging.basicConfig(format="%(levelname)s: %(message)s")
    app = create_app({"INDEX": settings.index, "RATE_LIMIT": settings.rate_limit})
    server = _listening(app, settings)
    _warm(app)
    url = address(settings.host, server.effective_port)
    print(f"Izde is ready at {url} (Ctrl+C stops it)", file=sys.stderr, flush=True)
    signal.signal(signal.SIGTERM, _stop)
    server.run()


def address(host: str, port: int) -> str:
    """The URL to open in a browser on this machine."""
    name = "localhost" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


def _listening(app: Flask, settings: Settings) -> Any:
    # The system would silently take a larger number for another port.
    if not 0 <= settings.port <= _LAST_PORT:
        raise ServerProblem(f"port {settings.port} does not exist; choose one from 0 to {_LAST_PORT} with --port")
    try:
        return create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident="izde",
            max_request_header_size=_HEADERS_BYTES,
            trusted_proxy=settings.trusted_proxy,
            trusted_proxy_headers=_PROXY_HEADERS if settings.trusted_proxy else set(),
            clear_untrusted_proxy_headers=True,
        )
    except (OSError, ValueError) as error:
        raise ServerProblem(_reason(error, settings)) from error


def _reason(error: Exception, settings: Settings) -> str:
    place = f"{settings.host}:{settings.port}"
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"{place} is in use by another program; choose another port with --port"
    if number == errno.EACCES:
        return f"{place} may not be used by this user; choose a port above 1023 with --port"
    return f"cannot listen at {place} ({error}); check --host and --port"


def _warm(app: Flask) -> None:
    """Open the index, load the tables of all languages and choose examples before a reader has to wait for them.

    A missing index is told and may come later.
    """
    with app.app_context():
        try:
            engine().search(_IN_ALL_LANGUAGES)
            in_collection(EXAMPLES)
        except IndexProblem as problem:
            print(f"{problem}\nThe pages will say so until an index is there.", file=sys.stderr, flush=True)


def _stop(*_: object) -> NoReturn:
    raise SystemExit(0)
