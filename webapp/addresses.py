"""Addresses of static files that change with their content, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

_KEEP_S = 30 * 24 * 3600


def install(app: Flask) -> None:
    """Let static files be kept, and offer `outside_url` to templates."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _KEEP_S
    folder = Path(app.root_path) / "static"

    @app.url_defaults
    def _version(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "static":
            values.setdefault("v", digest(folder / str(values["filename"])))

    app.template_filter("outside_url")(outside_url)


def outside_url(url: str | None) -> str | None:
    """An article's own address where a browser may follow it, else None: only http and https pass."""
    try:
        scheme = urlsplit(url or "").scheme
    except ValueError:
        return None
    return url if scheme in ("http", "https") else None


@cache
def digest(file: Path) -> str:
    """What changes with the content of a file: a part of its SHA-256, read once."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]
