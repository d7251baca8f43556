"""Messages in the language of the interface."""

from __future__ import annotations

import flask_babel


def gettext(message: str, **values: object) -> str:
    """A message of the catalogues with `%(name)s` filled in; the English one is its key."""
    return str(flask_babel.gettext(message, **values))
