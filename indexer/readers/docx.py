"""Word documents: paragraphs, tables and footnotes, and the document's core properties."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile, ZipInfo

from indexer import fields
from indexer.errors import UnreadableSource
from search.articles import Article

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")  # old .doc, and .docx with a password
#: Parts a document may have, and bytes they may unpack to: all of them, and those of XML.
_MOST_PARTS = 10_000
_LARGEST = 1 << 30
_LARGEST_XML = 128 << 20

_ZIP = b"PK\x03\x04"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARKUP_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXT, _PARAGRAPH, _TABLE, _ROW, _CELL = (f"{_W}{name}" for name in ("t", "p", "tbl", "tr", "tc"))
_TEXT_BOX = f"{_W}txbxContent"
_CHARACTERS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
# A text box is stored a second time, as a fallback for old programs.
_SKIPPED = frozenset(f"{_W}{name}" for name in ("pPr", "rPr", "del", "moveFrom"))
_SKIPPED |= {f"{_MARKUP_COMPATIBILITY}Fallback", _TEXT_BOX}
_LONG_CELL = 200  # characters: the table then lays out running text


def read(path: Path, article_id: str) -> Iterator[Article]:
    """The document as one article, its footnotes at the end; deleted text of tracked changes is left out.

    Raises UnreadableSource for a file that is no Word document, or one that is damaged or locked.
    """
    _check(path)
    try:
        yield _article(path, article_id)
    except (MemoryError, UnreadableSource):
        raise
    except Exception as error:  # python-docx lets the errors of zipfile and lxml through, OSError among them
        raise UnreadableSource(
            path, "it is a damaged Word document", "open it in a word processor and save it again"
        ) from error


def _check(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(8)
    if start == _COMPOUND_FILE:
        raise UnreadableSource(path, "it has a password or is an old .doc", "save it as .docx without a password")
    if not start.startswith(_ZIP):
        raise UnreadableSource(path, "it is no Word document", "save it as .docx in a word processor")
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return  # python-docx finds it damaged as well
    unpacked, xml = sum(part.file_size for part in parts), sum(part.file_size for part in parts if _is_xml(part))
    if len(parts) > _MOST_PARTS or unpacked > _LARGEST or xml > _LARGEST_XML:
        reason = f"it unpacks to {unpacked >> 20:,} MB, {xml >> 20:,} MB of it XML, in {len(parts):,} parts"
        raise UnreadableSource(path, reason, "divide it, or save it as plain text")


def _is_xml(part: ZipInfo) -> bool:
    return part.filename.lower().endswith((".xml", ".rels"))


def _article(path: Path, article_id: str) -> Article:
    import docx

    document = docx.Document(str(path))
    properties = document.core_properties
    return Article(
        id=article_id,
        title=fields.document_title(properties.title) or _title_paragraph(document),
        text="\n\n".join([*_blocks(document.element.body), *_footnotes(document)]),
        authors=fields.document_authors(properties.author),
        keywords=fields.keywords(properties.keywords),
        language=fields.language(properties.language),
    )


def _title_paragraph(document: Document) -> str:
    styled = (p.text for p in document.paragraphs if p.style is not None and p.style.style_id == "Title")
    return fields.line(next(styled, ""))


def _blocks(parent: BaseOxmlElement) -> Iterator[str]:
    """One text for each paragraph and each row of a table."""
    for child in parent:
        if child.tag == _PARAGRAPH:
            yield from filter(None, ["".join(_pieces(child)).strip()])
            for box in _text_boxes(child):
                yield from _blocks(box)
        elif child.tag == _TABLE:
            for row in child.iterchildren(_ROW):
                yield from _row(row)
        elif child.tag not in _SKIPPED:
            yield from _blocks(child)


def _row(row: BaseOxmlElement) -> Iterator[str]:
    cells = [list(_blocks(cell)) for cell in row.iterchildren(_CELL)]
    if any(len(block) > _LONG_CELL for cell in cells for block in cell):
        yield from chain.from_iterable(cells)
    elif any(cells):
        yield "; ".join(" ".join(cell) for cell in cells if cell)


def _pieces(node: BaseOxmlElement) -> Iterator[str]:
    for child in node:
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag]
        elif child.tag not in _SKIPPED:
            yield from _pieces(child)


def _text_boxes(paragraph: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    for box in paragraph.iterdescendants(_TEXT_BOX):
        if not any(above.tag.endswith("}Fallback") for above in box.iterancestors()):
            yield box


def _footnotes(document: Document) -> Iterator[str]:
    """Footnotes, then endnotes, each with its number before it."""
    from docx.oxml import parse_xml

    relations = document.part.rels.values()
    for kind in ("footnote", "endnote"):
        parts = [relation.target_part for relation in relations if relation.reltype.endswith(f"/{kind}s")]
        notes = [note for part in parts for note in parse_xml(part.blob).iterchildren(f"{_W}{kind}")]
        # Those with a type are the rules between text and notes.
        written = (" ".join(_blocks(note)) for note in notes if note.get(f"{_W}type") in (None, "normal"))
        yield from (f"{number}. {text}" for number, text in enumerate(filter(None, written), start=1))
