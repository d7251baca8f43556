"""JSON lines: one article a line, as {"id", "title", "text", ...}."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer import fields
from indexer.errors import UnreadableSource
from search.articles import Article

_EXPECTED = '{"id": "...", "title": "...", "text": "..."}'


def read(path: Path, article_id: str) -> Iterator[Article | UnreadableSource]:
    """Each line's article, with the id it has there; a line that gives none comes out as its problem."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise UnreadableSource(path, "it is in UTF-16", "save it in UTF-8")
            if not line.strip():
                continue
            try:
                yield _article(line.removeprefix(codecs.BOM_UTF8))
            except _BadLine as error:
                yield UnreadableSource(path, str(error), error.remedy, number)


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
