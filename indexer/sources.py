"""Which files an index was made from, so that those that are still the same need not be read again."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from indexer import readers
from indexer.errors import UnreadableSource
from indexer.preparation import PREPARATION_VERSION
from search.storage import package_version

#: Name of the table in a generation.
SOURCES = "sources.json"

#: A file changed less than this long before it was read may have changed again within the same tick of its clock.
_UNSURE_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """Size in bytes and time of the last change of a regular file, and when the two were looked at."""

    size: int
    modified_ns: int
    seen_ns: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What was read from a file.

    `named` is the id its path gives it, `described` the digest of its row of articles.csv, `articles` are the ids it
    has in the index; `renamed` has those that differ from what the source says, with that; `problems` are as told.
    """

    size: int
    modified_ns: int
    seen_ns: int
    sha256: str
    named: str
    described: str
    articles: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class Sources:
    """The files of an index by their absolute paths."""

    def __init__(self, files: dict[str, SourceFile] | None = None) -> None:
        self.files = files or {}

    @classmethod
    def read(cls, path: Path) -> Sources:
        """The table of the generation at `path`, an empty one where it has none made by this version."""
        try:
            return cls.loads((path / SOURCES).read_text("utf-8"))
        except (OSError, ValueError):
            return cls()

    @classmethod
    def loads(cls, text: str) -> Sources:
        """The table that `dumps` wrote, an empty one where it was not this version that did."""
        try:
            table: dict[str, Any] = json.loads(text)
            if table["made_by"] != _versions():
                return cls()
            return cls({name: SourceFile(**entry) for name, entry in table["files"].items()})
        except (ValueError, KeyError, TypeError):
            return cls()

    def write(self, path: Path) -> None:
        """Write the table of the generation at `path`."""
        (path / SOURCES).write_text(self.dumps(), "utf-8")

    def dumps(self) -> str:
        """The table as text."""
        files = {name: asdict(entry) for name, entry in self.files.items()}
        return json.dumps({"made_by": _versions(), "files": files}, indent=0)

    def get(self, path: Path, source: Path, stamp: Stamp | None) -> SourceFile | None:
        """What is known of a file, if it can be the same: it has the size, the name and the row it had."""
        entry = self.files.get(absolute(path))
        if entry is None or stamp is None:
            return None
        here = (stamp.size, readers.article_id(path, source), description_digest(path))
        return entry if here == (entry.size, entry.named, entry.described) else None


def is_surely_same(entry: SourceFile, stamp: Stamp) -> bool:
    """Whether the time of its last change alone says that a file is the same."""
    return stamp.modified_ns == entry.modified_ns < entry.seen_ns - _UNSURE_NS


def is_same(entry: SourceFile, stamp: Stamp, path: Path) -> bool:
    """Whether a file is the same, if need be by its checksum."""
    return is_surely_same(entry, stamp) or checksum(path) == entry.sha256


def stamp_of(path: Path) -> Stamp | None:
    """Size and time of a file that can be read, None for another."""
    try:
        readers.check_size(path)
        found = path.stat()
    except (OSError, UnreadableSource):
        return None
    return Stamp(found.st_size, found.st_mtime_ns, time.time_ns())


def checksum(path: Path) -> str | None:
    """The sha256 of a file that can be read, None for another."""
    try:
        readers.check_size(path)
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, UnreadableSource):
        return None


def description_digest(path: Path) -> str:
    """A digest of what articles.csv says of a file."""
    return hashlib.sha256(repr(readers.description(path)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def absolute(path: Path) -> str:
    """The path by which a file is known whatever the working directory."""
    return str(path.absolute())


def _versions() -> list[str]:
    return [package_version(), readers.VERSION, PREPARATION_VERSION]
