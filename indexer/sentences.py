"""Where sentences begin and end, by rules that hold for Kyrgyz, Kazakh, Russian and English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "abbreviations.tsv"

#: Final punctuation, what may close after it (quotes, brackets, references), and the space that follows.
_END = re.compile(
    r"(?P<mark>[.!?…]+)(?P<closing>[)\]»”’\"']*(?:[ ]?\[\d[\d ,;–-]{0,40}\][.]?)?)(?P<space>\s+|$)"
    # A full stop that has lost its space: only between whole Cyrillic words, since addresses have them too.
    r"|(?<=[а-яёңөүәғқұһі]{3})(?P<lost>\.)(?=[А-ЯЁҢӨҮӘҒҚҰҺІ][а-яёңөүәғқұһі]{2})"
    r"|(?P<line>\n\s*)"
)
_BRACKETS = re.compile(r"\([^()\n]{0,300}\)|\[[^\[\]\n]{0,300}\]")
_WORD_BEFORE = re.compile(r"[^\s(«“„\"\[]+\Z")
_NEXT_WORD = re.compile(r"[«“„\"'(\[–—-]*\s?([\w№]+)(\.?)(\s?\d)?")
#: After a full stop: "/ ", "– 2005", "(Minsk", "2005. Vol.", "М.: Наука" go on with a reference.
_IN_REFERENCE = re.compile(r"[/|;,:.…=(–—-]|(?:19|20)\d\d\.|[^\W\d_]{1,3}\.[:,]")
_GOES_ON = "/;,:.…"
_ENUMERATOR = re.compile(r"(?:\(?(?:\d{1,3}|[^\W\d_])|[IVXLC]{1,5}|\d{1,2}(?:\.\d{1,2}){1,3})\.?\Z")
_INITIAL = re.compile(r"(?:[^\W\d_]\.-?)*[A-ZА-ЯЁҢӨҮӘҒҚҰҺІ](?:[а-яё]?)\Z")

#: Longest word before a full stop that is looked at.
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """The table by kind: abbreviations in lower case without the last full stop, and words that begin sentences."""

    titles: frozenset[str]
    numbers: frozenset[str]
    units: frozenset[str]
    closings: frozenset[str]
    starters: frozenset[str]


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, without the space around it.

    Every newline ends a sentence, so that headings, list items and paragraphs stand alone; the text
    is expected to be repaired. Takes time in proportion to the length of the text.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for end, following in (*_ends(text), (len(text), len(text))):
        while start < end and text[start].isspace():
            start += 1
        if start < end:
            found.append((start, _stripped(text, start, end)))
        start = following
    return found


def ends_with_abbreviation(line: str) -> bool:
    """Whether a full stop at the end of `line` is that of an initial or an abbreviation that goes on."""
    before = _WORD_BEFORE.search(line[-_LONGEST:].rstrip())
    if not before or not before[0].endswith("."):
        return False
    word = before[0].rstrip(".")
    known = abbreviations()
    return bool(_INITIAL.fullmatch(word)) or word.lower() in known.titles | known.numbers


@cache
def abbreviations() -> Abbreviations:
    """The table beside this file."""
    kinds: dict[str, set[str]] = {kind: set() for kind in ("title", "number", "unit", "closing", "starter")}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and not line.startswith("language\t"):
            _, form, kind = line.split("\t")
            kinds[kind].add(form if kind == "starter" else form.lower().removesuffix("."))
    order = ("title", "number", "unit", "closing", "starter")
    return Abbreviations(*(frozenset(kinds[kind]) for kind in order))


def _stripped(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _ends(text: str) -> Iterator[tuple[int, int]]:
    """(end of a sentence, where the next can begin)."""
    brackets = _Brackets(text)
    line = 0
    for match in _END.finditer(text):
        if match["line"] is not None:
            yield match.start(), match.end()
        elif match["lost"]:
            if not brackets.hold(match.start()):
                yield match.end(), match.end()
        elif _ends_line(text, match) or (not brackets.hold(match.start()) and _is_end(text, line, match)):
            yield match.start("space"), match.end()
        if "\n" in match[0]:
            line = match.end()


def _ends_line(text: str, match: re.Match[str]) -> bool:
    return "\n" in match["space"] or match.end() == len(text)


class _Brackets:
    """Tells whether an offset is inside short brackets; asked for rising offsets."""

    def __init__(self, text: str) -> None:
        self._spans = _BRACKETS.finditer(text)
        self._span = next(self._spans, None)

    def hold(self, offset: int) -> bool:
        while self._span and self._span.end() <= offset:
            self._span = next(self._spans, None)
        return self._span is not None and self._span.start() < offset


def _is_end(text: str, line: int, match: re.Match[str]) -> bool:
    """Whether final punctuation with space after it ends a sentence."""
    following = _NEXT_WORD.match(text, match.end(), match.end() + _LONGEST)
    if following and following[1][0].islower():
        return False
    if match["mark"] != ".":
        return text[match.end()] not in _GOES_ON
    if _IN_REFERENCE.match(text, match.end(), match.end() + _LONGEST):
        return False
    if match["closing"]:
        return True
    before = _WORD_BEFORE.search(text, max(line, match.start() - _LONGEST), match.start())
    word = before[0] if before else ""
    if before and before.start() == line and _ENUMERATOR.fullmatch(word):
        return False
    if not following:
        return True
    # "2005. Vol. 3", "2002. С. 183": what follows is one reference with what stands before.
    if following[2] and following[3] and following[1].lower() in abbreviations().numbers:
        return False
    return _ends_after(word, following[1])


def _ends_after(word: str, following: str) -> bool:
    """Whether a sentence ends after `word` and a full stop, before a word with a capital letter or a number."""
    known = abbreviations()
    folded = word.lower()
    if _is_unit(folded):
        return following in known.starters
    if folded in known.closings:
        return not following[0].isdigit()
    if folded in known.titles or _INITIAL.fullmatch(word):
        return False
    return folded not in known.numbers or not (following[0].isdigit() or following.isupper())


def _is_unit(word: str) -> bool:
    """г., and with what it belongs to: 1988-ж., 2003г."""
    return word.lstrip("0123456789-–,") in abbreviations().units
