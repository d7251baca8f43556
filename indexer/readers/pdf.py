"""PDF files with a text layer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from indexer import fields
from indexer.errors import UnreadableSource
from indexer.readers.page import Character, page_text
from search.articles import Article

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

_SIGNATURE = b"%PDF-"
_END = b"%%EOF"
_MARGIN = 1024  # bytes in which signature and end mark have to stand (PDF Reference 1.7, notes 13 and 18)
_PAGE_BREAK = "\n\n"
_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_MOST_UNREADABLE = 0.3
_DAMAGED = "fetch or save the file again"
_SCANNED = "run OCR on it, for instance ocrmypdf"


def read(path: Path, article_id: str) -> Iterator[Article]:
    """The document as one article, in reading order, with the offset at which each page begins.

    Raises UnreadableSource for a file that is damaged, cut short, locked with a password or without text.
    """
    document = _open(path, path.read_bytes())
    try:
        pages = [_page(path, document, index) for index in range(len(document))]
        title, authors, keywords = (_property(document, name) for name in ("Title", "Author", "Keywords"))
    finally:
        document.close()
    _check(path, pages)
    starts = accumulate((len(page) + len(_PAGE_BREAK) for page in pages[:-1]), initial=0)
    yield Article(
        id=article_id,
        title=fields.document_title(title),
        text=_PAGE_BREAK.join(pages),
        authors=fields.document_authors(authors),
        keywords=fields.keywords(keywords),
        pages=tuple(starts),
    )


def _open(path: Path, data: bytes) -> PdfDocument:
    import pypdfium2
    from pypdfium2 import raw

    if _SIGNATURE not in data[:_MARGIN]:
        raise UnreadableSource(path, "it is no PDF", _DAMAGED)
    cut_short = _END not in data[-_MARGIN:]
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnreadableSource(path, "it is locked with a password", "save a copy without one") from error
        reason = "it is a PDF that was cut short" if cut_short else "it is a damaged PDF"
        raise UnreadableSource(path, reason, _DAMAGED) from error
    if cut_short:
        document.close()
        raise UnreadableSource(path, "it is a PDF that was cut short", _DAMAGED)
    return document


def _property(document: PdfDocument, name: str) -> str:
    try:
        return str(document.get_metadata_value(name))
    except UnicodeDecodeError:
        return ""


def _page(path: Path, document: PdfDocument, index: int) -> str:
    import pypdfium2

    try:
        page = document[index]
        text = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise UnreadableSource(path, f"its page {index + 1} is damaged", _DAMAGED) from error
    try:
        return page_text(_characters(text))
    finally:
        text.close()
        page.close()


def _characters(text: PdfTextPage) -> Iterator[Character]:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if not code or 0xD800 <= code < 0xE000:
            continue
        drawn = raw.FPDFText_IsGenerated(text, index) == 0
        if drawn:
            raw.FPDFText_GetLooseCharBox(text, index, box)
        yield Character(chr(code), drawn, box.left, box.right, box.bottom, box.top)


def _check(path: Path, pages: list[str]) -> None:
    written = [len("".join(page.split())) for page in pages]
    if not any(written):
        raise UnreadableSource(path, "its pages are images without a text layer", _SCANNED)
    if sum(len(_UNREADABLE.findall(page)) for page in pages) > _MOST_UNREADABLE * sum(written):
        reason = "its fonts do not say which letters they show"
        raise UnreadableSource(path, reason, f"{_SCANNED} --force-ocr")
