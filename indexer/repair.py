"""Undoes the damage of text extraction, and remembers where every character came from.

Each rule is a named function from draft to draft; they are applied in the order of RULES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from indexer.broken_words import broken_at_line_ends, broken_by_tabs
from indexer.characters import (
    bullets,
    composition,
    invisible,
    ligatures,
    line_ends,
    lost_spaces,
    odd_spaces,
    soft_hyphens,
    spaces,
    tabs,
    unreadable,
)
from indexer.edits import IntArray, Repaired, edited, untouched
from indexer.footnotes import footnotes
from indexer.joined_words import capitals_inside, joined_attributes, joined_words
from indexer.layout import line_breaks
from indexer.legacy_letters import legacy_letters
from indexer.lookalikes import (
    latin_lookalikes,
    latin_prepositions,
    lookalike_words,
    lookalikes,
    schwas,
    turkic_lookalikes,
)
from indexer.misread_letters import misread_letters
from indexer.page_furniture import page_numbers, running_heads
from indexer.spaced_letters import spaced_letters

__all__ = ["RULES", "IntArray", "Repaired", "repair", "repaired_pages", "stages"]

#: From a draft to a better one.
Rule = Callable[[Repaired], Repaired]

#: Characters first, since every later rule looks at letters, spaces and line ends; lines last.
RULES: tuple[Rule, ...] = (
    misread_letters,
    line_ends,
    soft_hyphens,
    invisible,
    composition,
    ligatures,
    legacy_letters,
    schwas,
    lookalike_words,
    lookalikes,
    turkic_lookalikes,
    latin_lookalikes,
    latin_prepositions,
    lost_spaces,
    capitals_inside,
    spaced_letters,
    odd_spaces,
    bullets,
    unreadable,
    spaces,
    running_heads,
    page_numbers,
    footnotes,
    broken_at_line_ends,
    broken_by_tabs,
    tabs,
    line_breaks,
    joined_words,
    joined_attributes,
)


def repair(raw: str, pages: tuple[int, ...] = ()) -> Repaired:
    """The text as it was written, as far as it can be told from what extraction left of it.

    Paragraphs are parted by two newlines, list items ("• ...") and entries by one. `pages` are the
    offsets in `raw` at which pages begin, where they are known; a form feed says the same.
    """
    draft = _with_page_ends(raw, pages)
    for rule in RULES:
        draft = rule(draft)
    return draft


def stages(raw: str, pages: tuple[int, ...] = ()) -> Iterator[tuple[str, Repaired]]:
    """The draft after each rule that changed it, with the rule's name."""
    drafts = [("", _with_page_ends(raw, pages))]
    for rule in RULES:
        drafts.append((rule.__name__, rule(drafts[-1][1])))
    yield from (after for before, after in pairwise(drafts) if before[1].text != after[1].text)


def repaired_pages(pages: tuple[int, ...], repaired: Repaired) -> tuple[int, ...]:
    """Where pages that begin at these raw offsets begin in the repaired text."""
    # Footnotes put after their paragraph come from an earlier page than what stands before them.
    reached = np.maximum.accumulate(repaired.origin)
    return tuple(np.searchsorted(reached[:-1], pages).tolist())


def _with_page_ends(raw: str, pages: tuple[int, ...]) -> Repaired:
    """The raw text with a form feed before every page but the first."""
    return edited(untouched(raw), ((start, start, "\f") for start in sorted(set(pages)) if 0 < start < len(raw)))
