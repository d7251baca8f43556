"""The words of one article: evidence for how its damaged words were written."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

#: A hyphen, a line end, and blank lines inside a word.
LINE_BREAK = re.compile(r"(?<=[^\W\d_])-[ \t]*(?:[\n\f][ \t]*)+(?=[^\W\d_])|(?<=\d)-[ \t]*(?:[\n\f][ \t]*)+(?=[^\W_])")

#: Longest part of a word that is looked at.
LONGEST_PART = 60

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PART_BEFORE = re.compile(r"[^\W_]+(?:-[^\W_]+)*\Z")
_PART_AFTER = re.compile(r"[^\W_]+")


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
    for match in LINE_BREAK.finditer(text):
        before, after = parts_around(text, match.start(), match.end())
        yield text[done : max(done, match.start() - len(before))]
        done = match.end() + len(after)
    yield text[done:]


def parts_around(text: str, start: int, end: int) -> tuple[str, str]:
    """The parts of a word before `start` and after `end`."""
    before = _PART_BEFORE.search(text[max(0, start - LONGEST_PART) : start])
    after = _PART_AFTER.match(text[end : end + LONGEST_PART])
    return before[0] if before else "", after[0] if after else ""
