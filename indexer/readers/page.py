"""The text of a page of a PDF, from its characters and their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from indexer.readers.columns import SAME_ROW, Line, ordered

_LINE_END_MARKS = "\x02\ufffe"  # pdfium's hyphen at a line end, standing for the line end too
_LINE_END_HYPHENS = _LINE_END_MARKS + "\xad"
_SENTENCE_ENDS = tuple('.!?:;…»”")]')

_LIST_MARK = re.compile(r"(?:\d{1,3}[.)]|\[\d{1,3}\]|[•●○◦▪■‣–—])\s")

# Shares of the height of a line.
_COLUMN_GAP = 0.8
_TOUCHING = 0.1
_INDENT = (0.6, 5.0)
_SHORT_LINE = 3.0

_PARAGRAPH_DISTANCE = 1.35  # of the usual distance of lines
_SIZE_CHANGE = 1.15


class Character(NamedTuple):
    """A character and its place on the page in points; one that is not drawn (a line end) has no place."""

    text: str
    drawn: bool
    left: float
    right: float
    bottom: float
    top: float


def page_text(characters: Iterable[Character]) -> str:
    """Text of a page in reading order, row by row, with blank lines between paragraphs.

    A hyphen at the end of a row stays there.
    """
    lines = list(_lines(characters))
    usual = _line_distance(lines)
    lines = _rows(ordered(lines))
    text = [line.text for line in lines[:1]]
    for index in range(1, len(lines)):
        text += _separator(lines, index, usual), lines[index].text
    return "".join(text)


def _lines(characters: Iterable[Character]) -> Iterator[Line]:
    for run in _runs(characters):
        text = "".join(character.text for character in run).strip()
        places = [character for character in run if character.drawn and not character.text.isspace()]
        if text and places:
            yield Line(
                text=text[:-1] + "-" if text[-1] in _LINE_END_HYPHENS else text,
                left=min(place.left for place in places),
                right=max(place.right for place in places),
                bottom=median(place.bottom for place in places),
                height=median(place.top - place.bottom for place in places),
            )


def _runs(characters: Iterable[Character]) -> Iterator[list[Character]]:
    """Characters up to a line end, a hyphen at one, or a gap as wide as that between columns."""
    run: list[Character] = []
    last: Character | None = None
    for character in characters:
        if last is not None and _is_far(last, character):
            yield run
            run, last = [], None
        run.append(character)
        if character.text == "\n" or character.text in _LINE_END_MARKS:
            yield run
            run, last = [], None
        elif character.drawn and not character.text.isspace():
            last = character
    yield run


def _is_far(last: Character, following: Character) -> bool:
    if not following.drawn or following.text.isspace():
        return False
    height = last.top - last.bottom
    return following.left - last.right > _COLUMN_GAP * height or following.left < last.left - 3 * height


def _line_distance(lines: list[Line]) -> float:
    distances = [
        before.bottom - line.bottom
        for before, line in pairwise(lines)
        if SAME_ROW * line.height < before.bottom - line.bottom < 3 * line.height
    ]
    return median(distances) if distances else 0.0


def _rows(lines: list[Line]) -> list[Line]:
    """Neighbours of one row as one line: the cells of a table, or what stands before and after a raised number."""
    rows: list[Line] = []
    for line in lines:
        if rows and _goes_on(rows[-1], line):
            rows[-1] = _joined(rows[-1], line)
        else:
            rows.append(line)
    return rows


def _goes_on(before: Line, line: Line) -> bool:
    height = max(before.height, line.height)
    return abs(before.bottom - line.bottom) < SAME_ROW * height and line.left > before.right - _TOUCHING * height


def _joined(before: Line, line: Line) -> Line:
    larger = max(before, line, key=lambda part: part.height)
    space = "" if line.left - before.right < _TOUCHING * larger.height else " "
    return Line(before.text + space + line.text, before.left, line.right, larger.bottom, larger.height)


def _separator(lines: list[Line], index: int, usual: float) -> str:
    """What stands between a line and the one before it: a line end, or a blank line."""
    if lines[index - 1].text.endswith("-"):
        return "\n"
    return "\n\n" if _begins_paragraph(lines, index, usual) else "\n"


def _begins_paragraph(lines: list[Line], index: int, usual: float) -> bool:
    before, line = lines[index - 1], lines[index]
    distance = before.bottom - line.bottom
    smaller, larger = sorted((before.height, line.height))
    if distance > _PARAGRAPH_DISTANCE * usual or larger > _SIZE_CHANGE * smaller:
        return True
    if _is_item(before, line):
        return True
    if distance < 0:
        return before.text.endswith(_SENTENCE_ENDS) and _stands_out(line, _following(lines, index, usual))
    return _is_indented(lines, index, usual) or _follows_short_line(before, line)


def _following(lines: list[Line], index: int, usual: float) -> Line | None:
    """The next line if it is in the same column."""
    if index + 1 == len(lines):
        return None
    line, after = lines[index], lines[index + 1]
    return after if 0 < line.bottom - after.bottom < 2 * usual else None


def _stands_out(line: Line, other: Line | None) -> bool:
    """Whether a line begins to the right of another by as much as paragraphs are indented."""
    least, most = (share * line.height for share in _INDENT)
    return other is not None and least < line.left - other.left < most


def _is_indented(lines: list[Line], index: int, usual: float) -> bool:
    before, line = lines[index - 1], lines[index]
    if _LIST_MARK.match(before.text):
        return False
    after = _following(lines, index, usual) or before
    return _stands_out(line, after) and line.left - before.left > _INDENT[0] * line.height


def _follows_short_line(before: Line, line: Line) -> bool:
    return (
        before.text.endswith(_SENTENCE_ENDS)
        and line.right - before.right > _SHORT_LINE * line.height
        and abs(line.left - before.left) < _INDENT[1] * line.height
    )


def _is_item(before: Line, line: Line) -> bool:
    """Whether a line with a number or bullet begins an item of a list, not the rest of a sentence."""
    if not _LIST_MARK.match(line.text):
        return False
    is_hanging = _INDENT[0] * line.height < before.left - line.left < _INDENT[1] * line.height
    is_short = line.right - line.left > before.right - before.left + _SHORT_LINE * line.height
    return is_hanging or is_short or before.text.endswith(_SENTENCE_ENDS)
