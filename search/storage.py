"""An index on disk: generations, their manifests and checksums, and the atomic switch between them.

    INDEX/CURRENT                    the name of the generation in use
    INDEX/generations/NAME/...       the files of a generation, never changed once it is current: one segment
    INDEX/generations/NAME/manifest.json
    INDEX/building.lock              held by the process that is building

A generation is made of its own segment and, where it was an update, of those of earlier generations that its manifest
names, without the articles that are gone or that a later segment has anew (a log-structured merge, O'Neil et al. 1996,
with two or a few levels).

A generation is written under its final name, flushed to disk, and becomes visible when CURRENT is
replaced: a reader finds either the old generation or the new one, whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypedDict

from search.errors import UserError

#: Changes whenever the files of a generation change their meaning.
FORMAT_VERSION = 2

_CURRENT = "CURRENT"
_GENERATIONS = "generations"
_MANIFEST = "manifest.json"
_LOCK = "building.lock"


class IndexProblem(UserError):
    """An index cannot be used; the message says which file is at fault and what to do."""


class IndexMissing(IndexProblem):
    """There is no index here yet."""


class IndexBusy(IndexProblem):
    """Another process is building this index."""


class IndexIncompatible(IndexProblem):
    """The index was built by another version, analyser or model."""


class StoredFile(TypedDict):
    """What a file of a generation was when it was written."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and what built it.

    `articles`, `passages` and `words` (of all passages) are what it answers from. `segments` are the generations whose
    segments it reads, in their order and itself as the last if it has one; `dead` are the numbers of the articles in
    them that are gone. `mean_length` is the number of words by which passages are long or short, `glossary` the
    checksum of the table of terms, "" without. `files` has every file but the manifest, by name.
    """

    generation: str
    created: str
    izde: str
    format: int
    analysis: str
    model: str
    model_fingerprint: str
    dimensions: int
    articles: int
    passages: int
    words: int
    segments: list[str]
    dead: list[int]
    mean_length: float
    glossary: str
    files: dict[str, StoredFile]


def current_generation(index: Path) -> str:
    """The name CURRENT points to; raises `IndexMissing` when nothing was ever built here."""
    try:
        return (index / _CURRENT).read_text("utf-8").strip()
    except FileNotFoundError:
        raise IndexMissing(f"there is no index in {index}; make one with: izde index SOURCE --index {index}") from None
    except (OSError, ValueError) as error:
        raise IndexProblem(f"{index / _CURRENT} cannot be read ({error}); rebuild with: izde index SOURCE") from error


def generation_path(index: Path, generation: str) -> Path:
    """The directory of a generation."""
    return index / _GENERATIONS / generation


def open_generation(path: Path) -> Manifest:
    """The manifest of the generation at `path`, whose files are all there and of the right length.

    Raises `IndexProblem` when one is not, `IndexIncompatible` when another version wrote it.
    """
    manifest = _read_manifest(path)
    for file, stored in _stored_files(path, manifest):
        if not file.is_file() or file.stat().st_size != stored["bytes"]:
            raise IndexProblem(f"{file} is missing or cut off; rebuild with: izde index SOURCE --full")
    return manifest


def segment_paths(path: Path, manifest: Manifest) -> list[Path]:
    """The directories of the segments of the generation at `path`, in their order."""
    return [path.parent / name for name in manifest.segments]


def _stored_files(path: Path, manifest: Manifest) -> Iterator[tuple[Path, StoredFile]]:
    """Every file of a generation, those of its earlier segments included, and what it was when it was written."""
    for segment in dict.fromkeys((*segment_paths(path, manifest), path)):
        files = manifest.files if segment == path else _read_manifest(segment).files
        for name, stored in files.items():
            yield segment / name, stored


def _read_manifest(path: Path) -> Manifest:
    file = path / _MANIFEST
    try:
        fields: dict[str, Any] = json.loads(file.read_text("utf-8"))
        if fields["format"] != FORMAT_VERSION:
            raise IndexIncompatible(
                f"{path} was written in index format {fields['format']}, this izde reads {FORMAT_VERSION};"
                " rebuild it with: izde index SOURCE --full"
            )
        return Manifest(**fields)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexProblem(f"{file} is damaged ({error}); rebuild with: izde index SOURCE --full") from error


@contextmanager
def building(index: Path) -> Iterator[None]:
    """Hold the index for building; raises `IndexBusy` when another process does.

    The lock goes with the process that holds it, however that ends.
    """
    index.mkdir(parents=True, exist_ok=True)
    with open(index / _LOCK, "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise IndexBusy(f"{index} is being built by {holder}; wait until it is done") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        lock.flush()
        yield


@contextmanager
def new_generation(index: Path) -> Iterator[Path]:
    """An empty directory for the next generation, named so that names sort by time; removed when the body fails."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    path = generation_path(index, name)
    path.mkdir(parents=True)
    try:
        yield path
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def discard(path: Path) -> None:
    """Remove a generation that was begun and is not needed."""
    shutil.rmtree(path, ignore_errors=True)


def seal(path: Path, **fields: Any) -> Manifest:
    """Write the manifest of a finished generation and flush all of it to disk.

    `fields` are those of `Manifest` that only the builder knows.
    """
    manifest = Manifest(
        generation=path.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        izde=package_version(),
        format=FORMAT_VERSION,
        files={
            name: {"bytes": (path / name).stat().st_size, "sha256": sha256(path / name)} for name in _file_names(path)
        },
        **fields,
    )
    (path / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1, ensure_ascii=False), "utf-8")
    for name in (*manifest.files, _MANIFEST):
        _flush(path / name)
    _flush_directories(path)
    return manifest


def switch(index: Path, generation: str) -> None:
    """Make a sealed generation the one in use, in one atomic step."""
    pointer = index / f"{_CURRENT}.{os.getpid()}"
    pointer.write_text(generation + "\n", "utf-8")
    _flush(pointer)
    os.replace(pointer, index / _CURRENT)
    _flush(index)


def prune(index: Path, after: float) -> list[str]:
    """Remove generations that are not in use, `after` seconds after their last change; answers their names.

    An unfinished generation was left by a build that was cut off: the caller holds the lock, so it goes at once.
    """
    current = current_generation(index)
    in_use = {current, *_read_manifest(generation_path(index, current)).segments}
    removed = []
    for path in sorted((index / _GENERATIONS).iterdir()):
        unfinished = not (path / _MANIFEST).exists()
        if path.name not in in_use and (unfinished or _replaced_before(index, path, after)):
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path.name)
    return removed


def verify(index: Path) -> list[str]:
    """Check every file of the current generation against its checksum; answers what is wrong, by file."""
    path = generation_path(index, current_generation(index))
    problems = []
    for file, stored in _stored_files(path, _read_manifest(path)):
        try:
            if sha256(file) != stored["sha256"]:
                problems.append(f"{file}: its content is not what was written")
        except OSError as error:
            problems.append(f"{file}: {error.strerror}")
    return problems


def package_version() -> str:
    """The version of izde that is installed, "unknown" where it runs without being installed."""
    try:
        return version("izde")
    except PackageNotFoundError:
        return "unknown"


def sha256(file: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _replaced_before(index: Path, path: Path, after: float) -> bool:
    """Whether a generation was out of use for `after` seconds: it was when a later one was made current then."""
    if after <= 0:
        return True
    later = [other for other in (index / _GENERATIONS).iterdir() if other.name > path.name]
    sealed = [(other / _MANIFEST).stat().st_mtime for other in later if (other / _MANIFEST).exists()]
    return bool(sealed) and min(sealed) < time.time() - after


def _file_names(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_directories(path: Path) -> None:
    for directory in {path, path.parent, *(child for child in path.rglob("*") if child.is_dir())}:
        _flush(directory)
