"""A generation in Qdrant's in-process mode, with faults where a test wants them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qdrant_client import QdrantClient

from indexer import readers
from indexer.qdrant.share import Share, ShareRecord, Target, index_share
from search.backends.address import QdrantAddress
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.files import Files
from search.backends.qdrant.schema import articles_of, files_of, sparse_vectors_config, vectors_config

GENERATION = "izde-20260101T000000-000000"
ADDRESS = QdrantAddress(("127.0.0.1:1",), "izde")

#: Dimensions of the embedded model.
DIMENSIONS = 512


class Struck(BaseException):
    """A worker ended, as if it was killed."""


class Client:
    """A client whose writes are counted, and where a test wants it, fail."""

    def __init__(self, client: QdrantClient, strike: Callable[[int], None] = lambda number: None) -> None:
        self._client = client
        self._strike = strike
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def upsert(self, *arguments: Any, **named: Any) -> Any:
        self._count()
        return self._client.upsert(*arguments, **named)

    def delete(self, *arguments: Any, **named: Any) -> Any:
        self._count()
        return self._client.delete(*arguments, **named)

    def _count(self) -> None:
        self.writes += 1
        self._strike(self.writes)


def create(client: QdrantClient, generation: str = GENERATION) -> None:
    """Make the three collections of a generation."""
    client.create_collection(
        generation, vectors_config=vectors_config(DIMENSIONS), sparse_vectors_config=sparse_vectors_config()
    )
    client.create_collection(articles_of(generation), vectors_config={})
    client.create_collection(files_of(generation), vectors_config={})


class Memory:
    """An empty generation."""

    def __init__(self) -> None:
        self.client = QdrantClient(":memory:")
        create(self.client)

    @property
    def files(self) -> Files:
        return Files(Connection([self.client]), GENERATION)

    def index(
        self,
        source: Path,
        run: str = "1",
        *,
        number: int = 0,
        full: bool = False,
        client: Client | None = None,
        **options: Any,
    ) -> ShareRecord:
        """Index all files of a source as one share."""
        target = Target(ADDRESS, GENERATION, run, None, full)
        connection = Connection([client or self.client])  # type: ignore[list-item]
        return index_share(share(source, number), target, connection, **options)

    def passages(self) -> dict[str, dict[str, Any]]:
        """All passages by their names, with their vectors."""
        return {
            f"{point.payload['article']}#{point.payload['ordinal']}": {
                "id": point.id,
                "vectors": point.vector,
                **point.payload,
            }
            for point in self.client.scroll(GENERATION, limit=100_000, with_vectors=True)[0]
            if point.payload
        }

    def articles(self) -> dict[str, dict[str, Any]]:
        """All articles by their ids."""
        found = self.client.scroll(articles_of(GENERATION), limit=100_000)[0]
        return {point.payload["id"]: point.payload for point in found if point.payload}


def share(source: Path, number: int = 0) -> Share:
    """All files of a source as one share."""
    files = tuple((file, source) for file in readers.find(source))
    return Share(number, files, sum(file.stat().st_size for file, _ in files))


def write_articles(file: Path, articles: Sequence[dict[str, Any]]) -> Path:
    """Write a .jsonl file."""
    file.write_text("\n".join(json.dumps(article, ensure_ascii=False) for article in articles), "utf-8")
    return file
