"""Answers that a client has already are not sent again: entity tags and conditional requests (RFC 9110, 8.8 and 13)."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, json, jsonify, request

#: What differs between answers that say the same.
_PASSING = ("took_ms",)

_DIGITS = 24


def json_answer(document: Any, generation: str = "", mimetype: str = "application/json") -> Response:
    """The document as JSON, or status 304 where the client has it; `generation` is that of the index it comes from."""
    response = jsonify(document)
    response.mimetype = mimetype
    lasting = document
    if isinstance(document, dict):
        lasting = {name: value for name, value in document.items() if name not in _PASSING}
    return unless_known(response, generation, json.dumps(lasting))


def unless_known(response: Response, *key: str) -> Response:
    """The response with an entity tag made of `key`, or status 304 where `If-None-Match` has that tag.

    The tag is weak: answers of one tag mean the same, but may differ in bytes. Clients may keep the answer
    if they ask each time whether it still holds.
    """
    digest = hashlib.sha256("\0".join(key).encode("utf-8", "surrogatepass")).hexdigest()
    response.set_etag(digest[:_DIGITS], weak=True)
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response
