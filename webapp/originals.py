"""Where readers find the file an article was read from, if whoever runs the site publishes the files."""

from __future__ import annotations

from urllib.parse import quote

from flask import current_app

from search.articles import Article

#: Stands for the article's id in the setting.
PLACE = "{id}"


def original_url(article: Article) -> str | None:
    """The address of an article's file on the site of `IZDE_ORIGINALS`; None without that setting.

    Izde serves no files itself. An article with an address of its own was published there, and has no other.
    """
    pattern: str | None = current_app.config.get("ORIGINALS")
    if not pattern or article.url or {".", ".."} & set(article.id.split("/")):
        return None
    return pattern.replace(PLACE, quote(article.id.lstrip("/")))
