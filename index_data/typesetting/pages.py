"""PDF: a journal page of two justified columns, with running headers and footnotes.

Nothing in it depends on the day it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .lines import Word, broken, language_of, words
from .source import Block, Piece, Source

_FONTS = {"": "Regular", "b": "Bold", "i": "Italic", "note": "Regular"}
_WIDTH, _HEIGHT = A4
_MARGIN, _GUTTER = 56, 20
_COLUMN = (_WIDTH - 2 * _MARGIN - _GUTTER) / 2
_TOP, _BOTTOM = _HEIGHT - 70, 60
_HEADER = _HEIGHT - 48
_JOURNALS = {
    "ky": "Борбор Азиянын укук жана коом журналы",
    "kk": "Орталық Азияның құқық және қоғам журналы",
    "ru": "Право и общество Центральной Азии",
    "en": "Central Asian Journal of Law and Society",
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a block is set; sizes in points."""

    size: float
    leading: float
    align: str = "justify"
    first_indent: float = 0.0
    hanging: float = 0.0
    before: float = 0.0
    face: str = ""
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of type, with the footnotes it calls."""

    words: list[Word]
    style: Style
    indent: float
    width: float
    first: bool
    last: bool
    notes: tuple[str, ...] = ()


_TITLE = Style(14, 17, "centre", before=10, face="b")
_AUTHORS = Style(11, 14, "centre", before=6, face="i")
_ABSTRACT = Style(9, 10.8, first_indent=14, before=4)
_HEADING = Style(10.5, 13, "left", before=9, face="b", keep=True)
_TEXT = Style(10, 12.2, first_indent=14)
_ITEM = Style(10, 12.2, hanging=14)
_TABLE = Style(9, 11, "left", before=2)
_NOTE = Style(8, 9.6, hanging=8)


def write(source: Source, path: Path, fonts: Path, first_page: int) -> None:
    """The article as a PDF with text; `fonts` is a folder with the Liberation Serif fonts."""
    for style, face in _FONTS.items():
        pdfmetrics.registerFont(TTFont(_font(style), fonts / f"LiberationSerif-{face}.ttf"))
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setTitle(source.title)
    canvas.setAuthor("; ".join(source.authors))
    canvas.setKeywords("; ".join(source.keywords))
    _Setter(canvas, source, first_page).set()
    canvas.save()


def _font(style: str) -> str:
    return f"Serif{style if style != 'note' else ''}"


def _measure(text: list[Word], style: Style) -> float:
    pieces = sum(
        pdfmetrics.stringWidth(piece.text, _font(piece.style or style.face), _size(piece, style))
        for word in text
        for piece in word
    )
    return pieces + (len(text) - 1) * pdfmetrics.stringWidth(" ", _font(style.face), style.size)


def _size(piece: Piece, style: Style) -> float:
    return style.size * (0.65 if piece.style == "note" else 1)


def _rows(block: Block, style: Style, width: float, language: str) -> list[Row]:
    def room(number: int) -> float:
        return width - style.hanging - (style.first_indent if number == 0 else 0)

    hyphenated = language_of(block.text, language) if style.align == "justify" else None
    lines = list(broken(words(block), room, partial(_measure, style=style), hyphenated))
    return [
        Row(
            line,
            style if number == 0 else replace(style, before=0),
            indent=width - room(number),
            width=room(number),
            first=number == 0,
            last=number == len(lines) - 1,
            notes=tuple(piece.text for word in line for piece in word if piece.style == "note"),
        )
        for number, line in enumerate(lines)
    ]


class _Setter:
    """Fills pages from the top, the left column before the right."""

    def __init__(self, canvas: Canvas, source: Source, first_page: int) -> None:
        self.canvas = canvas
        self.source = source
        self.page = first_page
        self.column = 0
        self.top = self.y = _TOP
        self.notes: list[Row] = []

    def set(self) -> None:
        self._header()
        for row in self._front():
            self.y -= row.style.before + row.style.leading
            self._draw(row, _MARGIN, self.y)
        self.y -= 8
        self.canvas.line(_MARGIN, self.y, _WIDTH - _MARGIN, self.y)
        self.top = self.y = self.y - 6
        self._body(list(self._text()))
        self._end_column()
        self.canvas.showPage()

    def _front(self) -> Iterator[Row]:
        full = _WIDTH - 2 * _MARGIN
        language = self.source.language
        for text, style in (
            (Piece(self.source.classification), replace(_ABSTRACT, first_indent=0)),
            (Piece(self.source.title), _TITLE),
            (Piece(", ".join(self.source.authors)), _AUTHORS),
        ):
            yield from _rows(Block("front", (text,)), style, full, language)
        for block in self.source.abstracts:
            yield from _rows(block, _ABSTRACT, full, language)

    def _text(self) -> Iterator[Row]:
        styles = {"heading": _HEADING, "item": _ITEM, "row": _TABLE}
        for block in self.source.body:
            style = styles.get(block.kind, _TEXT)
            if block.mark:
                mark = "•" if block.mark == "-" else block.mark
                block = replace(block, pieces=(Piece(f"{mark} "), *block.pieces))
            rows = _rows(block, style, _COLUMN, self.source.language)
            yield from self._hung(rows) if block.mark else rows

    @staticmethod
    def _hung(rows: list[Row]) -> list[Row]:
        """List items: the first line begins at the edge of the column."""
        first = rows[0]
        hanging = first.style.hanging
        return [replace(first, indent=0, width=first.width + hanging), *rows[1:]]

    def _body(self, rows: list[Row]) -> None:
        for index, row in enumerate(rows):
            notes = [line for number in row.notes for line in self._note(number)]
            following = rows[index + 1 : index + 3] if row.style.keep else []
            if self.y - self._height([row, *following], notes) < _BOTTOM:
                self._next_column()
            self.notes += notes
            self.y -= row.style.leading + (row.style.before if self.y < self.top else 0)
            self._draw(row, self._left(), self.y)

    def _note(self, number: str) -> list[Row]:
        note = self.source.notes[number]
        block = replace(note, pieces=(Piece(f"{number} "), *note.pieces))
        return self._hung(_rows(block, _NOTE, _COLUMN, self.source.language))

    def _height(self, rows: Iterable[Row], notes: list[Row]) -> float:
        noted = [*self.notes, *notes]
        under = sum(row.style.leading for row in noted) + (8 if noted else 0)
        return sum(row.style.leading + row.style.before for row in rows) + under

    def _next_column(self) -> None:
        self._end_column()
        if self.column == 1:
            self.canvas.showPage()
            self.page += 1
            self.top = _TOP
            self._header()
        self.column = 1 - self.column
        self.y = self.top

    def _end_column(self) -> None:
        if self.notes:
            y = _BOTTOM + sum(row.style.leading for row in self.notes)
            self.canvas.line(self._left(), y, self._left() + 60, y)
            for row in self.notes:
                y -= row.style.leading
                self._draw(row, self._left(), y)
        self.notes = []

    def _left(self) -> float:
        return _MARGIN + self.column * (_COLUMN + _GUTTER)

    def _header(self) -> None:
        journal = f"{_JOURNALS[self.source.language]}. {self.source.year}. № 2"
        self.canvas.setFont(_font("i"), 9)
        if self.page % 2:
            self.canvas.drawString(_MARGIN, _HEADER, journal)
            self.canvas.drawRightString(_WIDTH - _MARGIN, _HEADER, str(self.page))
        else:
            self.canvas.drawString(_MARGIN, _HEADER, str(self.page))
            self.canvas.drawRightString(_WIDTH - _MARGIN, _HEADER, journal)
        self.canvas.setLineWidth(0.4)
        self.canvas.line(_MARGIN, _HEADER - 5, _WIDTH - _MARGIN, _HEADER - 5)

    def _draw(self, row: Row, left: float, y: float) -> None:
        style, spare = row.style, row.width - _measure(row.words, row.style)
        gaps = len(row.words) - 1
        text = self.canvas.beginText(left + row.indent + (spare / 2 if style.align == "centre" else 0), y)
        text.setWordSpace(spare / gaps if style.align == "justify" and gaps and not row.last else 0)
        for number, word in enumerate(row.words):
            for place, piece in enumerate(word):
                text.setFont(_font(piece.style or style.face), _size(piece, style))
                text.setRise(0.35 * style.size if piece.style == "note" else 0)
                space = " " if place == len(word) - 1 and number < gaps else ""
                text.textOut(piece.text + space)
        self.canvas.drawText(text)
