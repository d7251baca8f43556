"""DOCX: a Word document with styles, a table, footnotes and core properties."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from itertools import groupby
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

from .source import Block, Source

_FOOTNOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_STYLES = {"heading": "Heading 1", "-": "List Bullet", ".": "List Number"}


def write(source: Source, path: Path) -> None:
    """The article as a Word document; the times in it are those of its year."""
    document = docx.Document()
    _properties(document, source)
    document.add_paragraph(source.title, style="Title")
    document.add_paragraph(", ".join(source.authors))
    document.add_paragraph(source.classification)
    for is_row, group in groupby((*source.abstracts, *source.body), key=lambda block: block.kind == "row"):
        if is_row:
            _table(document, list(group))
        else:
            for block in group:
                style = _STYLES.get(block.mark[-1:] or block.kind)
                _fill(document.add_paragraph(style=style), block)
    _footnotes(document, source.notes)
    path.write_bytes(_dated(document))


def _properties(document: Document, source: Source) -> None:
    properties = document.core_properties
    properties.title = source.title
    properties.author = "; ".join(source.authors)
    properties.keywords = "; ".join(source.keywords)
    properties.language = source.language
    properties.created = properties.modified = datetime(source.year, 1, 1)
    properties.comments = ""


def _table(document: Document, rows: list[Block]) -> None:
    table = document.add_table(len(rows), len(rows[0].cells), style="Table Grid")
    for row, block in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, block.cells, strict=True):
            cell.text = text


def _fill(paragraph: Paragraph, block: Block) -> None:
    for piece in block.pieces:
        run = paragraph.add_run("" if piece.style == "note" else piece.text)
        run.bold = piece.style == "b" or None
        run.italic = piece.style == "i" or None
        if piece.style == "note":
            run.font.superscript = True
            reference = OxmlElement("w:footnoteReference")
            reference.set(qn("w:id"), piece.text)
            run._r.append(reference)


def _footnotes(document: Document, notes: dict[str, Block]) -> None:
    root = parse_xml(
        f"<w:footnotes {nsdecls('w')}>"
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="0">'
        "<w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote></w:footnotes>"
    )
    for number, note in notes.items():
        element = parse_xml(f'<w:footnote {nsdecls("w")} w:id="{number}"><w:p/></w:footnote>')
        _fill(Paragraph(element[0], document._body), note)
        root.append(element)
    blob = docx.oxml.xmlchemy.serialize_for_reading(root).encode("utf-8")
    part = Part(PackURI("/word/footnotes.xml"), _CONTENT_TYPE, blob, document.part.package)
    document.part.relate_to(part, _FOOTNOTES)


def _dated(document: Document) -> bytes:
    """The file with the same date on each of its parts, whenever it is made."""
    drawn, dated = io.BytesIO(), io.BytesIO()
    document.save(drawn)
    with zipfile.ZipFile(drawn) as made, zipfile.ZipFile(dated, "w", zipfile.ZIP_DEFLATED) as result:
        for name in made.namelist():
            result.writestr(zipfile.ZipInfo(name), made.read(name), zipfile.ZIP_DEFLATED)
    return dated.getvalue()
