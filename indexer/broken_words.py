"""Words broken by a line end, and the evidence for how they were written.

The evidence is the rest of the text (the word whole, with a hyphen, or its parts alone), the table of
hyphenated words, and the spelling rules that ky, kk, ru and en share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.article_words import LINE_BREAK, LONGEST_PART, Vocabulary, parts_around, vocabulary
from indexer.edits import Edit, Repaired, edited
from indexer.hyphenated import is_listed
from indexer.parted_words import broken_by_tabs
from indexer.spaced_hyphens import without_spaces_at_hyphens

__all__ = ["LINE_END_INSIDE", "broken_at_line_ends", "broken_by_tabs", "has_true_hyphen"]

#: A line end that is known to be inside a sentence, since a word reaches over it.
LINE_END_INSIDE = "\v"

_NEWLINE = re.compile(r"[\n\f]")
_START_OF_WORD = re.compile(r"\S+\Z")
_REST_OF_WORD = re.compile(r"\S+")

#: Russian compound adjectives: the first part keeps its hyphen before a whole adjective.
_COMPOUND_LEFT = re.compile(r"[а-яё]{2,}(?:[бвгджзклмнпрстфхцчшщь]но|ско|цко|ово|ево|вно)")
_ADJECTIVE_RIGHT = re.compile(r"[а-яё]{3,}(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ых|их|ыми|ими|ую|юю)")

#: A list mark and its space are no longer than this.
_MARK = 6

#: Letters two words share at least to count as forms of one.
_STEM = 5


def has_true_hyphen(before: str, after: str, known: Vocabulary) -> bool:
    """Whether the word is written with a hyphen between the two parts, and not in one."""
    left, right = before.rpartition("-")[2].lower(), after.lower()
    if before[-1].isdigit() or after[0].isdigit():
        return True
    hyphenated = _support(f"{left}-{right}", len(left) + 1, known)
    joined = _support(left + right, len(left), known)
    if hyphenated != joined:
        return hyphenated > joined
    return is_listed(left, right) or _is_name_or_acronym(before, after) or _is_compound(left, right, known)


def _support(form: str, left: int, known: Vocabulary) -> int:
    """How much of the text speaks for a form: its own occurrences twice, words of the same stem once."""
    stem = form[: max(_STEM, left + 3)]
    related = known.begins(stem) if len(stem) >= _STEM else 0
    return 2 * known.counts[form] + related


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


def broken_at_line_ends(draft: Repaired) -> Repaired:
    """Words parted by a hyphen and a line end, or by a hyphen between spaces, become one again.

    The hyphen stays where it is a true one.
    """
    breaks = list(LINE_BREAK.finditer(draft.text))
    if breaks:
        known = vocabulary(draft.text)
        mended = (edit for match in breaks for edit in _mended(draft.text, match.start(), match.end(), known))
        draft = edited(draft, _apart(mended))
    return without_spaces_at_hyphens(draft)


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
    word = _START_OF_WORD.search(text, max(0, start - LONGEST_PART), start)
    begin = word.start() if word else start
    # A word at the beginning of its line stays there, with the list mark it may have.
    early = begin > _MARK and text[begin - 1] in " \t" and not _NEWLINE.search(text, begin - _MARK, begin)
    if early:
        yield begin - 1, begin, LINE_END_INSIDE
    yield start, end, "-" if has_true_hyphen(before, after, known) else ""
    rest = _REST_OF_WORD.match(text, end, end + LONGEST_PART)
    if not early and rest and text[rest.end() : rest.end() + 1] in (" ", "\t"):
        yield rest.end(), rest.end() + 1, LINE_END_INSIDE
