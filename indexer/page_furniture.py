"""What belongs to the page and not to the article: page numbers and running heads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from indexer.edits import Edit, Repaired, edited

_PAGE_NUMBER = re.compile(
    r"(?:^|(?<=\f))[ \t]*(?:[-–—|\[][ \t]?)?"
    r"(?:(?:page|p\.|стр\.|с\.|бет|б\.)[ \t]?)?"
    r"\d{1,4}(?:[ \t]?(?:/|of|из)[ \t]?\d{1,4})?(?:[ \t-]?(?:бет|б\.|page|p\.))?"
    r"(?:[ \t]?[-–—|\]])?[ \t]*(?=[\n\f]|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_LINE = re.compile(r"[^\n]*\S[^\n]*")

#: Lines looked at from each end of a page.
_EDGE = 2

#: A running head stands on this many pages at least, and on one page in four.
_LEAST_PAGES = 3
_LEAST_SHARE = 0.25

#: Longer lines are text.
_LONGEST = 200


def running_heads(draft: Repaired) -> Repaired:
    """Lines that return at the edge of many pages, their numbers aside, are dropped. Pages end with a form feed."""
    edges = list(_page_edges(draft.text))
    pages = draft.text.count("\f") + 1
    counts = Counter(key for _, key in {(page, _key(draft.text[start:end])) for page, start, end in edges})
    repeated = {key for key, count in counts.items() if count >= max(_LEAST_PAGES, _LEAST_SHARE * pages)}
    return _unless_nothing_is_left(
        draft, edited(draft, [(s, e, "") for _, s, e in edges if _key(draft.text[s:e]) in repeated])
    )


def _page_edges(text: str) -> Iterator[tuple[int, int, int]]:
    """(page, start, end) of the first and last lines of each page, in order."""
    start = 0
    for page, content in enumerate(text.split("\f")):
        lines = [(start + match.start(), start + match.end()) for match in _LINE.finditer(content)]
        for line in lines if len(lines) <= 2 * _EDGE else lines[:_EDGE] + lines[-_EDGE:]:
            if line[1] - line[0] <= _LONGEST:
                yield page, *line
        start += len(content) + 1


def _key(line: str) -> str:
    """What stays the same of a line from page to page."""
    return _DIGITS.sub("#", " ".join(line.casefold().split()))


def page_numbers(draft: Repaired) -> Repaired:
    """Numbers alone on a line that stands apart are dropped, and a form feed marks the page end."""
    return _unless_nothing_is_left(draft, edited(draft, _page_number_edits(draft.text)))


def _unless_nothing_is_left(draft: Repaired, shortened: Repaired) -> Repaired:
    """The draft itself where the article is nothing but what looks like page numbers."""
    return shortened if shortened.text.strip() else draft


def _page_number_edits(text: str) -> Iterator[Edit]:
    """Numbers that stand apart, if they do not follow each other like the cells of a table."""
    found = [match for match in _PAGE_NUMBER.finditer(text) if not _is_year(match[0].strip())]
    ends = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found[1:]), len(text)]
    for match, before, after in zip(found, ends, starts, strict=False):
        in_table = (match is not found[0] and not text[before : match.start()].strip()) or (
            match is not found[-1] and not text[match.end() : after].strip()
        )
        if not in_table and _stands_apart(text, match.start(), match.end()):
            yield match.start(), match.end(), "\f"


def _is_year(line: str) -> bool:
    return len(line) == 4 and line[:2] in ("19", "20")


def _stands_apart(text: str, start: int, end: int) -> bool:
    """Whether the line has a blank line or the end of the text on both sides, or a page end on one."""
    above = text[max(0, start - 80) : start].rstrip(" \t").removesuffix("\n").rstrip(" \t")
    below = text[end : end + 80].lstrip(" \t").removeprefix("\n").lstrip(" \t")
    if above.endswith("\f") or below.startswith("\f"):
        return True
    return (not above or above.endswith("\n")) and (not below or below.startswith("\n"))
