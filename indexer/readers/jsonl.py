"""JSON lines: one article a line, as {"id", "title", "text", ...}."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from indexer import fields
from indexer.errors import UnreadableSource
from search.articles import Article

#: Bytes a line may have, its end included.
LONGEST_LINE = 64 << 20

#: Bytes of lines that are given out together, where there is more than one.
AT_ONCE = 256 << 10

_EXPECTED = '{"id": "...", "title": "...", "text": "..."}'


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a file that follow one another; `first` is the number of the first, from 1."""

    first: int
    lines: Sequence[bytes]

    @property
    def size(self) -> int:
        """Bytes of all the lines."""
        return sum(map(len, self.lines))


def read(path: Path, article_id: str) -> Iterator[Article | UnreadableSource]:
    """Each line's article, with the id it has there; a line that gives none comes out as its problem."""
    for part in parts(path):
        if isinstance(part, UnreadableSource):
            yield part
        else:
            yield from (item for _, item in read_lines(path, part))


def parts(path: Path) -> Iterator[Lines | UnreadableSource]:
    """All lines in order, some at a time; one longer than `LONGEST_LINE` comes out as its problem.

    Raises UnreadableSource for a file in UTF-16.
    """
    first, lines, size = 1, list[bytes](), 0
    with path.open("rb") as file:
        for number in count(1):
            line = file.readline(LONGEST_LINE + 1)
            if number == 1 and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise UnreadableSource(path, "it is in UTF-16", "save it in UTF-8")
            is_long = len(line) > LONGEST_LINE
            if lines and (is_long or not line or size + len(line) > AT_ONCE):
                yield Lines(first, tuple(lines))
                first, lines, size = number, [], 0
            if not line:
                return
            if is_long:
                _skip_rest(line, file)
                yield UnreadableSource(
                    path, f"the line is longer than {LONGEST_LINE >> 20} MB", "divide the article", number
                )
                first = number + 1
            else:
                lines.append(line)
                size += len(line)


def read_lines(path: Path, lines: Lines) -> Iterator[tuple[int, Article | UnreadableSource]]:
    """The article or the problem of each line that is not blank, with its number."""
    for number, line in enumerate(lines.lines, start=lines.first):
        if not line.strip():
            continue
        try:
            yield number, _article(line.removeprefix(codecs.BOM_UTF8))
        except _BadLine as error:
            yield number, UnreadableSource(path, str(error), error.remedy, number)


def _skip_rest(line: bytes, file: BinaryIO) -> None:
    """Read on to the end of a line whose beginning was read."""
    while line and not line.endswith(b"\n"):
        line = file.readline(AT_ONCE)


class _BadLine(ValueError):
    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


def _article(line: bytes) -> Article:
    record = _record(line)
    return Article(
        id=_identity(record),
        title=fields.line(record.get("title")),
        text=_text(record),
        authors=fields.names(record.get("authors")),
        year=_year(record),
        url=fields.line(record.get("url")) or None,
        keywords=fields.keywords(record.get("keywords")),
        language=fields.language(record.get("language")),
    )


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8").rstrip())
    except UnicodeDecodeError as error:
        raise _BadLine("the line is not in UTF-8", "save the file in UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _BadLine(f"the line is no JSON ({error})", f"write one article a line, {_EXPECTED}") from error
    if not isinstance(record, dict):
        raise _BadLine("the line is no JSON object", f"write {_EXPECTED}")
    return record


def _identity(record: dict[str, Any]) -> str:
    identity = record.get("id")
    if isinstance(identity, int) and not isinstance(identity, bool):
        return str(identity)
    if not isinstance(identity, str) or not identity.strip():
        raise _BadLine("the article has no id", 'give it one, "id": "..."')
    return fields.well_formed(identity)


def _text(record: dict[str, Any]) -> str:
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _BadLine("the article has no text", 'give it one, "text": "...", or remove the line')
    return fields.well_formed(text)


def _year(record: dict[str, Any]) -> int | None:
    declared = record.get("year")
    if declared in (None, ""):
        return None
    if (year := fields.year(declared)) is None:
        raise _BadLine(f"{declared!r} is no year", 'write it as "year": 2021')
    return year
