"""A backup of an index: its generation in use, with all segments, in one file.

    backup.json                      what is in the file (see `Contents`)
    SEGMENT/manifest.json            of each segment
    SEGMENT/NAME                     the files of the manifests, with the sizes and checksums written there

The file is a plain tar archive: most of an index is vectors and packed numbers, which gzip makes three tenths smaller
at 30 MB a second. Where space matters, compress the file afterwards.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from search.errors import UserError
from search.index_errors import REMEDY, IndexProblem
from search.manifest import FILE as MANIFEST
from search.manifest import FORMAT_VERSION, Manifest
from search.storage import current_generation, directories, generation_path, open_generation

#: Called with megabytes done, megabytes in all, and the name of the file at hand.
Progress = Callable[[int, int, str], None]

CONTENTS = "backup.json"

#: How often the generation in use may be replaced and removed while its files are being opened.
_ATTEMPTS = 5

#: Files that may be open beside those of the index.
_OTHER_FILES = 64


class BackupProblem(UserError):
    """A backup cannot be made or used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: the file, its size, and what the generation in it holds."""

    file: str
    bytes: int
    generation: str
    articles: int
    passages: int
    segments: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself in its first file, `CONTENTS`.

    `format` is that of the index; `manifests` has the checksum of each segment's manifest, by the name of the
    segment; `bytes` are those of all files.
    """

    format: int
    generation: str
    manifests: dict[str, str]
    bytes: int


def back_up(index: Path, file: Path, progress: Progress = lambda done, total, name: None) -> Backup:
    """Write the generation in use to a file, which appears when it is complete.

    Holds no lock: builds go on meanwhile. All files are opened first, so that the generation may be replaced and
    removed while it is read. Raises `BackupProblem` where a file is not what its manifest says,
    `IndexMissing` or `IndexProblem` where there is no index or it is damaged.
    """
    with ExitStack() as opened:
        manifest, sources = _open_all(index, opened)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}.part")
        try:
            with open(unfinished, "xb") as stream:
                _write(stream, manifest, sources, progress)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(unfinished, file)
        finally:
            unfinished.unlink(missing_ok=True)
    return Backup(
        file=str(file),
        bytes=file.stat().st_size,
        generation=manifest.generation,
        articles=manifest.articles,
        passages=manifest.passages,
        segments=len(manifest.segments),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """A file of an index, opened: its name in the archive, and what it has to be."""

    name: str
    stream: IO[bytes]
    bytes: int
    sha256: str


def _open_all(index: Path, opened: ExitStack) -> tuple[Manifest, list[_Source]]:
    """The generation in use with all its files open."""
    for attempt in range(1, _ATTEMPTS + 1):
        generation = current_generation(index)
        try:
            path = generation_path(index, generation)
            manifest = open_generation(path)
            return manifest, list(_opened(path, manifest, opened))
        except (IndexProblem, FileNotFoundError):
            # A build that ended just now may have removed what it replaced.
            opened.close()
            if generation == current_generation(index) or attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _opened(path: Path, manifest: Manifest, opened: ExitStack) -> Iterator[_Source]:
    places = directories(path, manifest)
    documents = [(directory / MANIFEST).read_bytes() for directory in places]
    files = [json.loads(document)["files"] for document in documents]
    _allow_open_files(sum(map(len, files)) + _OTHER_FILES)
    for directory, document in zip(places, documents, strict=True):
        checksum = hashlib.sha256(document).hexdigest()
        yield _Source(f"{directory.name}/{MANIFEST}", io.BytesIO(document), len(document), checksum)
    for directory, stored in zip(places, files, strict=True):
        for name, was in stored.items():
            stream = opened.enter_context((directory / name).open("rb"))
            yield _Source(f"{directory.name}/{name}", stream, was["bytes"], was["sha256"])


def _allow_open_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _write(stream: IO[bytes], manifest: Manifest, sources: list[_Source], progress: Progress) -> None:
    total = sum(source.bytes for source in sources)
    parted = ((source.name.split("/", 1), source.sha256) for source in sources)
    manifests = {directory: checksum for (directory, name), checksum in parted if name == MANIFEST}
    contents = json.dumps(asdict(Contents(FORMAT_VERSION, manifest.generation, manifests, total))).encode()
    done = 0
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(_member(CONTENTS, len(contents)), io.BytesIO(contents))
        for source in sources:
            progress(done >> 20, total >> 20, source.name)
            hashed = _Hashed(source.stream)
            _add(archive, source, hashed)
            if hashed.hexdigest() != source.sha256:
                raise BackupProblem(f"{source.name} is not what was written; {REMEDY}, then back up")
            done += source.bytes
    progress(total >> 20, total >> 20, "")


def _add(archive: tarfile.TarFile, source: _Source, hashed: _Hashed) -> None:
    try:
        archive.addfile(_member(source.name, source.bytes), hashed)
    except OSError as error:
        if error.errno is None:  # tarfile's own word for a file that ended early
            raise BackupProblem(f"{source.name} is cut off; {REMEDY}") from None
        raise


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    return member


class _Hashed(io.RawIOBase):
    """A stream whose checksum is taken as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        self._digest.update(data)
        return data

    def hexdigest(self) -> str:
        """The checksum of what was read."""
        return self._digest.hexdigest()
