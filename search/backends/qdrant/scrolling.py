"""All points of a collection, or those of a filter, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from qdrant_client import QdrantClient, models

from search.backends.qdrant.connection import Connection

#: Points read at once, unless they are large.
AT_ONCE = 1_000

Payload = dict[str, Any]


def pages(
    connection: Connection,
    collection: str,
    fields: Sequence[str] | bool,
    selected: models.Filter | None = None,
    at_once: int = AT_ONCE,
) -> Iterator[list[Payload]]:
    """Some fields of the payloads of points, with True all of them, as they are read."""
    scroll = partial(
        QdrantClient.scroll,
        collection_name=collection,
        scroll_filter=selected,
        limit=at_once,
        with_payload=fields if isinstance(fields, bool) else list(fields),
    )
    offset: models.ExtendedPointId | None = None
    while True:
        records, offset = connection.read(partial(scroll, offset=offset))
        yield [record.payload or {} for record in records]
        if offset is None:
            return


def payloads(
    connection: Connection, collection: str, fields: Sequence[str], selected: models.Filter | None = None
) -> Iterator[Payload]:
    """Some fields of the payloads of points."""
    for page in pages(connection, collection, fields, selected):
        yield from page
