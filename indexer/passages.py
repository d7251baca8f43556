"""Article -> passages: runs of whole sentences in one language, of about the same length."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from indexer.runs import Unit, unit_languages
from indexer.sentences import sentences
from search.articles import Passage

#: Words a passage has at least and at most, where the text allows.
LEAST_WORDS = 60
MOST_WORDS = 140

#: The length that passages are drawn to.
_USUAL_WORDS = 100

#: Sentences in a passage at most, headings and list items counted.
_MOST_SENTENCES = 60

#: Characters that count as a word in scripts without spaces, and in tables of signs.
_LONGEST_WORD = 16

#: What it costs to end a passage, by what follows: in a paragraph, before a list item, before a paragraph.
_BREAK_COSTS = {"": 1.0, "\n": 0.5, "\n\n": 0.0}
_AFTER_HEADING = 20.0
_AFTER_COLON = 2.0
_BEFORE_HEADING = -0.6

#: A heading is no longer than this, and much shorter where it has a full stop.
_HEADING_WORDS = 14
_HEADING_WORDS_WITH_STOP = 4
_HEADING_END = re.compile(r"[^!?,;:…]\Z")

_CUT = re.compile(r"[,;:–—]\s|\s")
_COMMA_CUT = re.compile(r"[,;:–—]\s")


def passages(article_id: str, text: str, pages: tuple[int, ...] = (), language: str | None = None) -> list[Passage]:
    """The passages of a repaired text, in order; at least one unless the text is blank.

    They hold whole sentences, 60 to 140 words where the text allows, and never reach over a change of
    language. `pages` are the offsets at which pages begin; `language` is what the article declares,
    which decides only where the text does not.
    """
    units = list(_units(text))
    languages = unit_languages(text, units, language)
    found: list[Passage] = []
    for code, run in groupby(zip(units, languages, strict=True), key=lambda pair: pair[1]):
        for start, end in _spans([unit for unit, _ in run]):
            page = bisect_right(pages, start) or 1 if pages else None
            found.append(Passage(article_id, len(found), start, end, code, text[start:end], page))
    return found


def _units(text: str) -> Iterator[Unit]:
    """The sentences, those too long for a passage in pieces."""
    before = 0
    spans = sentences(text)
    for place, (start, end) in enumerate(spans):
        gap = _gap(text[before:start]) if place else "\n\n"
        following = _gap(text[end : spans[place + 1][0]]) if place + 1 < len(spans) else ""
        heading = gap == "\n\n" and following != "" and _is_heading(text[start:end])
        for piece_start, piece_end in _pieces(text, start, end):
            piece = text[piece_start:piece_end]
            yield Unit(piece_start, piece_end, gap, _words(piece), heading, piece.endswith(":"))
            gap = ""
        before = end


def _gap(space: str) -> str:
    newlines = space.count("\n")
    return "\n\n" if newlines > 1 else "\n" * newlines


def _is_heading(sentence: str) -> bool:
    most = _HEADING_WORDS_WITH_STOP if sentence.endswith(".") else _HEADING_WORDS
    return bool(_HEADING_END.search(sentence)) and _words(sentence) <= most and sentence[0] not in "•-–—"


def _words(piece: str) -> int:
    """Words between spaces, or as many as that many characters usually are."""
    return max(len(piece.split()), len(piece) // _LONGEST_WORD)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, or parts of it cut at commas or at least spaces where it is too long."""
    while (
        end - start > _USUAL_WORDS * 4 and _words(text[start : start + (MOST_WORDS + 1) * _LONGEST_WORD]) > MOST_WORDS
    ):
        cut = _cut(text, start, end)
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _cut(text: str, start: int, end: int) -> int:
    """Where a sentence too long is cut: about a usual passage from its start."""
    spaces = [match.start() for match in re.finditer(r"\s+", text[start : start + MOST_WORDS * _LONGEST_WORD])]
    limit = start + (spaces[_USUAL_WORDS] if len(spaces) > _USUAL_WORDS else _USUAL_WORDS * _LONGEST_WORD)
    limit = min(limit, end)
    middle = start + (limit - start) // 2
    for pattern in (_COMMA_CUT, _CUT):
        ends = [match.end() - 1 for match in pattern.finditer(text, middle, limit + 1)]
        if ends:
            return ends[-1]
    return limit


def _spans(units: Sequence[Unit]) -> Iterator[tuple[int, int]]:
    """(start, end) of the passages of a run in one language, at the least total cost."""
    best = [0.0]
    origin = [0]
    for end in range(1, len(units) + 1):
        cost, start = min(_costs(units, best, end))
        best.append(cost)
        origin.append(start)
    cuts = [len(units)]
    while cuts[-1]:
        cuts.append(origin[cuts[-1]])
    cuts.reverse()
    for start, end in pairwise(cuts):
        yield units[start].start, units[end - 1].end


def _costs(units: Sequence[Unit], best: Sequence[float], end: int) -> Iterator[tuple[float, int]]:
    """(cost, first unit) of each passage that could end before the unit `end`."""
    ending = _break_cost(units, end)
    words = 0
    for start in range(end - 1, -1, -1):
        words += units[start].words
        if start < end - 1 and (words > 2 * MOST_WORDS or end - start > _MOST_SENTENCES):
            return
        yield best[start] + _length_cost(words) + ending, start


def _length_cost(words: int) -> float:
    """Steep outside the wanted lengths, and slightly rising away from the usual one inside them."""
    short = max(0, LEAST_WORDS - words) / LEAST_WORDS
    long = max(0, words - MOST_WORDS) / MOST_WORDS
    return 5.0 * short**2 + 30.0 * long + 0.4 * math.log(max(words, 1) / _USUAL_WORDS) ** 2


def _break_cost(units: Sequence[Unit], end: int) -> float:
    if end == len(units):
        return 0.0
    last, following = units[end - 1], units[end]
    if last.heading:
        return _AFTER_HEADING
    cost = _BREAK_COSTS[following.gap] + (_BEFORE_HEADING if following.heading else 0.0)
    return cost + (_AFTER_COLON if last.colon else 0.0)
