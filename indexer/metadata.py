"""Metadata beside the files: the sidecar table `articles.csv` of a folder.

Its columns are file, title, authors, year, url, language and keywords, in any order and all but `file`
optional; authors and keywords are separated by `;`. A cell that is filled in takes the place of what the
file itself says.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from indexer import fields
from indexer.encoding import UnknownEncoding, decode
from indexer.errors import UnreadableSource
from search.articles import Article

#: Name of the table in each folder.
SIDECAR = "articles.csv"

_COLUMNS = ("file", "title", "authors", "year", "url", "language", "keywords")


@dataclass(frozen=True, slots=True)
class Description:
    """What a row of the table says of one file; empty where the cell is empty."""

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    url: str | None = None
    language: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The table of one folder: descriptions by file name, and the rows that could not be used."""

    rows: dict[str, Description]
    problems: tuple[UnreadableSource, ...] = ()


def apply(article: Article, description: Description) -> Article:
    """The article with every field that `description` fills in."""
    return replace(
        article,
        title=description.title or article.title,
        authors=description.authors or article.authors,
        year=description.year or article.year,
        url=description.url or article.url,
        language=description.language or article.language,
        keywords=description.keywords or article.keywords,
    )


def problems(paths: Iterable[Path]) -> list[UnreadableSource]:
    """Problems of the tables in the folders of these files, each table once."""
    folders = sorted({path.parent for path in paths})
    return [problem for folder in folders for problem in sidecar(folder).problems]


def sidecar(folder: Path) -> Sidecar:
    """The table of a folder; an empty one where the folder has none. Bad rows become its problems."""
    path = folder / SIDECAR
    try:
        return _sidecar(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return Sidecar({})
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Sidecar({}, (UnreadableSource(path, reason, "give the indexer access to it"),))


@lru_cache(maxsize=64)
def _sidecar(path: Path, modified_ns: int) -> Sidecar:
    try:
        table = _table(path)
    except UnreadableSource as problem:
        return Sidecar({}, (problem,))
    rows: dict[str, Description] = {}
    bad: list[UnreadableSource] = []
    try:
        for row in table:
            name = row.get("file") or ""
            if problem_found := _problem(path, row, rows):
                bad.append(UnreadableSource(path, *problem_found, line=table.line_num))
            else:
                rows[name] = _description(row)
    except csv.Error as error:
        bad.append(UnreadableSource(path, str(error), "close every quote that was opened", line=table.line_num))
    return Sidecar(rows, tuple(bad))


def _table(path: Path) -> csv.DictReader[str]:
    try:
        text = decode(path.read_bytes())
    except UnknownEncoding as error:
        raise UnreadableSource(path, "it is not text in a known encoding", "save it in UTF-8") from error
    first = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), skipinitialspace=True)
    columns = [name.strip().lower() for name in table.fieldnames or ()]
    if "file" not in columns or not set(columns) <= set(_COLUMNS):
        known = ", ".join(_COLUMNS)
        raise UnreadableSource(path, f"its columns are {', '.join(columns)}", f"they have to be of {known}", 1)
    table.fieldnames = columns
    return table


def _problem(path: Path, row: dict[str, str], rows: dict[str, Description]) -> tuple[str, str] | None:
    """Reason and remedy where a row cannot be used."""
    name = row.get("file")
    if None in row or None in row.values():
        return "the row has not as many cells as the first", "quote cells that hold a comma"
    if not name:
        return "the row names no file", "fill in its column file"
    if name in rows:
        return f"{name} has a row already", "keep one of the two"
    if not _is_file(path.parent / name):
        return f"there is no file {name} in this folder", "correct the name or remove the row"
    if row.get("year") and fields.year(row["year"]) is None:
        return f"{row['year']!r} is no year", "write it in four digits"
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any file's
        return False


def _description(row: dict[str, str]) -> Description:
    return Description(
        title=fields.line(row.get("title")),
        authors=fields.names(row.get("authors")),
        year=fields.year(row.get("year")),
        url=fields.line(row.get("url")) or None,
        language=fields.language(row.get("language")),
        keywords=fields.keywords(row.get("keywords")),
    )
