"""What other sites are told to show for the address of a search (oEmbed 1.0, https://oembed.com)."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, abort, current_app, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from webapp.keys import key_of_request
from webapp.messages import gettext
from webapp.parameters import ParameterProblem, SearchRequest, read_number, read_text

blueprint = Blueprint("oembed", __name__)

#: Lowest, highest and default value in pixels; by default a frame is 600 wide and high.
_SIZES = {"maxwidth": (1, 100_000, 600), "maxheight": (1, 100_000, 600)}

_CACHE_S = 3600

_IFRAME = Markup(
    '<iframe src="{src}" title="{title}" width="{width}" height="{height}" loading="lazy"'
    ' referrerpolicy="strict-origin"></iframe>'
)


@blueprint.get("/oembed")
def rich() -> dict[str, Any]:
    """A frame with the answer to a saved search.

    Status 404 for an address that is not one of a search here, 501 for a form other than JSON, 400 for a size out of
    its range.
    """
    if (read_text(request.args, "format") or "json") != "json":
        abort(501)
    arguments = _arguments(read_text(request.args, "url"))
    width, height = (min(_SIZES[name][2], _size(name)) for name in _SIZES)
    title = gettext("Search the articles") + f": {arguments['q']}"
    # Without a scheme: the frame is fetched as the page around it is.
    source = f"//{request.host}{url_for('embed.frame')}?{urlencode(_with_key(arguments))}"
    return {
        "version": "1.0",
        "type": "rich",
        "provider_name": current_app.config["NAME"],
        "provider_url": url_for("pages.start", _external=True),
        "title": title,
        "html": _IFRAME.format(src=source, title=title, width=width, height=height),
        "width": width,
        "height": height,
        "cache_age": _CACHE_S,
    }


def _arguments(address: str) -> dict[str, str]:
    """The parameters of the search at an address, with the language of the page; status 404 for any other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        abort(404)
    here = (request.host, f"{request.root_path}/search")
    if parts.scheme not in ("http", "https") or (parts.netloc.lower(), parts.path) != here:
        abort(404)
    given = MultiDict(parse_qsl(parts.query))
    try:
        wanted = SearchRequest.from_arguments(given)
    except ParameterProblem:
        abort(404)
    if not wanted.q:
        abort(404)
    return wanted.arguments() | ({"ui": given["ui"]} if "ui" in given else {})


def _size(name: str) -> int:
    return cast(int, read_number(request.args, name, _SIZES))


def _with_key(arguments: dict[str, str]) -> dict[str, str]:
    key = key_of_request()
    return arguments | ({"key": key.key} if key else {})
