"""What other sites show of the search: the script of an element, and a page for a frame."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, url_for

from webapp import reading
from webapp.collection import engine
from webapp.facets import search_url
from webapp.keys import KeyUnknown, key_of_request
from webapp.parameters import SearchRequest
from webapp.protection import policy

blueprint = Blueprint("embed", __name__)

#: Parts of the script in their order; they are sent as one module, so that one integrity covers all.
_FOLDER = Path(__file__).parent / "static" / "embed" / "izde"
_PARTS = ("strings.js", "styles.js", "passages.js", "addresses.js", "answers.js", "completions.js", "element.js")

_ALIAS_S = 3600
_FOREVER_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Script:
    """The script with the digest in its address and, as browsers compare it, `integrity`."""

    text: bytes
    digest: str
    integrity: str


def install(app: Flask) -> None:
    """Let pages of the key's origins, without a key those of `config["ORIGINS"]`, show `/embed` in a frame.

    To be called before `protection.install`, whose headers this changes.
    """
    # Registered earlier, and so run after the others.
    app.after_request(_let_frame)


@blueprint.get("/embed/izde.js")
def alias() -> Response:
    """The script as it is today."""
    return _answer(f"public, max-age={_ALIAS_S}")


@blueprint.get("/embed/izde.<digest>.js")
def version(digest: str) -> Response:
    """The script of this digest, which never changes; status 404 for any other digest."""
    if digest != script().digest:
        abort(404)
    return _answer(f"public, max-age={_FOREVER_S}, immutable")


@blueprint.get("/embed/izde.json")
def description() -> dict[str, Any]:
    """Where the present version is, with its integrity and the line of HTML that loads it."""
    # Without a scheme: behind a proxy this server does not know whether readers come by https.
    source = f"//{request.host}{url_for('embed.version', digest=script().digest)}"
    integrity = script().integrity
    tag = f'<script type="module" src="{source}" integrity="{integrity}" crossorigin="anonymous"></script>'
    return {"src": source, "integrity": integrity, "html": tag}


@blueprint.get("/embed")
def frame() -> str:
    """A field and its results for a frame on pages of other sites; the form keeps the key."""
    wanted = SearchRequest.from_arguments(request.args)
    results = wanted.answer(engine()) if wanted.q else None
    return render_template(
        "embed.html",
        search=wanted,
        results=results,
        paragraphs=reading.paragraphs,
        search_url=search_url,
        key=key_of_request(),
    )


@cache
def script() -> Script:
    """The script, read once."""
    text = b"\n".join((_FOLDER / part).read_bytes() for part in _PARTS)
    integrity = base64.b64encode(hashlib.sha384(text).digest()).decode()
    return Script(text, hashlib.sha256(text).hexdigest()[:10], f"sha384-{integrity}")


def _let_frame(response: Response) -> Response:
    """Problems are shown in the frame too, except that of an unknown key, which names no origins."""
    if request.endpoint == "embed.frame" and response.status_code != KeyUnknown.code:
        key = key_of_request()
        origins = key.origins if key else current_app.config["ORIGINS"]
        response.headers["Content-Security-Policy"] = policy(" ".join(("'self'", *origins)))
        # It can name no origins, and says the opposite.
        del response.headers["X-Frame-Options"]
    return response


def _answer(kept: str) -> Response:
    response = Response(script().text, mimetype="text/javascript")
    response.headers["Cache-Control"] = kept
    # Modules of another origin are fetched with CORS; the script is the same for everybody.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.set_etag(script().digest)
    response.make_conditional(request)
    return response
