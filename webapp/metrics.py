"""Figures for Prometheus: how much is asked, how fast it is answered, and what the index in use holds."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator
from datetime import datetime
from typing import cast

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from search.backends import store
from search.backends.protocol import Store
from search.errors import UserError
from search.manifest import Description
from search.settings import SettingError

blueprint = Blueprint("metrics", __name__)

#: Set in the environment of a request that a proxy passed on whose word is not taken: who asks is not known.
SENDER_UNKNOWN = "izde.sender_unknown"

_AUDIENCES = ("off", "private", "all")

#: This machine, and the networks of RFC 1918, 3927, 4193 and 4291 that the internet cannot reach.
_PRIVATE = [
    ipaddress.ip_network(each)
    for each in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
]

#: Upper bounds in seconds: most answers take between 5 and 50 ms.
_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

_REFUSED = 429


class _Figures:
    """The counts of one process; labels have names of endpoints and statuses, never what was asked."""

    def __init__(self, collection: Store) -> None:
        self.registry = CollectorRegistry()
        labels = ("endpoint", "status")
        self.requests = Counter("izde_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "izde_request_seconds",
            "Seconds from a request's arrival to its answer.",
            ("endpoint",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.open = Gauge("izde_open_requests", "Requests being answered.", registry=self.registry)
        self.refused = Counter("izde_rate_limited", "Requests refused by the rate limit.", registry=self.registry)
        self.registry.register(_IndexCollector(collection))
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)


class _IndexCollector(Collector):
    """What the generation in use says of itself, read anew for each answer."""

    def __init__(self, collection: Store) -> None:
        self._collection = collection

    def describe(self) -> list[Metric]:
        """Nothing: the index need not be there yet when the figures are registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Whether the index can be read, and what it holds if so."""
        try:
            found = self._collection.description()
        except (UserError, OSError):
            yield GaugeMetricFamily("izde_index_up", "1 where the index can be read, else 0.", 0)
            return
        yield GaugeMetricFamily("izde_index_up", "1 where the index can be read, else 0.", 1)
        yield from _described(found)


def _described(found: Description) -> Iterator[Metric]:
    names = {"generation": found.generation, "izde": found.izde, "model": found.model}
    yield InfoMetricFamily("izde_index", "The generation in use and what built it.", names)
    for name, meaning, value in (
        ("created_timestamp_seconds", "When the generation was built.", _timestamp(found.created)),
        ("articles", "Articles.", found.articles),
        ("passages", "Passages.", found.passages),
        ("words", "Words in all passages.", found.words),
        ("segments", "Segments the generation is read from.", len(found.segments)),
    ):
        yield GaugeMetricFamily(f"izde_index_{name}", meaning, value)


def _timestamp(created: str) -> float:
    return datetime.fromisoformat(created).timestamp()


def install(app: Flask) -> None:
    """Count requests and give the figures at `/metrics`, to whom `config["METRICS"]` says: off, private or all.

    To be installed before what may refuse a request. Raises `SettingError` for another value.
    """
    if app.config["METRICS"] not in _AUDIENCES:
        raise SettingError(f"IZDE_METRICS is {app.config['METRICS']!r}; write one of {', '.join(_AUDIENCES)}")
    app.register_blueprint(blueprint)
    if app.config["METRICS"] == "off":
        return
    app.extensions["izde.metrics"] = _Figures(store(app.config["INDEX"]))
    app.before_request(_arrived)
    app.after_request(_answered)
    app.teardown_request(_left)


@blueprint.get("/metrics")
def metrics() -> Response:
    """The figures in the text format of Prometheus or in OpenMetrics; status 404 for those they are not for."""
    if not _is_for_sender():
        abort(404)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(_figures().registry), content_type=content_type)


def _is_for_sender() -> bool:
    audience = current_app.config["METRICS"]
    if audience != "private":
        return bool(audience == "all")
    return SENDER_UNKNOWN not in request.environ and _is_private(request.remote_addr or "")


def _is_private(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in _PRIVATE)


def _figures() -> _Figures:
    return cast(_Figures, current_app.extensions["izde.metrics"])


def _arrived() -> None:
    g.arrived = time.perf_counter()
    _figures().open.inc()


def _answered(response: Response) -> Response:
    figures, endpoint = _figures(), request.endpoint or "none"
    figures.requests.labels(endpoint, str(response.status_code)).inc()
    figures.seconds.labels(endpoint).observe(time.perf_counter() - g.arrived)
    if response.status_code == _REFUSED:
        figures.refused.inc()
    return response


def _left(error: BaseException | None) -> None:
    if "arrived" in g:
        _figures().open.dec()
