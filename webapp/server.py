"""The production server: waitress, with plain words when it is ready and when it cannot start."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from waitress.proxy_headers import proxy_headers_middleware
from waitress.server import create_server

from search.errors import UserError
from search.index_errors import IndexProblem
from search.settings import Settings
from webapp import access_log, configuration, create_app
from webapp.collection import engine
from webapp.examples import in_collection
from webapp.metrics import SENDER_UNKNOWN
from webapp.serving import Serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_EVERYWHERE = ("0.0.0.0", "::", "*", "")

#: An address of 10,000 Cyrillic letters is 60 kB; longer ones are refused with status 431.
_HEADERS_BYTES = 128 * 1024

#: Nothing here is asked with a body; larger ones are refused with status 413 before they are sent.
_BODY_BYTES = 16 * 1024

#: Connections at once, most of them idle: those of browsers stay open for the next page. Below the 1,024 files that a
#: process may have open where nobody said otherwise.
_CONNECTIONS = 800

#: Seconds that an idle connection is kept; nginx and Caddy let go of theirs after 60 and 120.
_IDLE_S = 75
_CLEANUP_S = 5

_LAST_PORT = 65_535

#: What a reverse proxy tells of the reader's connection, and is believed where it is trusted.
_PROXY_HEADERS = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}

#: What shows that a request was passed on by a proxy.
_PASSED_ON = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA"}

#: A query whose words are analysed in every language.
_IN_ALL_LANGUAGES = "издөө іздеу поиск search"


class ServerProblem(UserError):
    """The server cannot listen at the wanted address; the message says what to do."""


def serve(settings: Settings) -> None:
    """Answer requests until told to stop, and finish those at hand; says on stderr where the page is.

    Raises `ServerProblem` where the address cannot be had, `SettingError` for a bad setting.
    """
    access_log.configure(settings.log)
    app = create_app(configuration(settings))
    sockets: dict[int, Any] = {}
    port = _listen(app, settings, sockets)
    _warm(app)
    serving = Serving(sockets)
    serving.heed_signals()
    url = address(settings.host, port)
    print(f"Izde is ready at {url} (Ctrl+C stops it)", file=sys.stderr, flush=True)
    if cut_off := serving.run():
        print(f"{cut_off} requests took too long and were cut off", file=sys.stderr, flush=True)


def address(host: str, port: int) -> str:
    """The URL to open in a browser on this machine."""
    name = "localhost" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


def _listen(app: Flask, settings: Settings, sockets: dict[int, Any]) -> int:
    """Listen where the settings say; answers the port. What listens is added to the sockets."""
    # The system would silently take a larger number for another port.
    if not 0 <= settings.port <= _LAST_PORT:
        raise ServerProblem(f"port {settings.port} does not exist; choose one from 0 to {_LAST_PORT} with --port")
    try:
        server = create_server(
            _behind_proxy(app, settings.trusted_proxy),
            map=sockets,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident="izde",
            max_request_header_size=_HEADERS_BYTES,
            max_request_body_size=_BODY_BYTES,
            connection_limit=_CONNECTIONS,
            channel_timeout=_IDLE_S,
            cleanup_interval=_CLEANUP_S,
            clear_untrusted_proxy_headers=False,
        )
    except (OSError, ValueError) as error:
        raise ServerProblem(_reason(error, settings)) from error
    if hasattr(server, "effective_port"):
        return int(server.effective_port)
    return int(server.effective_listen[0][1])


def _behind_proxy(app: WSGIApplication, trusted: str | None) -> WSGIApplication:
    """The application, told what the trusted proxy says of the reader, and where another one hides who asks."""
    believing = proxy_headers_middleware(
        app,
        trusted_proxy=trusted,
        trusted_proxy_headers=_PROXY_HEADERS if trusted else set(),
        clear_untrusted=True,
    )

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if trusted not in ("*", environ["REMOTE_ADDR"]) and not _PASSED_ON.isdisjoint(environ):
            environ[SENDER_UNKNOWN] = True
        answer: Iterable[bytes] = believing(environ, start_response)
        return answer

    return application


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
            in_collection()
        except IndexProblem as problem:
            print(f"{problem}\nThe pages will say so until an index is there.", file=sys.stderr, flush=True)
