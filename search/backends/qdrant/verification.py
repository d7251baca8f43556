"""All that a generation in a cluster holds, compared with the checksums it was written with."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from qdrant_client import QdrantClient, models

from search.backends.protocol import Progress
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.files import CHUNK, ClusterManifest, Files
from search.backends.qdrant.schema import articles_of, files_of, passage_digest
from search.backends.qdrant.scrolling import Payload, pages
from search.index_errors import IndexIncompatible, IndexMissing, IndexProblem, IndexUnavailable
from search.manifest import StoredFile

#: Points read at once: passages take some kilobytes each.
_AT_ONCE = 500

#: Problems of one kind that are told one by one.
_TOLD = 20


def problems(connection: Connection, generation: str, progress: Progress = lambda done, total: None) -> list[str]:
    """What is wrong with a generation, one line each; reads all of it.

    Raises `IndexUnavailable` where the cluster does not answer, `IndexMissing` and `IndexIncompatible` where there is
    nothing that could be checked.
    """
    files = Files(connection, generation)
    try:
        manifest = files.manifest()
    except (IndexMissing, IndexIncompatible, IndexUnavailable):
        raise
    except IndexProblem as problem:
        return [str(problem)]
    check = _Check(connection, manifest, progress)
    return [
        *_limited(check.passages()),
        *_limited(check.articles()),
        *check.totals(),
        *_file_problems(files, manifest),
        *_replica_problems(connection, generation),
    ]


class _Check:
    """Passages, then articles, then their sums; memory grows by some hundred bytes for each article."""

    def __init__(self, connection: Connection, manifest: ClusterManifest, progress: Progress) -> None:
        self._connection = connection
        self._manifest = manifest
        self._progress = progress
        self._done = 0
        self._articles = 0
        self._passages: Counter[str] = Counter()
        self._digests: Counter[str] = Counter()

    def passages(self) -> Iterator[str]:
        """The passages whose content is not what was written."""
        for payload in self._payloads(self._manifest.generation, True):
            article, digest = str(payload.get("article")), passage_digest(payload)
            self._passages[article] += 1
            self._digests[article] += digest
            if digest != payload.get("digest"):
                yield f"passage {payload.get('ordinal')} of {article}: its content is not what was written"

    def articles(self) -> Iterator[str]:
        """The articles of which passages are missing, or are too many, or others than were written."""
        seen = set()
        for payload in self._payloads(articles_of(self._manifest.generation), ["id", "passages", "digest"]):
            article, expected = str(payload.get("id")), payload.get("passages")
            seen.add(article)
            if (found := self._passages[article]) != expected:
                yield f"article {article}: {found} of its passages are there, {expected} were written"
            elif f"{self._digests[article] % (1 << 64):016x}" != payload.get("digest"):
                yield f"article {article}: its passages are not what was written"
        self._articles = len(seen)
        yield from (f"article {each}: it is missing, its passages are there" for each in self._passages.keys() - seen)

    def totals(self) -> Iterator[str]:
        """In what the generation differs from its manifest."""
        manifest = self._manifest
        for name, found, expected in (
            ("articles", self._articles, manifest.articles),
            ("passages", self._passages.total(), manifest.passages),
        ):
            if found != expected:
                yield f"{manifest.generation}: {found:,} {name} are there, {expected:,} were written"
        if f"{self._digests.total() % (1 << 64):016x}" != manifest.digest:
            yield f"{manifest.generation}: its passages together are not what was written"

    def _payloads(self, place: str, fields: bool | Sequence[str]) -> Iterator[Payload]:
        for page in pages(self._connection, place, fields, at_once=_AT_ONCE):
            yield from page
            self._done += len(page)
            self._progress(self._done, max(self._done, self._manifest.passages + self._manifest.articles))


def _limited(problems: Iterator[str]) -> list[str]:
    """The first problems, and how many more there are."""
    found: list[str] = []
    more = 0
    for problem in problems:
        if len(found) < _TOLD:
            found.append(problem)
        else:
            more += 1
    return [*found, f"and {more:,} more like this"] if more else found


def _file_problems(files: Files, manifest: ClusterManifest) -> Iterator[str]:
    """The files that are not what was written."""
    folders = {segment.name: segment.files for segment in manifest.segments}
    folders[f"glossary-{manifest.run}"] = manifest.glossary
    for folder, held in folders.items():
        for name, stored in held.items():
            if _digest(files, f"{folder}/{name}", stored) != stored["sha256"]:
                yield f"{folder}/{name} of {manifest.generation}: its content is not what was written"


def _digest(files: Files, name: str, stored: StoredFile) -> str | None:
    """The sha256 of a file as it is there, None where a part of it is not."""
    digest = hashlib.sha256()
    for number in range(-(-stored["bytes"] // CHUNK)):
        chunk = files.named([f"{name}/{number}"]).get(f"{name}/{number}")
        try:
            digest.update(base64.b64decode(chunk["data"], validate=True) if chunk else b"\0")
        except (KeyError, ValueError):
            return None
    return digest.hexdigest()


def _replica_problems(connection: Connection, generation: str) -> Iterator[str]:
    """The shards of which fewer replicas are active than there should be."""
    for place in (generation, articles_of(generation), files_of(generation)):
        made = connection.read(partial(QdrantClient.get_collection, collection_name=place)).config.params
        info = connection.read(partial(QdrantClient.collection_cluster_info, collection_name=place))
        shards: list[models.LocalShardInfo | models.RemoteShardInfo] = [*info.local_shards, *info.remote_shards]
        active = Counter(each.shard_id for each in shards if each.state == models.ReplicaState.ACTIVE)
        expected = made.replication_factor or 1
        for shard in range(made.shard_number or 1):
            if active[shard] < expected:
                yield f"shard {shard} of {place}: {active[shard]} of {expected} replicas are active"
