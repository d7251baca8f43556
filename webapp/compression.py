"""Text is sent compressed to clients that can read it so."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

#: Shorter answers fit one packet of the network anyway.
_LEAST_BYTES = 500

#: A page of results, 33 kB, becomes 7.9 kB in a millisecond; the highest level saves 25 bytes more.
_LEVEL = 6

_TEXT = frozenset(
    {
        "application/atom+xml",
        "application/json",
        "application/opensearchdescription+xml",
        "application/x-suggestions+json",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
    }
)


def install(app: Flask) -> None:
    """Compress text answers over 500 bytes with gzip, and tell caches that answers differ by `Accept-Encoding`."""
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if response.mimetype not in _TEXT and response.status_code != 304:
        return response
    response.vary.add("Accept-Encoding")
    # Only whole answers: a range counts bytes of the plain file.
    if response.status_code != 200 or not _accepted():
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) > _LEAST_BYTES:
        response.set_data(gzip.compress(plain, _LEVEL, mtime=0))
        response.content_encoding = "gzip"
        etag, _ = response.get_etag()
        if etag:
            # The same content in other bytes: no longer what a strong tag stands for.
            response.set_etag(etag, weak=True)
    return response


def _accepted() -> bool:
    wanted = request.accept_encodings
    return wanted.quality("gzip") > 0 and wanted.quality("gzip") >= wanted.quality("identity")
