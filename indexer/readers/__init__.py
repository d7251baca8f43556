"""From files to articles: one module for each format.

`find` lists what a source holds, `read` gives the articles of one file. Nothing that a file holds makes
`read` raise: what could not be read comes out as an `UnreadableSource` among the articles, so that one bad
file (or one bad line) costs itself only. A format's library is imported when its first file is read.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from indexer import metadata
from indexer.errors import UnreadableSource
from search.articles import Article

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
    try:
        yield from _articles(path, source)
    except UnreadableSource as problem:
        yield problem
    except PermissionError:
        yield UnreadableSource(path, "permission denied", "give the user who runs the indexer access to it")
    except OSError as error:
        yield UnreadableSource(path, (error.strerror or str(error)).lower(), "check the file")


def _articles(path: Path, source: Path) -> Iterator[Article | UnreadableSource]:
    reader = _reader(path)
    row = metadata.sidecar(path.parent).rows.get(path.name)
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
    if path.stat().st_size == 0:
        raise _empty(path)
    module = importlib.import_module(f"indexer.readers.{_MODULES[path.suffix.lower()]}")
    reader: Callable[[Path, str], Iterator[Article | UnreadableSource]] = module.read
    return reader


def _empty(path: Path) -> UnreadableSource:
    return UnreadableSource(path, "it holds no text", "put the article in it, or remove it from the source")
