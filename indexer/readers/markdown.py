"""Markdown with YAML front matter, to the plain text a reader of the page would see."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer import fields
from indexer.errors import UnreadableSource
from indexer.readers import text
from search.articles import Article

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FOOTNOTE = re.compile(r" {0,3}\[\^([^\]\s]+)\]:[ \t]*")
# Neither begins anew within what it could have begun before: of much white space, or many brackets, each is read once.
_FOOTNOTE_MARK = re.compile(r"(?<![ \t])[ \t]*\[\^[^\[\]\s]+\]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def read(path: Path, article_id: str) -> Iterator[Article | UnreadableSource]:
    """The file as one article, footnotes at its end; faulty front matter comes out as a problem before it.

    Front matter may hold title, authors, year, url, keywords and language, or Pandoc's author, date and
    lang. Without a title there the first heading is the title. Raises UnreadableSource for bytes that are
    no text.
    """
    source = text.content(path)
    matter = _FRONT_MATTER.match(source)
    declared: dict[str, Any] = {}
    if matter:
        try:
            declared = _front_matter(path, matter[1])
        except UnreadableSource as problem:
            yield problem
    yield _article(article_id, declared, source[matter.end() :] if matter else source)


def _article(article_id: str, declared: dict[str, Any], body: str) -> Article:
    heading, blocks = _blocks(body)
    return Article(
        id=article_id,
        title=fields.line(declared.get("title")) or heading,
        text="\n\n".join(blocks),
        authors=fields.names(declared.get("authors") or declared.get("author")),
        year=fields.year(declared.get("year") or declared.get("date")),
        url=fields.line(declared.get("url")) or None,
        keywords=fields.keywords(declared.get("keywords")),
        language=fields.language(declared.get("language") or declared.get("lang")),
    )


def _front_matter(path: Path, source: str) -> dict[str, Any]:
    """What the block says, every scalar as text. Raises UnreadableSource where it is no YAML mapping."""
    import yaml

    try:
        declared = yaml.load(source, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else None
        raise UnreadableSource(path, "its front matter is no YAML", "quote values that hold a colon", line) from error
    if not isinstance(declared, dict):
        raise UnreadableSource(path, "its front matter is no YAML mapping", "write lines such as title: ...", 1)
    return declared


def _blocks(body: str) -> tuple[str, list[str]]:
    """The first heading, and headings, paragraphs, list items, table rows and footnotes as plain text."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    body, notes = _without_footnotes(body)
    tokens = parser.parse(body)
    headings = (after for token, after in pairwise(tokens) if token.type == "heading_open")
    blocks = list(_plain(tokens))
    for label, note in notes:
        number = f"{label}. " if label.isdigit() else ""
        blocks.append(number + " ".join(_plain(parser.parse(note))))
    return next((_inline(heading) for heading in headings), ""), blocks


def _without_footnotes(body: str) -> tuple[str, list[tuple[str, str]]]:
    """The text without footnotes and their marks, and the footnotes as (label, Markdown)."""
    kept: list[str] = []
    notes: list[tuple[str, list[str]]] = []
    note: list[str] | None = None
    for line in body.split("\n"):
        if opening := _FOOTNOTE.match(line):
            note = [line[opening.end() :]]
            notes.append((opening[1], note))
        elif note is not None and (line.startswith(("  ", "\t")) or (line.strip() and note[-1].strip())):
            note.append(line.strip())
        elif note is not None and not line.strip():
            note.append("")
        else:
            note = None
            kept.append(line)
    source = _FOOTNOTE_MARK.sub("", "\n".join(kept))
    return source, [(label, _FOOTNOTE_MARK.sub("", "\n".join(lines))) for label, lines in notes]


def _plain(tokens: list[Token]) -> Iterator[str]:
    """One text for each block that holds any."""
    number = ""
    cells: list[str] | None = None
    for token in tokens:
        content = ""
        if token.type == "list_item_open":
            number = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            content, cells = "; ".join(filter(None, cells or ())), None
        elif token.type == "inline" and cells is not None:
            cells.append(_inline(token))
        elif token.type == "inline":
            content, number = number + _inline(token), ""
        elif token.type in ("fence", "code_block"):
            content = token.content
        elif token.type == "html_block":
            content = html.unescape(_TAG.sub(" ", _without_comments(token.content)))
        if content.strip():
            yield content.strip()


def _without_comments(source: str) -> str:
    """HTML with a blank for each comment; one that is never closed is text."""
    *closed, rest = source.split("-->")
    kept = (f"{before} " if comment else f"{before}-->" for before, comment, _ in (p.partition("<!--") for p in closed))
    return "".join(kept) + rest


def _inline(token: Token) -> str:
    return "".join(_piece(child) for child in token.children or ()).strip()


def _piece(token: Token) -> str:
    match token.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "html_inline":
            return "\n" if token.content.lower().startswith("<br") else ""
        case _:
            return token.content
