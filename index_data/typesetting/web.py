"""HTML: the page of an article as a journal's site shows it, with navigation around it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from .source import Block, Piece, Source

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{url}">
<meta name="citation_title" content="{title}">
{tags}
<style>body {{ max-width: 45em; margin: auto; font-family: serif }} nav a {{ margin-right: 1em }}</style>
<script>document.documentElement.className = "js";</script>
</head>
<body>
<header><a href="/">Journal</a></header>
<nav><a href="/{language}/current">Current issue</a><a href="/{language}/archive">Archive</a></nav>
<article>
<h1>{title}</h1>
<p class="authors">{authors}</p>
<p class="udc">{udc}</p>
{body}
</article>
<footer>Journal, {year}. ISSN 0000-0000</footer>
</body>
</html>
"""
_TAGS = {"": None, "b": "strong", "i": "em"}


def write(source: Source, path: Path) -> None:
    """The article as a page with Highwire Press tags."""
    fields = [("citation_author", author) for author in source.authors]
    fields += [("citation_publication_date", str(source.year)), ("citation_language", source.language)]
    fields.append(("citation_keywords", "; ".join(source.keywords)))
    page = _PAGE.format(
        language=source.language,
        title=escape(source.title),
        url=f"https://journal.example/{source.language}/{source.slug}",
        tags="\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in fields),
        authors=escape(", ".join(source.authors)),
        udc=source.classification,
        body="\n".join(_body(source)),
        year=source.year,
    )
    path.write_text(page, encoding="utf-8")


def _body(source: Source) -> Iterator[str]:
    for kind, group in groupby((*source.abstracts, *source.body), key=_group):
        if kind in ("ol", "ul"):
            items = "\n".join(f"<li>{_inline(block)}</li>" for block in group)
            yield f"<{kind}>\n{items}\n</{kind}>"
        elif kind == "table":
            rows = "\n".join(_row(block) for block in group)
            yield f"<table>\n{rows}\n</table>"
        else:
            yield from (f"<{kind}>{_inline(block)}</{kind}>" for block in group)
    notes = "\n".join(
        f'<li id="note{number}">{_inline(note)} <a href="#mark{number}" role="doc-backlink">↩</a></li>'
        for number, note in source.notes.items()
    )
    yield f'<section role="doc-endnotes">\n<ol>\n{notes}\n</ol>\n</section>'


def _group(block: Block) -> str:
    if block.kind == "item":
        return "ul" if block.mark == "-" else "ol"
    return {"heading": "h2", "row": "table"}.get(block.kind, "p")


def _row(block: Block) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in block.cells) + "</tr>"


def _inline(block: Block) -> str:
    return "".join(map(_piece, block.pieces))


def _piece(piece: Piece) -> str:
    if piece.style == "note":
        return f'<sup id="mark{piece.text}"><a href="#note{piece.text}">{piece.text}</a></sup>'
    tag = _TAGS[piece.style]
    return f"<{tag}>{escape(piece.text)}</{tag}>" if tag else escape(piece.text)
