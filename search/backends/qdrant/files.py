"""The manifest and the files of a generation, in chunks in a collection, and a copy of them on this machine."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from qdrant_client import models
from qdrant_client.http.exceptions import UnexpectedResponse

from search.backends.qdrant.connection import Connection, is_missing
from search.backends.qdrant.schema import SCHEMA_VERSION, files_of, point_id
from search.backends.qdrant.scrolling import pages
from search.index_errors import IndexIncompatible, IndexMissing, IndexProblem
from search.manifest import Description, StoredFile
from search.storage import sha256

#: Bytes of a chunk of a file: with what encoding adds, an eighth of what Qdrant takes at once.
CHUNK = 3 << 20

_MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that came into a generation together, with the passages that hold them; `files` by their names."""

    name: str
    passages: int
    files: dict[str, StoredFile]


@dataclass(frozen=True, slots=True)
class ClusterManifest(Description):
    """The description of a generation in a cluster.

    `generation` is the name of the collection of passages. `segments` are those of the vocabulary. `shares` is into how
    many the sources are dealt, `run` the latest pass over them; `is_complete` turns true when the first is done.
    `sources` tells which sources it is made from. `digest` is the sum of those of all passages, modulo 2 to the 64th,
    in hexadecimal.
    """

    segments: list[Segment]
    schema: int
    glossary: dict[str, StoredFile]
    digest: str
    sources: str
    shares: int
    run: str
    is_complete: bool


def in_use(aliases: models.CollectionsAliasesResponse, collection: str) -> str | None:
    """The generation that the name of an index stands for, None where it stands for nothing."""
    return next((each.collection_name for each in aliases.aliases if each.alias_name == collection), None)


class Files:
    """The files of one generation, given the name of its collection of passages."""

    def __init__(self, connection: Connection, generation: str) -> None:
        self._connection = connection
        self._generation = generation
        self._collection = files_of(generation)

    def manifest(self) -> ClusterManifest:
        """The manifest; raises `IndexMissing` where there is none, `IndexIncompatible` for one of another version."""
        try:
            payload = self._payload(_MANIFEST)
        except UnexpectedResponse as error:
            if is_missing(error):
                raise IndexMissing(f"{self._generation} is not there; make it with: izde index SOURCE") from None
            raise
        if payload is None:
            raise IndexMissing(f"{self._generation} has no manifest; make it anew with: izde index SOURCE --full")
        text = str(payload.get("text"))
        if hashlib.sha256(text.encode()).hexdigest() != payload.get("sha256"):
            raise IndexProblem(f"the manifest of {self._generation} is damaged; rebuild with: izde index SOURCE --full")
        fields = json.loads(text)
        if fields.get("schema") != SCHEMA_VERSION:
            raise IndexIncompatible(
                f"{self._generation} was written in schema {fields.get('schema')}, this izde reads {SCHEMA_VERSION};"
                " rebuild it with: izde index SOURCE --full"
            )
        segments = [Segment(**each) for each in fields.pop("segments")]
        return ClusterManifest(**fields, segments=segments)

    def put_manifest(self, manifest: ClusterManifest) -> None:
        """Write the manifest in one step."""
        text = json.dumps(asdict(manifest), ensure_ascii=False)
        self.put({_MANIFEST: {"text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}})

    def upload(self, folder: Path, segment: str) -> dict[str, StoredFile]:
        """Write all files of a folder under the name of a segment; answers their sizes and checksums."""
        stored = {}
        for file in sorted(each for each in folder.iterdir() if each.is_file()):
            for number, chunk in enumerate(_chunks(file)):
                data = base64.b64encode(chunk).decode("ascii")
                self.put({f"{segment}/{file.name}/{number}": {"segment": segment, "data": data}})
            stored[file.name] = StoredFile(bytes=file.stat().st_size, sha256=sha256(file))
        return stored

    def copied(self, segment: str, files: dict[str, StoredFile], cache: Path) -> Path:
        """The folder in a cache with the files of a segment, which are fetched where they are not there, or cut off.

        Raises `IndexProblem` where what is fetched is not what was written.
        """
        folder = cache / self._generation / segment
        if folder.exists() and not _is_whole(folder, files):
            # After a power cut files may be cut off; whoever has them open reads on.
            shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            unfinished = Path(mkdtemp(prefix=f".{segment}-", dir=folder.parent))
            try:
                for name, stored in files.items():
                    self._download(f"{segment}/{name}", unfinished / name, stored)
                # Another process may have been faster: its copy is as good.
                if not folder.exists():
                    os.replace(unfinished, folder)
            except OSError:
                if not folder.exists():
                    raise
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
        return folder

    def put(self, payloads: dict[str, dict[str, Any]]) -> None:
        """Write payloads under names, in place of what was there."""
        points = [
            models.PointStruct(id=point_id(name), vector={}, payload={"name": name, **payload})
            for name, payload in payloads.items()
        ]
        self._connection.write(lambda client: client.upsert(self._collection, points, wait=True))

    def named(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The payloads under some names, of those that are there."""
        ids = [point_id(name) for name in names]
        found = self._connection.read(lambda client: client.retrieve(self._collection, ids, with_payload=True))
        return {record.payload["name"]: record.payload for record in found if record.payload}

    def of_kind(self, kind: str, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Some fields of all payloads whose `kind` is this."""
        wanted = models.Filter(must=[models.FieldCondition(key="kind", match=models.MatchValue(value=kind))])
        # A payload may have megabytes, of which the server reads all.
        for page in pages(self._connection, self._collection, fields, wanted, at_once=256):
            yield from filter(None, page)

    def _payload(self, name: str) -> dict[str, Any] | None:
        return self.named([name]).get(name)

    def _download(self, name: str, file: Path, stored: StoredFile) -> None:
        with open(file, "wb") as stream:
            for number in range(-(-stored["bytes"] // CHUNK)):
                chunk = self._payload(f"{name}/{number}")
                if chunk is None:
                    raise IndexProblem(f"{name} of {self._generation} is cut off; rebuild it with: izde index --full")
                stream.write(_decoded(chunk["data"]))
        if sha256(file) != stored["sha256"]:
            raise IndexProblem(f"{name} of {self._generation} is not what was written; rebuild with: izde index --full")


def _is_whole(folder: Path, files: dict[str, StoredFile]) -> bool:
    """Whether the files in a folder are there, with the sizes they should have."""
    try:
        return all((folder / name).stat().st_size == each["bytes"] for name, each in files.items())
    except OSError:
        return False


def _decoded(data: str) -> bytes:
    """The content of a chunk; what is no chunk at all is nothing, and found out by its checksum."""
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        return b""


def _chunks(file: Path) -> Iterator[bytes]:
    with open(file, "rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk
