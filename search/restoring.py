"""Bringing a backup back: everything is unpacked beside the index and verified before it is put to use.

A backup may come from anywhere: a name in it is taken only if the manifests in it, whose checksums come first, have
that file at that size; links, devices and names that lead elsewhere are refused.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from search.backup import CONTENTS, BackupProblem, Contents, Progress
from search.index_errors import IndexIncompatible, IndexMissing, IndexProblem
from search.lock import building
from search.manifest import FILE as MANIFEST
from search.manifest import FORMAT_VERSION, Manifest, read_manifest
from search.storage import (
    GENERATION_NAME,
    current_generation,
    discard,
    flush,
    generation_path,
    new_generation,
    sha256,
    switch,
)
from search.verification import damaged_files

#: Bytes of a list of contents or a manifest, more than which neither ever has.
_LARGEST_DOCUMENT = 16 * 2**20

_AT_ONCE = 2**20


@dataclass(frozen=True, slots=True)
class Restored:
    """An index that was restored; `replaced` is the generation that was in use before, None where there was none."""

    index: str
    generation: str
    replaced: str | None
    articles: int
    passages: int
    segments: int


def restore(
    file: Path, index: Path, *, force: bool = False, progress: Progress = lambda done, total, name: None
) -> Restored:
    """Bring the generation of a backup into an index and make it the one in use, in one step, once it is verified.

    Raises `BackupProblem` for a file that is no whole backup, and where the index has a later generation, unless
    `force`; `IndexIncompatible` for one of another index format, `IndexBusy` while a build is at work.
    The index then stays as it was.
    """
    with _archive(file) as archive:
        contents = _contents(archive, file)
        with building(index):
            replaced = _replaced(index, contents, force)
            with new_generation(index) as unpacked:
                _Unpacking(archive, file, unpacked, contents).run(progress)
                manifest = _verified(unpacked, contents, file)
                _take_in(index, unpacked, contents)
                switch(index, manifest.generation)
            discard(unpacked)
    return Restored(
        index=str(index),
        generation=manifest.generation,
        replaced=replaced,
        articles=manifest.articles,
        passages=manifest.passages,
        segments=len(manifest.segments),
    )


@contextmanager
def _archive(file: Path) -> Iterator[tarfile.TarFile]:
    """The archive in a file, to be read once from its beginning to its end."""
    with open(file, "rb") as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                yield archive
        except tarfile.TarError as error:
            raise BackupProblem(f"{file} is no whole backup ({error}); take another one") from error


def _contents(archive: tarfile.TarFile, file: Path) -> Contents:
    member = archive.next()
    if member is None or member.name != CONTENTS:
        raise BackupProblem(f"{file} is no backup of an index; make one with: izde backup FILE")
    fields = _fields(_read(archive, member), file, member.name)
    if fields.get("format") != FORMAT_VERSION:
        raise IndexIncompatible(
            f"{file} has an index of format {fields.get('format')}, this izde reads {FORMAT_VERSION};"
            " restore it with the izde that made it, or build anew with: izde index SOURCE"
        )
    # Whatever is of another type than it should be.
    with suppress(TypeError, AttributeError):
        contents = Contents(**fields)
        names = contents.manifests.keys()
        if contents.generation in names and all(map(GENERATION_NAME.fullmatch, names)) and contents.bytes >= 0:
            return contents
    raise _damaged(file, CONTENTS)


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """A document of the archive; nothing for what is none."""
    stream = archive.extractfile(member) if _is_plain(member) and member.size <= _LARGEST_DOCUMENT else None
    return stream.read() if stream else b""


def _fields(document: bytes, file: Path, name: str) -> dict[str, Any]:
    try:
        fields = json.loads(document)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise _damaged(file, name)
    return fields


def _sizes(document: bytes, file: Path, name: str) -> dict[str, int]:
    """The files that a manifest has, with their sizes."""
    # Whatever is of another type than it should be.
    with suppress(AttributeError, KeyError, TypeError):
        stored = _fields(document, file, name)["files"]
        if all(map(_is_inside, stored)):
            return {each: was["bytes"] for each, was in stored.items()}
    raise _damaged(file, name)


def _replaced(index: Path, contents: Contents, force: bool) -> str | None:
    """The generation in use, which has to be no later than that of the backup."""
    try:
        current = current_generation(index)
    except IndexMissing:
        return None
    except IndexProblem:
        if force:
            return None
        raise
    if current > contents.generation and not force:
        raise BackupProblem(
            f"{index} has generation {current}, which is later than {contents.generation} of the backup;"
            " restore all the same with --force"
        )
    return current


class _Unpacking:
    """Writes the files of an archive below `place` as an index of its own."""

    def __init__(self, archive: tarfile.TarFile, file: Path, place: Path, contents: Contents) -> None:
        self._archive = archive
        self._file = file
        self._place = place
        self._contents = contents
        #: Files still to come, with their sizes.
        self._awaited: dict[str, int] = {}
        self._manifests = {f"{name}/{MANIFEST}": checksum for name, checksum in contents.manifests.items()}

    def run(self, progress: Progress) -> None:
        """Write everything; raises `BackupProblem` for what does not belong there or is missing."""
        done = 0
        while member := self._archive.next():
            progress(done >> 20, self._contents.bytes >> 20, member.name)
            if member.name in self._manifests:
                self._write_manifest(member)
            elif _is_plain(member) and self._awaited.pop(member.name, None) == member.size:
                self._write(member)
            else:
                raise BackupProblem(f"{self._file}: {member.name!r} does not belong into a backup; take another one")
            done += member.size
        if missing := sorted((*self._manifests, *self._awaited)):
            raise BackupProblem(f"{self._file} is cut off, {missing[0]} is not in it; take another one")
        progress(done >> 20, done >> 20, "")

    def _write_manifest(self, member: tarfile.TarInfo) -> None:
        document, checksum = _read(self._archive, member), self._manifests.pop(member.name)
        if hashlib.sha256(document).hexdigest() != checksum:
            raise _damaged(self._file, member.name)
        directory = member.name.partition("/")[0]
        sizes = _sizes(document, self._file, member.name)
        self._awaited.update({f"{directory}/{name}": size for name, size in sizes.items()})
        path = self._path(member)
        path.write_bytes(document)
        flush(path)

    def _write(self, member: tarfile.TarInfo) -> None:
        source = self._archive.extractfile(member)
        assert source is not None
        path = self._path(member)
        with open(path, "xb") as target:
            shutil.copyfileobj(source, target, _AT_ONCE)
        flush(path)

    def _path(self, member: tarfile.TarInfo) -> Path:
        path = generation_path(self._place, member.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _is_plain(member: tarfile.TarInfo) -> bool:
    return member.isreg() and not member.issparse()


def _is_inside(name: str) -> bool:
    """Whether a name stays in its directory."""
    parts = PurePosixPath(name).parts
    return bool(parts) and "\0" not in name and not {"/", "..", MANIFEST} & set(parts) and "/".join(parts) == name


def _damaged(file: Path, name: str) -> BackupProblem:
    return BackupProblem(f"{file}: {name} is not what was backed up; take another backup")


def _verified(unpacked: Path, contents: Contents, file: Path) -> Manifest:
    """The manifest of what was unpacked, all of which is what was backed up."""
    path = generation_path(unpacked, contents.generation)
    try:
        manifest = read_manifest(path)
        if not {manifest.generation, *manifest.segments} <= contents.manifests.keys():
            raise _damaged(file, MANIFEST)
        problems = damaged_files(path)
    except (IndexProblem, KeyError, TypeError) as error:
        raise _damaged(file, MANIFEST) from error
    if problems:
        raise BackupProblem(f"{file}: {problems[0].removeprefix(f'{path.parent}/')}; take another backup")
    return manifest


def _take_in(index: Path, unpacked: Path, contents: Contents) -> None:
    """Move each directory to its place; those that are there already and whole stay, as they may be in use."""
    for name in contents.manifests:
        new, place = generation_path(unpacked, name), generation_path(index, name)
        if _is_same(new, place):
            continue
        if place.exists():
            place.rename(unpacked / f"replaced-{name}")
        flush(new)
        new.rename(place)
    flush(unpacked.parent)


def _is_same(new: Path, place: Path) -> bool:
    names = [file.relative_to(new) for file in new.rglob("*") if file.is_file()]
    return all((place / name).is_file() and sha256(place / name) == sha256(new / name) for name in names)
