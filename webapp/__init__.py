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
    chart,
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

__all__ = ["create_app"]


class _Json(DefaultJSONProvider):
    """Documents keep the order of their fields, and Cyrillic stays readable."""

    ensure_ascii = False
    sort_keys = False


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """An application over the index at `config["INDEX"]`; without it the environment's settings hold.

    `config["RATE_LIMIT"]` is like "60 per minute", or "off"; `config["KEYS"]` is the path of a TOML file.
    Raises `search.settings.SettingError` for a setting that cannot be used. The index may be missing:
    pages say so until one is built.
    """
    app = Flask(__name__)
    app.json = _Json(app)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    settings = Settings.from_environment()
    app.config.from_mapping(INDEX=settings.index, RATE_LIMIT=settings.rate_limit, ORIGINS=settings.origins)
    app.config.from_mapping(KEYS=settings.keys, ORIGINALS=settings.originals)
    app.config.from_mapping(NAME=settings.name, LOGO=settings.logo)
    app.config.from_mapping(METRICS=settings.metrics, LOG=settings.log, QUERY_TIME=settings.query_time)
    app.config.from_mapping(config or {})
    access_log.install(app)
    metrics.install(app)
    for part in (compression, collection, interface, addresses, problems, embed, protection, keys, rate_limit, cors):
        part.install(app)
    templating.install(app)
    identity.install(app)
    examples.install(app)
    chart.install(app)
    app.register_blueprint(identity.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(citing.blueprint)
    app.register_blueprint(similar.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(embed.blueprint)
    app.register_blueprint(feed.blueprint)
    app.register_blueprint(oembed.blueprint)
    app.register_blueprint(opensearch.blueprint)
    return app
