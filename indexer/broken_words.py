"""Words broken by a line end or a tab, and the evidence for how they were written.

The evidence is the rest of the text (the word whole, with a hyphen, or its parts alone), the table of
hyphenated words, and the spelling rules that ky, kk, ru and en share.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from indexer.edits import Edit, Repaired, edited

#: A line end that is known to be inside a sentence, since a word reaches over it.
LINE_END_INSIDE = "\v"

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LINE_BREAK = r"-[ \t]*(?:[\n\f][ \t]*)+"
_BREAK = re.compile(
    rf"(?<=[^\W\d_]){_LINE_BREAK}(?=[^\W\d_])|(?<=\d){_LINE_BREAK}(?=[^\W_])|(?<=[^\W\d_])\t(?=[^\W\d_])"
)
_PART_BEFORE = re.compile(r"[^\W_]+(?:-[^\W_]+)*\Z")
_NEWLINE = re.compile(r"[\n\f]")
_START_OF_WORD = re.compile(r"\S+\Z")
_REST_OF_WORD = re.compile(r"\S+")
_PART_AFTER = re.compile(r"[^\W_]+")

#: Russian compound adjectives: the first part keeps its hyphen before a whole adjective.
_COMPOUND_LEFT = re.compile(r"[а-яё]{2,}(?:[бвгджзклмнпрстфхцчшщь]но|ско|цко|ово|ево|вно)")
_ADJECTIVE_RIGHT = re.compile(r"[а-яё]{3,}(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ых|их|ыми|ими|ую|юю)")

#: Longest part of a word that is looked at.
_LONGEST = 60

#: A list mark and its space are no longer than this.
_MARK = 6

#: Longest part that is rather a syllable than a word.
_SHORT = 3

#: Letters two words share at least to count as forms of one.
_STEM = 5

_TABLE = Path(__file__).parent / "hyphenated.tsv"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How often each word of a text occurs, in lower case: words broken by a line end left out."""

    counts: Counter[str]
    ordered: list[str] = field(default_factory=list)

    def begins(self, start: str) -> int:
        """How many different words begin with `start`."""
        return bisect_left(self.ordered, start + "\uffff") - bisect_left(self.ordered, start)


def vocabulary(text: str) -> Vocabulary:
    """The words of a text, each with its hyphenated form and the parts of that."""
    counts: Counter[str] = Counter()
    for whole in _unbroken(text):
        for word in _WORD.findall(whole.lower()):
            counts[word] += 1
            if "-" in word:
                parts = word.split("-")
                counts.update(parts)
                counts.update(f"{left}-{right}" for left, right in pairwise(parts))
    return Vocabulary(counts, sorted(counts))


def _unbroken(text: str) -> Iterator[str]:
    """Stretches of the text without the two parts of its broken words."""
    done = 0
    for match in _BREAK.finditer(text):
        # A tab is in most texts just a space: then its words count.
        if match[0] == "\t":
            continue
        before, after = parts_around(text, match.start(), match.end())
        yield text[done : max(done, match.start() - len(before))]
        done = match.end() + len(after)
    yield text[done:]


def parts_around(text: str, start: int, end: int) -> tuple[str, str]:
    """The parts of a word before `start` and after `end`."""
    before = _PART_BEFORE.search(text[max(0, start - _LONGEST) : start])
    after = _PART_AFTER.match(text[end : end + _LONGEST])
    return before[0] if before else "", after[0] if after else ""


def has_true_hyphen(before: str, after: str, known: Vocabulary) -> bool:
    """Whether the word is written with a hyphen between the two parts, and not in one."""
    left, right = before.rpartition("-")[2].lower(), after.lower()
    if before[-1].isdigit() or after[0].isdigit():
        return True
    hyphenated = _support(f"{left}-{right}", len(left) + 1, known)
    joined = _support(left + right, len(left), known)
    if hyphenated != joined:
        return hyphenated > joined
    return _is_listed(left, right) or _is_name_or_acronym(before, after) or _is_compound(left, right, known)


def _support(form: str, left: int, known: Vocabulary) -> int:
    """How much of the text speaks for a form: its own occurrences twice, words of the same stem once."""
    stem = form[: max(_STEM, left + 3)]
    related = known.begins(stem) if len(stem) >= _STEM else 0
    return 2 * known.counts[form] + related


def _is_listed(left: str, right: str) -> bool:
    return any(
        right.startswith(entry[:-1]) if entry.endswith("*") else right == entry for entry in _hyphenated().get(left, ())
    )


def _is_name_or_acronym(before: str, after: str) -> bool:
    """Алма-Ата, ШКУ-нун: capitals on one side only, or at the beginning of both parts."""
    left = before.rpartition("-")[2]
    if after[0].isupper():
        return not (left.isupper() and after[:2].isupper())
    return len(left) > 1 and left.isupper()


def _is_compound(left: str, right: str, known: Vocabulary) -> bool:
    """A word said twice, a Russian compound adjective, or two whole words of the text."""
    if len(left) >= 3 and left[:3] == right[:3]:
        return True
    if _COMPOUND_LEFT.fullmatch(left) and _ADJECTIVE_RIGHT.fullmatch(right):
        return True
    return len(left) >= 3 and len(right) >= 5 and bool(known.counts[left]) and bool(known.counts[right])


@cache
def _hyphenated() -> dict[str, tuple[str, ...]]:
    """Right parts by left part; an entry that ends in "*" is the beginning of one."""
    table: dict[str, tuple[str, ...]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and line != "left\tright":
            left, right = line.split("\t")
            table[left] = (*table.get(left, ()), right)
    return table


def broken_at_line_ends(draft: Repaired) -> Repaired:
    """Words parted by a hyphen and a line end become one again, with their hyphen where it is a true one."""
    breaks = [match for match in _BREAK.finditer(draft.text) if match[0] != "\t"]
    if not breaks:
        return draft
    known = vocabulary(draft.text)
    mended = (edit for match in breaks for edit in _mended(draft.text, match.start(), match.end(), known))
    return edited(draft, _apart(mended))


def _apart(edits: Iterator[Edit]) -> Iterator[Edit]:
    """The edits without those that reach into the one before: a line end that two words ask for."""
    done = 0
    for edit in edits:
        if edit[0] >= done:
            yield edit
            done = edit[1]


def _mended(text: str, start: int, end: int, known: Vocabulary) -> Iterator[Edit]:
    """The break is taken out, and the line ends before the whole word instead, or after it."""
    before, after = parts_around(text, start, end)
    word = _START_OF_WORD.search(text, max(0, start - _LONGEST), start)
    begin = word.start() if word else start
    # A word at the beginning of its line stays there, with the list mark it may have.
    early = begin > _MARK and text[begin - 1] in " \t" and not _NEWLINE.search(text, begin - _MARK, begin)
    if early:
        yield begin - 1, begin, LINE_END_INSIDE
    yield start, end, "-" if has_true_hyphen(before, after, known) else ""
    rest = _REST_OF_WORD.match(text, end, end + _LONGEST)
    if not early and rest and text[rest.end() : rest.end() + 1] in (" ", "\t"):
        yield rest.end(), rest.end() + 1, LINE_END_INSIDE


def broken_by_tabs(draft: Repaired) -> Repaired:
    """Words parted by a tab become one again where the text knows the whole and not the parts."""
    breaks = [match for match in _BREAK.finditer(draft.text) if match[0] == "\t"]
    if not breaks:
        return draft
    known = vocabulary(draft.text)
    return edited(draft, (edit for match in breaks if (edit := _joined(draft.text, match.start(), known))))


def _joined(text: str, tab: int, known: Vocabulary) -> Edit | None:
    before, after = parts_around(text, tab, tab + 1)
    left, right = before.rpartition("-")[2].lower(), after.lower()
    return (tab, tab + 1, "") if _is_whole(left, right, known) else None


def _is_whole(left: str, right: str, known: Vocabulary) -> bool:
    """Whether the text speaks for the word, and nothing but this place for its parts."""
    whole = left + right
    # Each part is counted once where it stands here.
    strange = [part for part in (left, right) if known.counts[part] <= 1]
    if len(strange) == 2:
        return known.begins(whole[: max(_STEM, len(left) + 2)]) > 0
    return bool(strange) and len(strange[0]) <= _SHORT and known.counts[whole] > 0
