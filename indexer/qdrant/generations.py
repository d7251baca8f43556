"""The generations of a collection in a cluster: made, found by their names, switched to, removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from search.backends.qdrant.connection import Connection, is_missing
from search.backends.qdrant.files import in_use
from search.backends.qdrant.schema import (
    ARTICLE_INDEXES,
    PASSAGE_INDEXES,
    articles_of,
    files_of,
    sparse_vectors_config,
    vectors_config,
)
from search.errors import UserError
from search.index_errors import IndexProblem
from search.storage import GENERATION_NAME

#: The oldest Qdrant that can be written to: the lock of a build needs updates that depend on what is there.
OLDEST = (1, 16)

#: Segments of a shard while it is written. Qdrant merges the three smallest of more: with two it would copy all there
#: is again and again.
_SEGMENTS_WRITTEN = 16

_KEYWORD = models.PayloadSchemaType.KEYWORD


@dataclass(frozen=True, slots=True)
class Layout:
    """Into how many shards a collection is divided, and on how many nodes each of them is."""

    shards: int
    replicas: int

    @property
    def acknowledging(self) -> int:
        """Replicas that have to take a write for it to count: half of them, so that a node may be down."""
        return (self.replicas + 1) // 2


def check_version(connection: Connection) -> None:
    """Raise `IndexProblem` for a server that is too old."""
    version = connection.read(QdrantClient.info).version
    numbers = tuple(map(int, re.findall(r"[0-9]+", version)[:2]))
    if numbers < OLDEST:
        raise IndexProblem(f"the cluster runs Qdrant {version}; izde needs {'.'.join(map(str, OLDEST))} or later")


def nodes(connection: Connection) -> int:
    """How many nodes the cluster has."""
    status = connection.write(QdrantClient.cluster_status)
    return len(getattr(status, "peers", None) or [0])


def layout(connection: Connection, shards: int | None, replicas: int | None) -> Layout:
    """The layout that was asked for: without, a shard for each node, on two nodes where there are two.

    Raises `UserError` for more replicas than there are nodes.
    """
    available = nodes(connection)
    if replicas and replicas > available:
        raise UserError(f"--replicas {replicas} needs as many nodes; the cluster has {available}")
    return Layout(shards or available, replicas or min(2, available))


def layout_of(connection: Connection, generation: str) -> Layout:
    """The layout a generation was made with."""
    made = connection.write(lambda client: client.get_collection(generation)).config.params
    return Layout(made.shard_number or 1, made.replication_factor or 1)


def new_name(collection: str) -> str:
    """A name for a new generation; names sort by time."""
    return f"{collection}-{time_name()}"


def time_name() -> str:
    """The time, in UTC, as it stands in names."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S-%f}"


def generations(connection: Connection, collection: str) -> list[str]:
    """All generations of a collection, also those that are not whole, oldest first."""
    pattern = re.compile(rf"{re.escape(collection)}-{GENERATION_NAME.pattern}")
    held = connection.write(QdrantClient.get_collections).collections
    return sorted(each.name for each in held if pattern.fullmatch(each.name))


def current(connection: Connection, collection: str) -> str | None:
    """The generation in use; raises `IndexProblem` where the name is that of something else."""
    named = in_use(connection.write(QdrantClient.get_aliases), collection)
    if named is None and connection.write(lambda client: client.collection_exists(collection)):
        raise IndexProblem(f"{collection} is a collection that izde did not make; choose another name for the index")
    return named


def create(connection: Connection, generation: str, dimensions: int, layout: Layout) -> None:
    """Make the empty collections of a generation; those that are there already stay as they are."""
    shared: dict[str, Any] = {
        "replication_factor": layout.replicas,
        "write_consistency_factor": layout.acknowledging,
        "on_disk_payload": True,
    }
    _create(
        connection,
        generation,
        PASSAGE_INDEXES,
        vectors_config=vectors_config(dimensions),
        # Until all is written (see `settling`).
        hnsw_config=models.HnswConfigDiff(m=0),
        sparse_vectors_config=sparse_vectors_config(),
        shard_number=layout.shards,
        **shared,
    )
    # Made with so many, all would be there from the beginning, and empty.
    many = models.OptimizersConfigDiff(default_segment_number=_SEGMENTS_WRITTEN)
    connection.write(lambda client: client.update_collection(generation, optimizers_config=many))
    articles = articles_of(generation)
    _create(connection, articles, ARTICLE_INDEXES, vectors_config={}, shard_number=layout.shards, **shared)
    files = {"kind": _KEYWORD, "segment": _KEYWORD}
    _create(connection, files_of(generation), files, vectors_config={}, shard_number=1, **shared)


def _create(connection: Connection, name: str, indexes: Mapping[str, Any], **config: Any) -> None:
    create_collection(connection, name, **config)
    for field, kind in indexes.items():
        index = partial(QdrantClient.create_payload_index, collection_name=name, field_name=field, field_schema=kind)
        connection.write(index)


def create_collection(connection: Connection, name: str, **config: Any) -> None:
    """Make a collection where there is none of this name."""

    def call(client: QdrantClient) -> None:
        try:
            if not client.collection_exists(name):
                client.create_collection(name, **config)
        except UnexpectedResponse as error:
            # Another process was faster, or the first attempt was carried out and not answered.
            if error.status_code != 409:
                raise

    connection.write(call)


def switch(connection: Connection, collection: str, generation: str) -> None:
    """Make a generation the one in use, in one atomic step."""
    before = current(connection, collection)
    if before == generation:
        return
    gone = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=collection))
    named = models.CreateAlias(collection_name=generation, alias_name=collection)
    actions: list[models.AliasOperations] = [
        *([gone] if before else []),
        models.CreateAliasOperation(create_alias=named),
    ]
    connection.write(lambda client: client.update_collection_aliases(actions))
    if current(connection, collection) != generation:
        raise IndexProblem(f"the cluster did not make {generation} the one in use; index again")


def remove(connection: Connection, generation: str) -> None:
    """Remove the collections of a generation; what is removed by half is still found by its name."""
    for name in (files_of(generation), articles_of(generation), generation):
        connection.write(partial(_delete, name=name))


def remove_others(connection: Connection, collection: str, kept: Iterable[str]) -> None:
    """Remove all generations of a collection but some."""
    for each in set(generations(connection, collection)) - set(kept):
        remove(connection, each)


def _delete(client: QdrantClient, name: str) -> None:
    try:
        client.delete_collection(name)
    except UnexpectedResponse as error:
        if not is_missing(error):
            raise
