"""The generations of a collection in a Qdrant cluster."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import blake2b
from math import inf
from pathlib import Path
from typing import TypeVar

from qdrant_client import QdrantClient

from search.backends.address import QdrantAddress
from search.backends.protocol import Backend, Progress
from search.backends.qdrant.backend import QdrantBackend
from search.backends.qdrant.connection import Connection, keeps_up
from search.backends.qdrant.files import ClusterManifest, Files, in_use
from search.backends.qdrant.verification import problems
from search.index_errors import IndexMissing, IndexUnavailable
from search.settings import Settings

#: Seconds for which the cluster is not asked again which generation is in use.
FRESH_S = 1.0

#: Seconds for which the copy of a vocabulary is kept after another generation came, by those who search it still.
KEPT_S = 3600.0

#: Requests for counts at the same time.
_THREADS = 8

T = TypeVar("T")


class QdrantStore:
    """The generations of a collection. Safe to use from several threads."""

    def __init__(self, connection: Connection, collection: str, cache: Path) -> None:
        """`cache` is a directory for copies of the vocabularies."""
        self._connection = connection
        self._collection = collection
        self._cache = cache.expanduser()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="izde-counts")
        self._known = ""
        self._asked_at = -inf

    @classmethod
    def at(cls, address: QdrantAddress) -> QdrantStore:
        """The collection at an address, with the key and the cache that the environment names."""
        settings = Settings.from_environment()
        # Of many nodes the names together are too long for that of a folder.
        folder = blake2b(",".join(address.nodes).encode(), digest_size=8).hexdigest()
        return cls(Connection.open(address, settings), address.collection, settings.cache / folder)

    def current(self) -> str:
        """The name of the generation in use, as it was a second ago; raises `IndexMissing` where there is none.

        While the cluster does not answer it is the one that was known last.
        """
        if time.monotonic() > self._asked_at + FRESH_S:
            try:
                manifest = self._manifest()
                self._known = f"{manifest.generation}@{manifest.run}"
            except IndexUnavailable:
                if not self._known:
                    raise
            self._asked_at = time.monotonic()
        return self._known

    def description(self) -> ClusterManifest:
        """What the generation in use says of itself; raises `IndexProblem` where that cannot be read."""
        return self._manifest()

    def problems(self, progress: Progress) -> list[str]:
        """What of the generation in use is not as it was written, one line each; reads all of it."""
        return problems(self._connection, self._manifest().generation, progress)

    def open(self, generation: str) -> Backend:
        """The generation in use; what was in use a moment ago is no more."""
        return self._backend()

    def _backend(self) -> QdrantBackend:
        manifest = self._manifest()
        files = Files(self._connection, manifest.generation)
        folders = [files.copied(segment.name, segment.files, self._cache) for segment in manifest.segments]
        glossary = files.copied(f"glossary-{manifest.run}", manifest.glossary, self._cache)
        self._forget_others(manifest.generation)
        return QdrantBackend(self._connection, manifest, folders, glossary, self._threads)

    def _forget_others(self, generation: str) -> None:
        """Remove copies of generations that were replaced; what another process has open stays readable to it."""
        for folder in self._cache.glob(f"{self._collection}-????????T??????-*"):
            with suppress(OSError):
                if folder.name != generation and folder.stat().st_mtime < time.time() - KEPT_S:
                    shutil.rmtree(folder)

    def newest(self, opened: Callable[[Backend], T]) -> T:
        """What `opened` makes of the generation in use."""
        return opened(self._backend())

    def _manifest(self) -> ClusterManifest:
        self._connection.prefer(keeps_up)
        found = in_use(self._connection.read(QdrantClient.get_aliases), self._collection)
        if found is None:
            raise IndexMissing(
                f"there is no index {self._collection} in the cluster; make one with: izde index SOURCE --index ..."
            )
        return Files(self._connection, found).manifest()
