"""A line for each request: what kind of address, how it was answered and how fast, never what was asked by whom."""

from __future__ import annotations

import ipaddress
import json
import logging
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from flask import Flask, Response, g, request

from search.settings import SettingError
from webapp.collection import generation_of_request

_LOG = logging.getLogger(__name__)

_FORMS = ("off", "text", "json")

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

#: Bits of an address that are kept: a network of 256 machines, or that of one customer (RFC 6177).
_KEPT_BITS = {4: 24, 6: 48}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer.

    `path` is the pattern of the address, such as "/articles/<path:article_id>", None where nothing is there;
    `bytes` are those of the body, None where it is not known beforehand. `generation` is that of the index
    which answered, None where none was asked; `client` the address without its last part.
    """

    time: str
    method: str
    path: str | None
    status: int
    ms: float
    bytes: int | None
    generation: str | None
    client: str | None

    def __str__(self) -> str:
        size = "-" if self.bytes is None else self.bytes
        answered = f"{self.status} {self.ms:.1f} ms {size} bytes"
        return f"{self.method} {self.path or '-'} {answered} {self.generation or '-'} {self.client or '-'}"


class JsonLines(logging.Formatter):
    """Every message as a JSON document in one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The fields of an exchange; of other messages their time, level, logger, text and traceback."""
        return json.dumps(self._document(record), ensure_ascii=False)

    def _document(self, record: logging.LogRecord) -> dict[str, object]:
        if isinstance(record.msg, Exchange):
            return asdict(record.msg)
        document: dict[str, object] = {
            "time": _iso(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        return document | ({"exception": self.formatException(record.exc_info)} if record.exc_info else {})


def configure(form: str) -> None:
    """Send the messages of this process to stderr, as lines of text or, where `form` is "json", of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter("%(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler])


def install(app: Flask) -> None:
    """Log each request, unless `config["LOG"]` is off; raises `SettingError` where it is none of off, text and json.

    To be installed first, so that the answer is logged as it leaves.
    """
    if app.config["LOG"] not in _FORMS:
        raise SettingError(f"IZDE_LOG is {app.config['LOG']!r}; write one of {', '.join(_FORMS)}")
    if app.config["LOG"] != "off":
        _LOG.setLevel(logging.INFO)
        app.before_request(_begin)
        app.after_request(_log)


def shortened(address: str | None) -> str | None:
    """The first 24 bits of an IPv4 address, the first 48 of an IPv6 address; None for what is neither."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    return str(ipaddress.ip_network((known, _KEPT_BITS[known.version]), strict=False).network_address)


def _begin() -> None:
    g.began = time.perf_counter()


def _log(response: Response) -> Response:
    size = response.content_length
    exchange = Exchange(
        time=_iso(datetime.now(UTC)),
        # A client may write anything there.
        method=request.method if request.method in _METHODS else "OTHER",
        path=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        ms=round((time.perf_counter() - g.began) * 1000, 1),
        bytes=response.calculate_content_length() if size is None else size,
        generation=generation_of_request(),
        client=shortened(request.remote_addr),
    )
    _LOG.info(exchange)
    return response


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
