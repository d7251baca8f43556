from __future__ import annotations

from pathlib import Path

import docx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from search.articles import Article
from tests.indexer.readers.conftest import articles, problems

NOTES = (
    f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
    '<w:footnote w:id="2"><w:p><w:r><w:t>Эскертүү.</w:t></w:r></w:p></w:footnote></w:footnotes>'
)


def test_paragraphs_tables_footnotes_and_properties(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Биринчи ").add_run("абзац.").bold = True
    table = document.add_table(2, 2)
    for cell, text in zip((*table.rows[0].cells, *table.rows[1].cells), ("жыл", "млн", "2014", ""), strict=True):
        cell.text = text
    document.add_paragraph("")
    document.add_paragraph("Экинчи\tабзац.")
    properties = document.core_properties
    properties.title, properties.author = "Суу жана укук", "Асанова Г.К.; Omar A."
    properties.keywords, properties.language = "суу, укук", "ky-KG"
    part = Part(PackURI("/word/footnotes.xml"), "application/xml", NOTES.encode(), document.part.package)
    document.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes")
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert articles(path) == [
        Article(
            id="a",
            title="Суу жана укук",
            text="Биринчи абзац.\n\nжыл; млн\n\n2014\n\nЭкинчи абзац.\n\n1. Эскертүү.",
            authors=("Асанова Г.К.", "Omar A."),
            keywords=("суу", "укук"),
            language="ky",
        )
    ]


def test_tracked_changes_are_read_as_accepted(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Left ")._p.append(
        parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>in</w:t></w:r></w:ins>"),
    )
    document.paragraphs[0]._p.append(
        parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>out</w:delText></w:r></w:del>"),
    )
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert [article.text for article in articles(path)] == ["Left in"]


def test_the_paragraph_in_the_style_of_a_title_is_the_title(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Water and law", style="Title")
    document.add_paragraph("Text.")
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert articles(path) == [Article("a", "Water and law", "Water and law\n\nText.")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"just text", "it is no Word document; save it as .docx in a word processor"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
            "it has a password or is an old .doc; save it as .docx without a password",
        ),
        (
            b"PK\x03\x04 rubbish",
            "it is a damaged Word document; open it in a word processor and save it again",
        ),
    ],
)
def test_files_that_are_no_word_documents(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    assert problems(path) == [f"a.docx: {said}"]


def test_a_document_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    docx.Document().save(str(path))
    path.write_bytes(path.read_bytes()[:5000])
    assert problems(path) == ["a.docx: it is a damaged Word document; open it in a word processor and save it again"]
