"""Plain text, in any of the encodings that Cyrillic text is found in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from indexer.encoding import UnknownEncoding, decode
from indexer.errors import UnreadableSource
from search.articles import Article


def read(path: Path, article_id: str) -> Iterator[Article]:
    """The file as one article without a title. Raises UnreadableSource for bytes that are no text."""
    yield Article(article_id, title="", text=content(path))


def content(path: Path) -> str:
    """Text of a file with `\\n` at the ends of lines. Raises UnreadableSource for bytes that are no text."""
    try:
        text = decode(path.read_bytes())
    except UnknownEncoding as error:
        raise UnreadableSource(path, "it is not text in a known encoding", "save it as plain text in UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
