"""From files to articles: one module for each format.

`find` lists what a source holds, `read` gives the articles of one file. Nothing that a file holds makes
`read` raise: what could not be read comes out as an `UnreadableSource` among the articles, so that one bad
file (or one bad line) costs itself only. A format's library is imported when its first file is read.
"""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from indexer import metadata
from indexer.errors import UnreadableSource
from indexer.metadata import Description
from indexer.readers import jsonl
from indexer.readers.jsonl import Lines
from search.articles import Article

__all__ = [
    "LINES",
    "SUFFIXES",
    "VERSION",
    "Lines",
    "UnreadableSource",
    "article_id",
    "check_size",
    "description",
    "find",
    "is_native",
    "parts",
    "read",
    "read_lines",
]

#: Changes whenever the same file would give other articles.
VERSION = "1"

Item = TypeVar("Item")

_MODULES = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".jsonl": "jsonl",
}

#: Formats whose files hold many articles, one a line.
LINES = (".jsonl",)

#: Formats read by libraries that are not written in Python.
_NATIVE = (".html", ".htm", ".xhtml", ".pdf", ".docx")

#: Bytes a file may have: most of a PDF or Word document is pictures. A file of lines is read line by line.
_LARGEST = {".pdf": 1 << 30, ".docx": 1 << 30, ".jsonl": 1 << 60}
_LARGEST_TEXT = 64 << 20

#: Endings of the files that can be read; capital letters are accepted too.
SUFFIXES = tuple(_MODULES)


def find(source: Path) -> list[Path]:
    """Files of `source` (a file, or a folder with its subfolders) in the order of their paths.

    Hidden files, Word's lock files, README.md and articles.csv are skipped; a folder linked to twice is
    listed once. A folder that may not be listed is in the list itself: reading it says why. Raises
    UnreadableSource where `source` does not exist.
    """
    if not os.path.lexists(source):
        raise UnreadableSource(source, "there is no such file or folder", "check the path")
    return sorted(_walk(source)) if os.path.isdir(source) else [source]


def _walk(source: Path) -> Iterator[Path]:
    folders, links = [source], list[Path]()
    seen = set[Path]()
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        if (real := folder.resolve()) in seen:
            continue
        seen.add(real)
        try:
            entries = _entries(folder)
        except OSError:
            yield folder
            continue
        for entry in entries:
            if entry.name.startswith((".", "~$")):
                continue
            if os.path.isdir(entry):
                (links if entry.is_symlink() else folders).append(entry)
            elif _is_article(entry):
                yield entry


def _entries(folder: Path) -> list[Path]:
    os.stat(f"{folder}/.")  # without the right to enter a folder its files look as if they did not exist
    return sorted(folder.iterdir())


def _is_article(path: Path) -> bool:
    if path.suffix.lower() not in SUFFIXES or path.name.lower() == "readme.md":
        return False
    return os.path.isfile(path) or path.is_symlink()


def article_id(path: Path, source: Path) -> str:
    """The path of a file relative to the source folder, without its ending; for a source file its stem."""
    relative = Path(path.name) if path == source else path.relative_to(source)
    name = relative.with_suffix("").as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def read(path: Path, source: Path) -> Iterator[Article | UnreadableSource]:
    """Articles of the file `path` of `source`, completed from `articles.csv` in its folder, and its problems.

    Never raises for what the file holds, nor for a file that cannot be opened.
    """
    yield from _told(path, lambda: _articles(path, source))


def _told(path: Path, items: Callable[[], Iterator[Item | UnreadableSource]]) -> Iterator[Item | UnreadableSource]:
    """Items, and what keeps the rest from being read."""
    try:
        yield from items()
    except UnreadableSource as problem:
        yield problem
    except PermissionError:
        yield UnreadableSource(path, "permission denied", "give the user who runs the indexer access to it")
    except OSError as error:
        yield UnreadableSource(path, (error.strerror or str(error)).lower(), "check the file")
    except MemoryError:
        raise
    except Exception as error:  # a defect met by one file must not cost the others
        yield UnreadableSource(path, f"it could not be read ({error!r})", "please report this")


def _articles(path: Path, source: Path) -> Iterator[Article | UnreadableSource]:
    reader = _reader(path)
    row = description(path)
    for item in reader(path, article_id(path, source)):
        if isinstance(item, UnreadableSource):
            yield item
        elif item.text.strip():
            yield metadata.apply(item, row) if row else item
        else:
            yield _empty(path)


def _reader(path: Path) -> Callable[[Path, str], Iterator[Article | UnreadableSource]]:
    if path.is_dir():
        raise PermissionError
    if path.suffix.lower() not in SUFFIXES:
        known = " ".join(SUFFIXES)
        raise UnreadableSource(path, "its format is not known", f"the formats read are {known}")
    check_size(path)
    if path.stat().st_size == 0:
        raise _empty(path)
    module = importlib.import_module(f"indexer.readers.{_MODULES[path.suffix.lower()]}")
    reader: Callable[[Path, str], Iterator[Article | UnreadableSource]] = module.read
    return reader


def check_size(path: Path) -> None:
    """Raise UnreadableSource for what is no regular file (a pipe or a device), or larger than its format may be."""
    found, largest = path.stat(), _LARGEST.get(path.suffix.lower(), _LARGEST_TEXT)
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableSource(path, "it is a pipe or a device", "copy what it gives into a file")
    if found.st_size > largest:
        reason = f"it has {found.st_size >> 20:,} MB, more than the {largest >> 20:,} MB of a file in its format"
        raise UnreadableSource(path, reason, "divide it into articles")


def is_native(path: Path) -> bool:
    """Whether a file is read by a library that may crash."""
    return path.suffix.lower() in _NATIVE


def parts(path: Path) -> Iterator[Lines | UnreadableSource]:
    """The lines of a file of lines, some at a time, and what keeps it from being read; never raises for that."""
    yield from _told(path, lambda: _parts(path))


def _parts(path: Path) -> Iterator[Lines | UnreadableSource]:
    _reader(path)
    yield from jsonl.parts(path)


def read_lines(path: Path, lines: Lines) -> Iterator[tuple[int, Article | UnreadableSource]]:
    """Articles and problems of some lines with their numbers, completed as `read` does."""
    row = description(path)
    for number, item in jsonl.read_lines(path, lines):
        yield number, metadata.apply(item, row) if row and isinstance(item, Article) else item


def description(path: Path) -> Description | None:
    """What `articles.csv` in the folder of a file says of it."""
    return metadata.sidecar(path.parent).rows.get(path.name)


def _empty(path: Path) -> UnreadableSource:
    return UnreadableSource(path, "it holds no text", "put the article in it, or remove it from the source")
