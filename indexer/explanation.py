"""What repair did to a text and why: every change with its rule, and where it stands in the raw text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from indexer.broken_words import LINE_END_INSIDE
from indexer.edits import Edit, IntArray, Repaired, untouched
from indexer.repair import RULES, stages

#: Stands for the middle of a stretch too long to show.
ELISION = " […] "

#: Characters of a stretch that are shown; what is longer loses its middle.
LONGEST = 160

#: Changes of one kind that are shown, where the kind is small and comes often.
EXAMPLES = 5

#: A mark that repair sets where a page begins.
_PAGE_END = "\f"

#: A kind of change is small up to so many characters.
_SMALL = 2

#: Characters of a neighbouring word that are shown.
_REACH = 40

_WHITESPACE = re.compile(r"\s")
_UNEVEN_SPACES = re.compile(r"^ +| +$| {2,}")
_SIGNS = {"\t": "⇥", "\n": "⏎"}


@dataclass(frozen=True, slots=True)
class Change:
    """What one rule did to a word or line.

    `start` and `end` are character offsets into the raw text, and `before` is what stands there; `after` is
    the same with nothing but this change. Either has `ELISION` for its middle where it is longer than
    `LONGEST`. `page` counts from 1, None where the source has no pages.
    """

    rule: str
    meaning: str
    start: int
    end: int
    page: int | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many changes a rule made."""

    rule: str
    count: int
    meaning: str


def changes(raw: str, pages: tuple[int, ...] = ()) -> list[Change]:
    """Every change that repair makes to a text: in the order of the rules, those of a rule from the beginning on.

    `pages` are the offsets in `raw` at which pages begin. Changes of a rule within one word or gap are one.
    """
    meanings = {rule.__name__: (rule.__doc__ or "").partition("\n")[0] for rule in RULES}
    found: list[Change] = []
    before = untouched(raw)
    for rule, after in stages(raw, pages):
        for edits in _by_place(raw, _raw_edits(raw, before, after)):
            start, end = _with_words(raw, edits[0][0], edits[-1][1])
            old, new = raw[start:end], _carried_out(raw, start, end, edits)
            if old != new:
                page = bisect_right(pages, start) or 1 if pages else None
                found.append(Change(rule, meanings[rule], start, end, page, _shortened(old), _shortened(new)))
        before = after
    return found


def summary(found: Iterable[Change]) -> list[RuleCount]:
    """How often each rule changed something, in the order of the rules."""
    counts = Counter((change.rule, change.meaning) for change in found)
    return [RuleCount(rule, count, meaning) for (rule, meaning), count in counts.items()]


def raw_span(repaired: Repaired, start: int, end: int) -> tuple[int, int]:
    """Where in the raw text the characters of `repaired.text[start:end]` come from: (start, end).

    What stands between and was taken out or put elsewhere is in it too. The whole raw text where the range
    holds nothing: an article that repair would leave nothing of is kept as it is.
    """
    origin = repaired.origin[:-1][start:end]
    if not len(origin):
        return 0, int(repaired.origin[-1])
    later = repaired.origin[repaired.origin > origin.max()]
    return int(origin.min()), int(later.min() if len(later) else origin.max())


def explained(found: Sequence[Change]) -> Iterator[str]:
    """The changes as lines, white space made visible, and a table of the rules.

    Of the kinds that are small, come often and leave words whole, the first `EXAMPLES` are shown.
    """
    for (rule, meaning), group in groupby(found, key=lambda change: (change.rule, change.meaning)):
        yield f"{rule}: {meaning}"
        yield from _examples(list(group))
        yield ""
    counts = summary(found)
    widths = [max((len(str(getattr(each, name))) for each in counts), default=0) for name in ("rule", "count")]
    for each in counts:
        yield f"{each.rule:<{widths[0]}}  {each.count:>{widths[1]}}  {each.meaning}"
    if not counts:
        yield "repair changed nothing"


def _examples(found: Sequence[Change]) -> Iterator[str]:
    kinds = [_kind(change) for change in found]
    counts = Counter(kinds)
    shown: Counter[tuple[str, str] | None] = Counter()
    for change, kind in zip(found, kinds, strict=True):
        shown[kind] += 1
        if kind is None or shown[kind] <= EXAMPLES:
            page = f"  page {change.page}" if change.page else ""
            yield f"  {change.start}–{change.end}{page}  {_visible(change.before)} → {_visible(change.after)}"
    for kind, count in counts.items():
        if kind and count > EXAMPLES:
            yield f"  {_visible(kind[0])} → {_visible(kind[1])}  {count:,} in all"


def _kind(change: Change) -> tuple[str, str] | None:
    """What became of what, the same around them left out; None for a change that is to be seen by itself."""
    old, new = change.before, change.after
    if len(old.split()) != len(new.split()) or ELISION in old:
        return None
    least = min(len(old), len(new))
    first = next((place for place in range(least) if old[place] != new[place]), least)
    last = next((place for place in range(least - first) if old[-1 - place] != new[-1 - place]), least - first)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    return (old, new) if max(len(old), len(new)) <= _SMALL else None


def _visible(text: str) -> str:
    """The text with signs for white space and code points for what cannot be seen."""
    spaced = _UNEVEN_SPACES.sub(lambda match: "␠" * len(match[0]), text)
    signs = (_SIGNS.get(char) or (char if char.isprintable() else f"‹U+{ord(char):04X}›") for char in spaced)
    return "".join(signs) or "∅"


def _raw_edits(raw: str, before: Repaired, after: Repaired) -> Iterator[Edit]:
    """What a rule did, as edits of the raw text: each covers all that its characters stand for."""
    ends = _ends(before.origin)
    for start, end, text in _edits(before, after):
        old, new = before.text[start:end], _unmarked(text)
        first, last = _raw_range(before.origin, ends, start, end)
        only_marked = text == LINE_END_INSIDE and old.isspace()
        if not only_marked and new not in (old.replace(_PAGE_END, ""), raw[first:last]):
            yield first, last, new


def _raw_range(origin: IntArray, ends: IntArray, start: int, end: int) -> tuple[int, int]:
    """Where in the raw text a range comes from; what was put in before a character takes nothing of it."""
    following = int(origin[end])
    if start == end:
        return following, following
    first, last = int(origin[start:end].min()), int(origin[start:end].max())
    return first, following if last == following else int(ends[start:end].max())


def _unmarked(text: str) -> str:
    """The text without the marks that a rule leaves for later ones."""
    return text.replace(LINE_END_INSIDE, " ").replace(_PAGE_END, "")


def _ends(origin: IntArray) -> IntArray:
    """Where in the raw text each character ends: where the next begins, what is left out between them included."""
    begins = np.unique(origin)
    return begins[np.minimum(np.searchsorted(begins, origin, side="right"), len(begins) - 1)]


def _edits(before: Repaired, after: Repaired) -> Iterator[Edit]:
    """The edits that make the one text the other, in order; a stretch put in another order is one edit."""
    old, new = _kept(before, after)
    in_place = (old == np.maximum.accumulate(old)) & (old == np.minimum.accumulate(old[::-1])[::-1])
    old = np.concatenate([[-1], old[in_place], [len(before.text)]])
    new = np.concatenate([[-1], new[in_place], [len(after.text)]])
    for place in np.flatnonzero((np.diff(old) != 1) | (np.diff(new) != 1)).tolist():
        yield int(old[place]) + 1, int(old[place + 1]), after.text[int(new[place]) + 1 : int(new[place + 1])]


def _kept(before: Repaired, after: Repaired) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places before and after of the characters that stayed what they were."""
    old_keys, new_keys = _keys(before.origin), _keys(after.origin)
    if not len(old_keys) or not len(new_keys):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = np.argsort(old_keys)
    found = order[np.minimum(np.searchsorted(old_keys, new_keys, sorter=order), len(order) - 1)]
    same = (old_keys[found] == new_keys) & (_code_points(before.text)[found] == _code_points(after.text))
    return found[same], np.flatnonzero(same)


def _keys(origin: IntArray) -> NDArray[np.int64]:
    """A number for each character: its offset in the raw text, and how many follow that come from the same."""
    places = np.arange(len(origin) - 1)
    last = np.append(np.flatnonzero(np.diff(origin[:-1])), len(origin) - 2)
    following = last[np.searchsorted(last, places)] - places
    return (origin[:-1].astype(np.int64) << 32) + following


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _by_place(raw: str, edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """The edits, those within one word or one stretch of white space together."""
    group: list[Edit] = []
    for edit in edits:
        if group and not _in_one_place(raw, group[-1], edit):
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _in_one_place(raw: str, edit: Edit, following: Edit) -> bool:
    stretch = raw[edit[0] : following[1]]
    return edit[1] <= following[0] and (stretch.isspace() or not _WHITESPACE.search(stretch))


def _with_words(raw: str, start: int, end: int) -> tuple[int, int]:
    """The range with the rest of the words it cuts into, and with those around it where it is white space."""
    before, after = raw[max(0, start - _REACH) : start], raw[end : end + _REACH]
    first = len(_last_word(before, raw[start:end][:1].strip() == ""))
    last = len(_last_word(after[::-1], raw[start:end][-1:].strip() == ""))
    return start - first, end + last


def _last_word(text: str, over_space: bool) -> str:
    """What the text ends with: a word, or where that may be between, a word and white space."""
    word_end = len(text.rstrip()) if over_space else len(text)
    words = text[:word_end].split()
    return text[word_end - len(words[-1]) :] if words and not text[word_end - 1].isspace() else text[word_end:]


def _carried_out(raw: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    """raw[start:end] after the edits."""
    pieces: list[str] = []
    for first, last, text in edits:
        pieces += (raw[start:first], text)
        start = last
    return "".join([*pieces, raw[start:end]])


def _shortened(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}{ELISION}{text[-half:]}"
