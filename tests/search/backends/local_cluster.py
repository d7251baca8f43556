"""A collection in Qdrant's in-process mode, filled as a cluster is, and failing where a test wants it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import ResponseHandlingException

from indexer.qdrant.finish import finished
from indexer.qdrant.generations import switch
from indexer.qdrant.passes import Begun, Pass, Wanted, empty_manifest
from indexer.qdrant.share import Target, index_share, records
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.files import ClusterManifest, Files
from search.backends.qdrant.store import QdrantStore
from search.encoder import Encoder
from search.engine import Engine
from search.glossary import Glossary
from tests.indexer.qdrant.memory import ADDRESS, create, share

COLLECTION = ADDRESS.collection


class Node(QdrantClient):
    """A node of a cluster in this process: what it is asked goes to `before`, which may refuse it."""

    def __init__(self, cluster: QdrantClient) -> None:
        super().__init__(":memory:")
        # Which would close itself.
        self._cluster = cluster
        self.asked: list[str] = []
        self.before: Callable[[str], None] = lambda name: None
        self._client = _Watched(self, cluster._client)  # type: ignore[assignment]

    def close(self, grpc_grace: float | None = None, **_: Any) -> None:
        """Leave the cluster to others."""

    def fail(self) -> None:
        """Answer nothing from now on."""
        self.before = _refuse

    def recover(self) -> None:
        """Answer again."""
        self.before = lambda name: None


class _Watched:
    """The in-process mode as it can be used from several threads: one at a time."""

    def __init__(self, node: Node, client: Any) -> None:
        self._node = node
        self._watched = client
        self._lock = RLock()

    def __getattr__(self, name: str) -> Any:
        self._node.asked.append(name)
        self._node.before(name)
        asked = getattr(self._watched, name)

        def one_at_a_time(*arguments: Any, **options: Any) -> Any:
            with self._lock:
                return asked(*arguments, **options)

        return one_at_a_time if callable(asked) else asked


def _refuse(name: str) -> None:
    raise ResponseHandlingException(ConnectionError("Connection refused"))


class LocalCluster:
    """A cluster of one node, with the generations that are written into it."""

    def __init__(self, cache: Path, encoder: Encoder) -> None:
        self.client = QdrantClient(":memory:")
        self.node = Node(self.client)
        self.connection = Connection([self.node], "the cluster")
        self.cache = cache
        self._encoder = encoder

    def index(
        self, source: Path, run: str = "1", generation: str = f"{COLLECTION}-1", glossary: Path | None = None
    ) -> ClusterManifest:
        """Write a generation, or one more pass over one that is there, and make it the one in use."""
        connection = Connection([self.client])
        files = Files(connection, generation)
        if not self.client.collection_exists(generation):
            create(self.client, generation)
            wanted = Wanted(COLLECTION, self._encoder, "sources", shares=1)
            files.put_manifest(empty_manifest(generation, Pass(run, "sources"), wanted))
        index_share(share(source), Target(ADDRESS, generation, run, None, full=False), connection)
        begun = Begun(generation, files.manifest(), Pass(run, "sources"), is_resumed=False)
        read = Glossary.read(glossary)[0] if glossary else None
        manifest = finished(connection, begun, list(records(files)), read)
        switch(connection, COLLECTION, generation)
        return manifest

    @property
    def store(self) -> QdrantStore:
        """The generations, of which nothing is known yet."""
        return QdrantStore(self.connection, COLLECTION, self.cache)

    def files(self, generation: str = f"{COLLECTION}-1") -> Files:
        """The files of a generation."""
        return Files(self.connection, generation)

    def engine(self) -> Engine:
        """An engine over the generation in use."""
        return self.store.newest(lambda backend: Engine(backend, self._encoder))


def write(file: Path, articles: Sequence[Mapping[str, Any]]) -> Path:
    """A .jsonl file of articles in the order of their ids, in which those of equal score come from a cluster."""
    ordered = sorted(articles, key=lambda article: str(article["id"]))
    file.write_text("\n".join(json.dumps(article, ensure_ascii=False) for article in ordered), "utf-8")
    return file
