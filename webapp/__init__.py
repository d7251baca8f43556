"""The web pages and the JSON API of Izde: a Flask application over `search`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from search.settings import Settings
from webapp import (
    access_log,
    addresses,
    api,
    citing,
    collection,
    compression,
    cors,
    embed,
    examples,
    feed,
    identity,
    interface,
    keys,
    metrics,
    oembed,
    opensearch,
    pages,
    problems,
    protection,
    rate_limit,
    similar,
    templating,
)

__all__ = ["configuration", "create_app"]

#: What has a part in requests, as each meets it when it arrives; answers pass through them the other way round.
#: Log and figures are first, so that they take the time of all and have the answer as it leaves, refused or compressed.
#: `embed` changes what `protection` has set; `rate_limit` and `cors` go by what `keys` has found out.
#: Those after `cors` only offer something to templates, in any order.
_PARTS = (
    access_log,
    metrics,
    compression,
    collection,
    interface,
    addresses,
    problems,
    embed,
    protection,
    keys,
    rate_limit,
    cors,
    templating,
    identity,
    examples,
)

_WITH_ADDRESSES = (identity, pages, citing, similar, api, embed, feed, oembed, opensearch)


class _Json(DefaultJSONProvider):
    """Documents keep the order of their fields, and Cyrillic stays readable."""

    ensure_ascii = False
    sort_keys = False


def configuration(settings: Settings) -> dict[str, Any]:
    """The part of the settings that is for the application, by the names that `create_app` takes."""
    return {
        "INDEX": settings.index,
        "RATE_LIMIT": settings.rate_limit,
        "ORIGINS": settings.origins,
        "KEYS": settings.keys,
        "ORIGINALS": settings.originals,
        "NAME": settings.name,
        "LOGO": settings.logo,
        "METRICS": settings.metrics,
        "LOG": settings.log,
        "QUERY_TIME": settings.query_time,
    }


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """An application over the index at `config["INDEX"]`; what the config does not say, the environment's settings do.

    `config["RATE_LIMIT"]` is like "60 per minute", or "off"; `config["KEYS"]` is the path of a TOML file.
    Raises `search.settings.SettingError` for a setting that cannot be used. The index may be missing:
    pages say so until one is built.
    """
    app = Flask(__name__)
    app.json = _Json(app)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.config.from_mapping(configuration(Settings.from_environment()))
    app.config.from_mapping(config or {})
    for part in _PARTS:
        part.install(app)
    for part in _WITH_ADDRESSES:
        app.register_blueprint(part.blueprint)
    return app
