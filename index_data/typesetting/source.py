"""A sample article as written: front matter, and blocks of words with their type styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
_NOTE = re.compile(r"^\[\^(\d+)\]: (.*)\n?", re.MULTILINE)
_UDC = {"ky": "УДК", "kk": "ӘОЖ", "ru": "УДК", "en": "UDC"}
_NOTE_MARK = re.compile(r"\[\^(\d+)\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one style: "" upright, "b" bold, "i" italic, "note" the number of a footnote."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item or table row; `mark` is the number of an item, or "-" for a bullet."""

    kind: str
    pieces: tuple[Piece, ...]
    mark: str = ""
    cells: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The block in plain text, without footnote numbers."""
        return "".join(piece.text for piece in self.pieces if piece.style != "note")


@dataclass(frozen=True, slots=True)
class Source:
    """One article. `abstracts` are the blocks before the first section, `notes` the footnotes by number."""

    slug: str
    language: str
    title: str
    authors: tuple[str, ...]
    year: int
    udc: str
    keywords: tuple[str, ...]
    abstracts: tuple[Block, ...]
    body: tuple[Block, ...]
    notes: dict[str, Block]

    @property
    def classification(self) -> str:
        """The line with the number in the Universal Decimal Classification."""
        return f"{_UDC[self.language]} {self.udc}"


def load(path: Path) -> Source:
    """The source of one article, in a file named `LANGUAGE/SLUG.md`."""
    text = path.read_text(encoding="utf-8")
    matter = _FRONT_MATTER.match(text)
    if matter is None:
        raise ValueError(f"{path}: no front matter")
    fields = yaml.safe_load(matter[1])
    body = text[matter.end() :]
    blocks = [block for block in _blocks(_NOTE.sub("", body)) if block.kind != "title"]
    first = next(index for index, block in enumerate(blocks) if block.kind == "heading")
    return Source(
        slug=path.stem,
        language=fields["language"],
        title=fields["title"],
        authors=tuple(fields["authors"]),
        year=fields["year"],
        udc=fields["udc"],
        keywords=tuple(fields["keywords"]),
        abstracts=tuple(blocks[:first]),
        body=tuple(blocks[first:]),
        notes={number: next(_blocks(note)) for number, note in _NOTE.findall(body)},
    )


def _blocks(markdown: str) -> Iterator[Block]:
    kind, mark = "paragraph", ""
    row: list[str] = []
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        if token.type == "heading_open":
            kind = "title" if token.tag == "h1" else "heading"
        elif token.type == "list_item_open":
            kind, mark = "item", f"{token.info}{token.markup}" if token.info else "-"
        elif token.type == "tr_open":
            kind, row = "row", []
        elif token.type == "tr_close":
            yield Block("row", (Piece("; ".join(row)),), cells=tuple(row))
            kind = "paragraph"
        elif token.type == "inline" and kind == "row":
            row.append("".join(piece.text for piece in _pieces(token)))
        elif token.type == "inline":
            yield Block(kind, tuple(_pieces(token)), mark)
            kind, mark = "paragraph", ""


def _pieces(token: Token) -> Iterator[Piece]:
    style = ""
    for child in token.children or ():
        if child.type in ("strong_open", "em_open"):
            style = child.tag[0].replace("s", "b").replace("e", "i")
        elif child.type in ("strong_close", "em_close"):
            style = ""
        elif child.type in ("softbreak", "hardbreak"):
            yield Piece(" ", style)
        else:
            parts = _NOTE_MARK.split(child.content)
            yield from (Piece(part, "note" if index % 2 else style) for index, part in enumerate(parts) if part)
