"""The face of a collection: its name, and its logo where it has one of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from flask import Blueprint, Flask, Response, abort, current_app, url_for

from search.settings import SettingError

blueprint = Blueprint("identity", __name__)

#: Bytes of a logo, fewer than which it has to have: it is part of every first visit.
LARGEST_LOGO = 200_000

#: An SVG file is a document: whoever opens it by its address must not run what is in it.
LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

#: The name the software gives itself; it means "search!" in Kyrgyz and Kazakh.
DEFAULT_NAME = "izde"

_SHORT_NAME = 16
_LONG_NAME = 5
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}svg"
_KEEP = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Logo:
    """An image as it is sent; `digest` changes with its content and is part of its address."""

    data: bytes
    mimetype: str
    digest: str

    @property
    def url(self) -> str:
        """Its address on this site."""
        return url_for("identity.logo", digest=self.digest)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a collection calls itself, and its logo; None stands for that of the software."""

    name: str
    logo: Logo | None

    @property
    def short_name(self) -> str:
        """The name in 16 characters at most, as OpenSearch 1.1 wants it."""
        return self.name[:_SHORT_NAME].rstrip()

    @property
    def is_long(self) -> bool:
        """Whether the name needs smaller letters to fit into the margin."""
        return len(self.name) > _LONG_NAME

    @property
    def language(self) -> str | None:
        """The language of the name, None where it is not known."""
        return "ky" if self.name == DEFAULT_NAME else None


def install(app: Flask) -> None:
    """Offer `identity` to templates, after `NAME` and `LOGO`; raises `SettingError` for a logo that cannot be used."""
    file = app.config["LOGO"]
    identity = Identity(app.config["NAME"], read_logo(Path(file)) if file else None)
    app.extensions["izde.identity"] = identity
    app.context_processor(lambda: {"identity": identity})


def read_logo(file: Path) -> Logo:
    """The logo in a file, its type known by its content; raises `SettingError`."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_LOGO)
    except OSError as error:
        raise SettingError(f"IZDE_LOGO names {str(file)!r}, which cannot be read: {error.strerror}") from error
    if len(data) == LARGEST_LOGO:
        size = f"{LARGEST_LOGO // 1000} kB or more"
        raise SettingError(f"IZDE_LOGO names {str(file)!r}, which has {size}; make it smaller")
    mimetype = _mimetype(data)
    if mimetype is None:
        raise SettingError(f"IZDE_LOGO names {str(file)!r}, which is neither an SVG nor a PNG image")
    return Logo(data, mimetype, hashlib.sha256(data).hexdigest()[:16])


@blueprint.get("/logo/<digest>")
def logo(digest: str) -> Response:
    """The logo of the collection; status 404 where it has none, or another by now."""
    identity: Identity = current_app.extensions["izde.identity"]
    if identity.logo is None or digest != identity.logo.digest:
        abort(404)
    response = Response(identity.logo.data, mimetype=identity.logo.mimetype)
    response.headers["Content-Security-Policy"] = LOGO_POLICY
    response.headers["Cache-Control"] = _KEEP
    return response


def _mimetype(data: bytes) -> str | None:
    if data.startswith(_PNG):
        return "image/png"
    try:
        return "image/svg+xml" if ElementTree.fromstring(data).tag == _SVG else None
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
