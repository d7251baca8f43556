"""Lines of a page become paragraphs and list items again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indexer.broken_words import LINE_END_INSIDE
from indexer.edits import Edit, Repaired, edited
from indexer.sentences import ends_with_abbreviation

_LABELS = Path(__file__).parent / "labels.tsv"
_WORD = re.compile(r"\S+")
_KEY_WORDS = re.compile(r"(?:[^\W\d_]+[ ]){0,2}(?:сөздөр|сөздер|слова|key[ -]?words)[ \t]*[:.–—]", re.IGNORECASE)
_GAP = re.compile(r"[ \t]*[\n\f\v][ \t\n\f\v]*|\A[ \t]+|[ \t]+\Z")
_FINAL = re.compile(r"[.!?…:;][\])»”\"'’]*\Z")
_NUMBER_BREAK = re.compile(r"\d[/–—][ \t]*\n[ \t\n]*\d")
_OPENING = re.compile(r"(?:[–—-][ \t])?[«“„\"(\[]*")
_DASH_ITEM = re.compile(r"[-–—*][ \t]+(?=\S)")
_ENUMERATOR = re.compile(r"\(?(?:(?P<number>\d{1,3})|[a-zа-яё])[.)]\s+(?=\S)|\[(?P<reference>\d{1,3})\]\s*(?=\S)")

#: Lines of this length or more hold whole paragraphs, so every line end is the end of one.
UNWRAPPED_WIDTH = 150

#: Part of the usual width under which a line was ended on purpose.
SHORT_LINE = 0.75

#: A heading is shorter than this part of the usual width.
SHORT_HEADING = 0.6

_LEAST_WIDTH = 40

#: A text with blank lines between its lines has them inside sentences at this share of them.
_SPACED_SHARE = 0.3
_FEW_LINES = 6

#: Characters at the end of a line that tell whether it ends a sentence.
_END = 40

#: So many lines without a blank one between them stand close.
_CLOSE_LINES = 2

#: What is lost between the parts of a word, in characters, when no blank line parts them.
_HYPHEN_AND_LINE_END = 2

#: Blank lines that stand for the end of a page or column.
_PAGE_GAP = 3


@dataclass(frozen=True, slots=True)
class Style:
    """How the lines of a text are set: usual width in characters, and whether blank lines stand between them."""

    width: int
    is_spaced: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between two lines of text.

    Blank lines, a page end, the indent of the second line, and whether a broken word tells that the
    two are inside one sentence.
    """

    blank: int
    page: bool
    indent: int
    inside: bool


def line_breaks(draft: Repaired) -> Repaired:
    """Line ends become spaces inside a paragraph, two newlines after one, one newline before a list item."""
    return edited(draft, _line_edits(draft, text_style(draft.text)))


def text_style(text: str) -> Style:
    """Measures the lines: the width that nine in ten stay under, and whether blank lines part sentences."""
    lengths: list[int] = []
    done = apart = inside = 0
    for match in _GAP.finditer(text):
        lengths.append(match.start() - done)
        done = match.end()
        if text.count("\n", match.start(), done) == 2:
            apart += 1
            before = text[max(0, match.start() - _END) : match.start()]
            inside += text[done : done + 1].islower() and not _ends_sentence(before)
    lengths = sorted(length for length in (*lengths, len(text) - done) if length)
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    return Style(max(width, _LEAST_WIDTH), apart > _FEW_LINES and inside > _SPACED_SHARE * apart)


def _line_edits(draft: Repaired, style: Style) -> Iterator[Edit]:
    """What replaces each gap between lines, from first to last."""
    text = draft.text
    reader = _Reader(draft, style)
    for match in _GAP.finditer(text):
        if match.start() == 0 or match.end() == len(text):
            yield match.start(), match.end(), ""
        elif _NUMBER_BREAK.search(text, max(0, match.start() - 2), match.end() + 1):
            yield match.start(), match.end(), ""
            reader.passes(match.end())
        else:
            yield reader.edit(match.start(), match.end())


class _Reader:
    """Goes through the lines and remembers the paragraph it is in."""

    def __init__(self, draft: Repaired, style: Style) -> None:
        text = draft.text
        self._draft = draft
        self._text = text
        self._style = style
        self._line = 0
        self._set_from = 0
        self._length_before = 0
        self._paragraph = 0
        self._close_lines = 0
        self._after_semicolon = False
        self._item: str | None = None
        self._number: int | None = None
        self._enters("\n\n", _line_at(text, 0), 0)

    def edit(self, start: int, end: int) -> Edit:
        """What the gap from `start` to `end` becomes; a list mark after it is made a bullet."""
        before, after = self._text[self._line : start], _line_at(self._text, end)
        gap = _gap(self._text[start:end])
        break_ = self._break(before, after, gap)
        if break_ == "\n":
            self._after_semicolon = before.endswith(";")
        length = start - self._set_from
        self._line = end
        self._set_from = _set_from(self._draft, end) if gap.inside else end
        self._length_before = length + self._set_from - end
        blank = _lost_between(self._draft, self._set_from) > _HYPHEN_AND_LINE_END if gap.inside else gap.blank > 0
        self._close_lines = 0 if blank else self._close_lines + 1
        if break_ != " " and self._enters(break_, after, end) == "-":
            dash = _DASH_ITEM.match(after)
            return start, end + (dash.end() if dash else 0), f"{break_}• "
        return start, end, break_

    def passes(self, end: int) -> None:
        """Goes on to the line at `end`, which belongs to the same word."""
        self._line = end

    def _enters(self, break_: str, after: str, start: int) -> str | None:
        """Begins a paragraph or item: returns and remembers the kind of list mark it has."""
        self._paragraph = start
        self._item = _mark(after)
        self._number = _number(after)
        return self._item

    def _break(self, before: str, after: str, gap: Gap) -> str:
        """ " ", "\n" before a list item, or "\n\n" before a paragraph."""
        if gap.inside:
            return " "
        ended = _ends_sentence(before)
        apart = gap.blank > (1 if self._style.is_spaced and not self._is_close(ended) else 0)
        if self._is_item(before, after, ended, apart):
            return "\n"
        if _label().match(after) and (ended or apart):
            return "\n\n"
        if self._style.width >= UNWRAPPED_WIDTH:
            return "\n\n" if ended or apart or not _continues(before, after) else " "
        if _is_capitals(before) and _is_capitals(after) and not ended:
            return " "
        if not ended:
            return self._break_after_open(before, after, gap, apart)
        return "\n\n" if apart or self._ends_paragraph(before, after, gap) else " "

    def _is_item(self, before: str, after: str, ended: bool, apart: bool) -> bool:
        """Whether the next line is an item of a list, and not a sentence that has a dash or number there."""
        mark = _mark(after)
        if mark == "•":
            return True
        if mark == "-":
            return ended or apart or self._item == "-"
        if mark is None:
            return False
        return ended or (apart and not _continues(before, after)) or _number(after) == (self._number or -1) + 1

    def _break_after_open(self, before: str, after: str, gap: Gap, apart: bool) -> str:
        """The break after a line without final punctuation: a heading, a page end, or nothing."""
        if _continues(before, after):
            return " "
        full = len(before) >= SHORT_LINE * self._style.width
        if apart:
            return " " if full and (gap.page or gap.blank >= _PAGE_GAP) else "\n\n"
        heading = self._line == self._paragraph and len(before) < SHORT_HEADING * self._style.width
        return "\n\n" if heading and self._item is None else " "

    def _is_close(self, ended: bool) -> bool:
        """Whether the lines before this one stand close, in a text that has blank lines between most of them."""
        return ended and self._close_lines >= _CLOSE_LINES

    def _ends_paragraph(self, before: str, after: str, gap: Gap) -> bool:
        """Whether a line that ends a sentence ends its paragraph too, with no blank line to tell."""
        if not _begins_sentence(after):
            return False
        if gap.indent and not gap.page:
            return True
        if self._ends_list(before) or _has_key_words(self._text, self._paragraph):
            return True
        length = self._line + len(before) - self._set_from
        # Columns are narrower than the abstract above them: the line before is as wide as lines are here.
        width = min(self._style.width, self._length_before or self._style.width)
        return length < SHORT_LINE * width

    def _ends_list(self, before: str) -> bool:
        """Whether a full stop ends a list whose other items end with semicolons."""
        return self._item is not None and self._after_semicolon and before.endswith(".")


def _set_from(draft: Repaired, start: int) -> int:
    """Where the line itself began, whose first word was given the part that stood on the line before."""
    word = _WORD.match(draft.text, start)
    end = word.end() if word else start
    parted = [place for place in range(start, end - 1) if draft.origin[place + 1] - draft.origin[place] > 1]
    return parted[-1] + 1 if parted else start


def _lost_between(draft: Repaired, place: int) -> int:
    """Characters of the raw text that were dropped before the one at `place`."""
    return int(draft.origin[place] - draft.origin[place - 1]) - 1 if place else 0


def _line_at(text: str, start: int) -> str:
    """The line from `start`, as far as a look at it needs."""
    end = text.find("\n", start, start + 400)
    return text[start : end if end >= 0 else start + 400]


def _gap(gap: str) -> Gap:
    last = max(map(gap.rfind, "\n\f\v"))
    return Gap(max(0, gap.count("\n") - 1), "\f" in gap, len(gap) - 1 - last, LINE_END_INSIDE in gap)


def _ends_sentence(line: str) -> bool:
    """Whether a line ends with final punctuation that is not that of an initial or abbreviation."""
    return bool(_FINAL.search(line[-_END:])) and not ends_with_abbreviation(line)


def _has_key_words(text: str, paragraph: int) -> bool:
    """Whether the paragraph that begins here is a list of key words: it is one sentence."""
    return bool(_KEY_WORDS.match(text, paragraph))


def _mark(line: str) -> str | None:
    """The kind of list mark a line begins with: "•", "-", "1", or None."""
    if line.startswith("• "):
        return "•"
    if _DASH_ITEM.match(line):
        return "-"
    return "1" if _ENUMERATOR.match(line) else None


def _continues(before: str, after: str) -> bool:
    """Whether two lines are parts of one sentence by what stands at their ends."""
    first = _first_letter(after)
    return first.islower() or before[-1:] in ",(«„[/" or after[:1] in ",;:.)]»!?%"


def _number(line: str) -> int | None:
    """The number a numbered entry begins with."""
    found = _ENUMERATOR.match(line)
    digits = found and (found["number"] or found["reference"])
    return int(digits) if digits else None


@cache
def _label() -> re.Pattern[str]:
    """Matches a line that begins a part of an article, or is its heading."""
    rows = [line.split("\t") for line in _LABELS.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")]
    labels = "|".join(re.escape(label) for _, label in rows[1:])
    return re.compile(rf"(?:{labels})[ \t]*(?:[:.—–-]|$)", re.IGNORECASE | re.MULTILINE)


def _begins_sentence(line: str) -> bool:
    first = _first_letter(line)
    return first.isupper() or first.isdigit() or first in "•-–—"


def _first_letter(line: str) -> str:
    """What a line begins with after a dash, opening quotes and brackets; nothing where there is no more."""
    return _OPENING.sub("", line, count=1)[:1]


def _is_capitals(line: str) -> bool:
    return line.isupper() and sum(letter.isalpha() for letter in line) > 3
