"""Messages in the language of the interface."""

from __future__ import annotations

from typing import cast

import flask_babel
from babel.support import NullTranslations
from flask import Flask, g


def install(app: Flask) -> None:
    """Let templates ask the catalogue as `gettext` does; to be called when Flask-Babel is there."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: _catalogue().ugettext(message),
        lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
    )


def gettext(message: str, **values: object) -> str:
    """A message of the catalogues with `%(name)s` filled in; the English one is its key."""
    text = str(_catalogue().ugettext(message))
    return text % values if values else text


def _catalogue() -> NullTranslations:
    """That of the request's language, looked up once: a page of results has 300 messages."""
    known = g.get("catalogue")
    if known is None:
        known = g.catalogue = flask_babel.get_translations()
    return cast(NullTranslations, known)
