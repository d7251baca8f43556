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

import hashlib
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from search.index_errors import REMEDY, IndexIncompatible, IndexMissing, IndexProblem
from search.manifest import FILE as MANIFEST
from search.manifest import FORMAT_VERSION, Manifest, StoredFile, read_manifest, write_manifest

#: The file that names the generation in use.
CURRENT = "CURRENT"
_NEXT = "CURRENT.next"
_GENERATIONS = "generations"

#: Times a generation is replaced and pruned while it is being opened, before that is taken for damage.
_REPLACED = 10

#: What generations are called: the time they were begun at, in UTC, with millionths of a second.
GENERATION_NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{6}")

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


def current_generation(index: Path) -> str:
    """The name CURRENT points to; raises `IndexMissing` when nothing was ever built here."""
    file = index / CURRENT
    try:
        name = file.read_text("utf-8").strip()
    except FileNotFoundError:
        raise IndexMissing(f"there is no index in {index}; make one with: izde index SOURCE --index {index}") from None
    except (OSError, ValueError) as error:
        raise IndexProblem(f"{file} cannot be read ({error}); {REMEDY}") from error
    if not GENERATION_NAME.fullmatch(name):
        raise IndexProblem(f"{file} is damaged (it names no generation); rebuild with: izde index SOURCE")
    return name


def open_newest(index: Path, opened: Callable[[Path], T]) -> T:
    """What `opened` makes of the generation in use, or where that is damaged of the newest other that is whole.

    `opened` raises `IndexProblem` for a damaged generation. That another one answers is logged as a warning. Raises
    `IndexMissing` when nothing was built yet, and the first problem when no generation is whole.
    """
    current, problem = "", IndexProblem(f"{index} is being replaced too fast to be opened; try again")
    for _ in range(_REPLACED):
        try:
            current = current_generation(index)
            return opened(generation_path(index, current))
        except (IndexMissing, IndexIncompatible):
            raise
        except IndexProblem as error:
            problem = error
        if not is_replaced(index, current):
            break
    for path in reversed(_generations(index)):
        if path.name != current:
            with suppress(IndexProblem):
                older = opened(path)
                _LOG.warning("%s (the generation %s answers meanwhile)", problem, path.name)
                return older
    raise problem


def is_replaced(index: Path, generation: str) -> bool:
    """Whether another generation is in use."""
    with suppress(IndexProblem):
        return current_generation(index) != generation
    return False


def generation_path(index: Path, generation: str) -> Path:
    """The directory of a generation."""
    return index / _GENERATIONS / generation


def open_generation(path: Path) -> Manifest:
    """The manifest of the generation at `path`, whose files are all there and of the right length.

    Raises `IndexProblem` when one is not, `IndexIncompatible` when another version wrote it.
    """
    manifest = read_manifest(path)
    for segment in directories(path, manifest):
        for name, stored in files_of(segment, path, manifest).items():
            if not _has_size(segment / name, stored["bytes"]):
                raise IndexProblem(f"{segment / name} is missing or cut off; {REMEDY}")
    return manifest


def segment_paths(path: Path, manifest: Manifest) -> list[Path]:
    """The directories of the segments of the generation at `path`, in their order."""
    return [path.parent / name for name in manifest.segments]


def directories(path: Path, manifest: Manifest) -> list[Path]:
    """The directories of a generation's segments, and its own."""
    return list(dict.fromkeys((*segment_paths(path, manifest), path)))


def files_of(segment: Path, path: Path, manifest: Manifest) -> dict[str, StoredFile]:
    """What was stored in one of the directories of the generation at `path`, whose manifest is given."""
    return manifest.files if segment == path else read_manifest(segment).files


def _has_size(file: Path, size: int) -> bool:
    try:
        return file.is_file() and file.stat().st_size == size
    except OSError as error:
        raise IndexProblem(f"{file} cannot be read ({error.strerror}); mend its permissions, or {REMEDY}") from error


@contextmanager
def new_generation(index: Path) -> Iterator[Path]:
    """An empty directory for the next generation, named so that names sort by time; removed when the body fails.

    What a build that was cut off has left is removed first: the caller holds the lock. Raises `IndexProblem` where
    the files cannot be written.
    """
    _remove_leftovers(index)
    path = generation_path(index, f"{datetime.now(UTC):%Y%m%dT%H%M%S-%f}")
    try:
        path.mkdir(parents=True)
        yield path
    except OSError as error:
        file = _unwritten(path, error)
        shutil.rmtree(path, ignore_errors=True)
        if file is None:
            raise
        raise IndexProblem(
            f"{file} cannot be written ({error.strerror or error}); the index stays as it was. Make room on the disk"
            " or mend the permissions, then index again"
        ) from error
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def _unwritten(path: Path, error: OSError) -> Path | None:
    """The file of a generation that could not be written, None where it is another file that is at fault."""
    if isinstance(error.filename, str | Path):
        file = Path(error.filename)
        return file if file.is_relative_to(path) or path.is_relative_to(file) else None
    # numpy does not say which: the one written to last.
    files = [each for each in path.rglob("*") if each.is_file()]
    return max(files, key=lambda each: each.stat().st_mtime_ns, default=path)


def _remove_leftovers(index: Path) -> None:
    """Remove generations that were begun and not finished, or finished and never made current."""
    (index / _NEXT).unlink(missing_ok=True)
    try:
        current = current_generation(index)
        keep = _needed(index, [current])
    except IndexMissing:
        current, keep = "", set()
    except IndexProblem:
        # Which were current cannot be told; one of them may be answering.
        return
    for path in _generations(index):
        if path.name not in keep and (path.name > current or not (path / MANIFEST).exists()):
            discard(path)


def discard(path: Path) -> None:
    """Remove a generation that is not needed."""
    # Without its manifest it is unfinished: one that is removed by half is never taken for whole.
    with suppress(OSError):
        (path / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def seal(path: Path, **fields: Any) -> Manifest:
    """Flush all files of a finished generation to disk, then its manifest.

    `fields` are those of `Manifest` that only the builder knows.
    """
    names = _file_names(path)
    manifest = Manifest(
        generation=path.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        izde=package_version(),
        format=FORMAT_VERSION,
        files={name: {"bytes": (path / name).stat().st_size, "sha256": sha256(path / name)} for name in names},
        **fields,
    )
    for name in names:
        flush(path / name)
    for directory in {(path / name).parent for name in names} - {path}:
        flush(directory)
    # Only now: after a power failure, where there is a manifest there are the files.
    write_manifest(path, manifest)
    for each in (path / MANIFEST, path, path.parent, path.parent.parent):
        flush(each)
    return manifest


def switch(index: Path, generation: str) -> None:
    """Make a sealed generation the one in use, in one atomic step."""
    pointer = index / _NEXT
    try:
        pointer.write_text(generation + "\n", "utf-8")
        flush(pointer)
        os.replace(pointer, index / CURRENT)
        for directory in (index, index.absolute().parent):
            flush(directory)
    except OSError as error:
        raise IndexProblem(
            f"{index / CURRENT} cannot be replaced ({error.strerror}); make room on the disk or mend the permissions,"
            " then index again"
        ) from error


def prune(index: Path, after: float) -> list[str]:
    """Remove generations that are not in use, `after` seconds after they were replaced; answers their names.

    Those whose segments a generation that stays reads, stay too. An unfinished generation was left by a build that
    was cut off: the caller holds the lock, so it goes at once.
    """
    generations = _generations(index)
    current = current_generation(index)
    staying = [
        path.name for path in generations if (path / MANIFEST).exists() and not _replaced_before(index, path, after)
    ]
    needed = _needed(index, [current, *staying])
    removed = [path for path in generations if path.name not in needed]
    for path in removed:
        discard(path)
    return [path.name for path in removed if not path.exists()]


def _needed(index: Path, generations: list[str]) -> set[str]:
    """Some generations, and those whose segments they read."""
    needed = set(generations)
    for name in generations:
        with suppress(IndexProblem):
            needed.update(read_manifest(generation_path(index, name)).segments)
    return needed


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
    sealed = [(other / MANIFEST).stat().st_mtime for other in later if (other / MANIFEST).exists()]
    return bool(sealed) and min(sealed) < time.time() - after


def _generations(index: Path) -> list[Path]:
    """The directories of all generations, oldest first."""
    try:
        return sorted((index / _GENERATIONS).iterdir())
    except OSError:
        return []


def _file_names(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


def flush(path: Path) -> None:
    """Have the disk keep what a file holds, or which files a directory does."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
