"""HTML pages: the main content as paragraphs, and the bibliographic tags of the head."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from indexer import fields
from indexer.encoding import UnknownEncoding, decode
from indexer.errors import UnreadableSource
from search.articles import Article

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]+encoding\s*=\s*["']([A-Za-z0-9_:.-]+)""")
_PRESCAN = 4096  # bytes

_MAIN = ("article", "main", "[role=main]")
_LEAST_SHARE = 0.3  # of the text of the page, for an element to be its main content
_DROPPED = (
    "script, style, noscript, template, nav, footer, form, button, select, iframe, svg, dialog, "
    "aside:not([role=doc-footnote]), body > header, [role=banner], [role=navigation], [hidden], "
    "[aria-hidden=true]"
)
_FOOTNOTE_MARKS = (
    "sup:has(a), a[href^='#']:has(> sup), [role=doc-noteref], [role=doc-backlink], .footnote-ref, .footnote-backref"
)
_WHITE_SPACE = re.compile(r"[ \t\n\r\f]+")
_INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i"),
        *("img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike"),
        *("strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    )
)


def read(path: Path, article_id: str) -> Iterator[Article]:
    """The page as one article: the content of its article, main or body element, without navigation.

    The fields come from Highwire Press tags (citation_title ...), Dublin Core and plain meta tags, in this
    order. Raises UnreadableSource for bytes that are no text.
    """
    from selectolax.lexbor import LexborHTMLParser

    try:
        tree = LexborHTMLParser(_decoded(path.read_bytes()))
    except UnknownEncoding as error:
        raise UnreadableSource(path, "it is not text in a known encoding", "save it in UTF-8") from error
    yield _article(article_id, tree)


def _decoded(data: bytes) -> str:
    """The text in the encoding it shows itself to be in; what the page declares decides the doubtful cases."""
    head = data[:_PRESCAN]
    declared = _CHARSET.search(head) or _XML_ENCODING.search(head)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if declared is None or declared[1].lower().startswith(b"utf"):
            return decode(data)
    try:
        return data.decode(declared[1].decode("ascii"))
    except (LookupError, UnicodeDecodeError):
        return decode(data)


def _article(article_id: str, tree: LexborHTMLParser) -> Article:
    tags = _meta_tags(tree)
    heading = tree.css_first("h1")
    titles = (*_values(tags, "citation_title", "dc.title", "og:title"), _text(tree.css_first("title")))
    return Article(
        id=article_id,
        title=next(filter(None, titles), _text(heading)),
        text="\n\n".join(_blocks(_main(tree))),
        authors=fields.names(_values(tags, "citation_author", "dc.creator", "author")),
        year=_year(tags),
        url=_url(tree, tags),
        keywords=_keywords(tags),
        language=_language(tree, tags),
    )


def _meta_tags(tree: LexborHTMLParser) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for tag in tree.css("meta"):
        name = tag.attributes.get("name") or tag.attributes.get("property") or ""
        if content := fields.line(tag.attributes.get("content")):
            tags.setdefault(name.lower(), []).append(content)
    return tags


def _values(tags: dict[str, list[str]], *names: str) -> list[str]:
    """Contents of the first of these tags that the page has."""
    return next((tags[name] for name in names if name in tags), [])


def _year(tags: dict[str, list[str]]) -> int | None:
    dates = _values(
        tags,
        "citation_publication_date",
        "citation_date",
        "citation_year",
        "dc.date",
        "article:published_time",
    )
    return fields.year(dates[0]) if dates else None


def _keywords(tags: dict[str, list[str]]) -> tuple[str, ...]:
    values = _values(tags, "citation_keywords", "dc.subject", "keywords")
    return fields.names([keyword for value in values for keyword in fields.keywords(value)])


def _url(tree: LexborHTMLParser, tags: dict[str, list[str]]) -> str | None:
    link = tree.css_first("link[rel=canonical]")
    candidates = [fields.line(link.attributes.get("href"))] if link else []
    candidates += _values(tags, "citation_abstract_html_url", "og:url")
    return next((url for url in candidates if url.startswith(("http://", "https://"))), None)


def _language(tree: LexborHTMLParser, tags: dict[str, list[str]]) -> str | None:
    root = tree.css_first("html")
    declared = _values(tags, "citation_language", "dc.language")
    return fields.language(declared[0] if declared else root.attributes.get("lang") if root else None)


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    """The one element that holds the article, stripped of what is not read; the body where there is none."""
    body = tree.body
    if body is None:
        return None
    for node in tree.css(f"{_DROPPED}, {_FOOTNOTE_MARKS}"):
        node.decompose()
    least = _LEAST_SHARE * len(body.text())
    for selector in _MAIN:
        found = body.css(selector)
        if len(found) == 1 and len(found[0].text()) > least:
            return found[0]
    return body


def _blocks(root: LexborNode | None) -> Iterator[str]:
    """One text for each block element that holds text itself; the cells of a table row are one block."""
    if root is None:
        return
    block, pieces = 0, list[str]()
    for node in root.traverse(include_text=True):
        if node.tag == "-text":
            around = _block(node)
            if around.mem_id != block:
                yield from _joined(pieces)
                block, pieces = around.mem_id, []
            pieces.append(_piece(node))
        elif node.tag == "br":
            pieces.append("\n")
        elif node.tag in ("td", "th") and pieces and _row(node) == block:
            pieces.append("; ")
        elif node.tag not in _INLINE:
            yield from _joined(pieces)
            block, pieces = 0, []
    yield from _joined(pieces)


def _block(node: LexborNode) -> LexborNode:
    """The nearest block element around a text, the whole row for one that stands in a cell itself."""
    parent = node.parent
    while parent is not None and parent.tag in _INLINE:
        parent = parent.parent
    if parent is not None and parent.tag in ("td", "th") and parent.parent is not None:
        parent = parent.parent
    return parent or node


def _row(cell: LexborNode) -> int:
    return cell.parent.mem_id if cell.parent is not None else 0


def _piece(node: LexborNode) -> str:
    text = (node.text_content or "").replace("\xad", "")
    in_pre = node.parent is not None and node.parent.tag in ("pre", "textarea")
    return text if in_pre else _WHITE_SPACE.sub(" ", text)


def _joined(pieces: list[str]) -> Iterator[str]:
    text = re.sub(" *\n *", "\n", re.sub("  +", " ", "".join(pieces))).strip(" \n;")
    if text:
        yield text


def _text(node: LexborNode | None) -> str:
    return fields.line(node.text()) if node is not None else ""
