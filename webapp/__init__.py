"""The web pages and the JSON API of Izde: a Flask application over `search`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from search.settings import Settings
from webapp import (
    addresses,
    api,
    citing,
    collection,
    compression,
    cors,
    embed,
    feed,
    interface,
    opensearch,
    pages,
    problems,
    protection,
    rate_limit,
)

__all__ = ["create_app"]


class _Json(DefaultJSONProvider):
    """Documents keep the order of their fields, and Cyrillic stays readable."""

    ensure_ascii = False
    sort_keys = False


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """An application over the index at `config["INDEX"]`; without it the environment's settings hold.

    `config["RATE_LIMIT"]` is like "60 per minute", or "off". Raises `search.settings.SettingError`
    for a setting that cannot be used. The index may be missing: pages say so until one is built.
    """
    app = Flask(__name__)
    app.json = _Json(app)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    settings = Settings.from_environment()
    app.config.from_mapping(INDEX=settings.index, RATE_LIMIT=settings.rate_limit, ORIGINS=settings.origins)
    app.config.from_mapping(config or {})
    for part in (compression, collection, interface, addresses, problems, protection, rate_limit, cors):
        part.install(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(citing.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(embed.blueprint)
    app.register_blueprint(feed.blueprint)
    app.register_blueprint(opensearch.blueprint)
    return app
