"""Marked text as HTML: built from ranges and escaped text, never from markup in an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

from search.results import Highlight
from webapp.messages import gettext


def marked(text: str, highlights: Iterable[Highlight], start: int = 0, end: int | None = None) -> Markup:
    """`text[start:end]` as HTML with the highlights in it marked.

    Ranges outside the text are cut off, and of two that overlap the earlier one is kept.
    """
    end = len(text) if end is None else min(end, len(text))
    return Markup("".join(_pieces(text, highlights, start, end)))


def reason(highlight: Highlight, found: str) -> str:
    """Why a word is marked, as shown when it is pointed at; `found` is the word."""
    word = highlight.query_word
    if highlight.kind == "exact":
        return gettext("The word you asked for: “%(word)s”", word=word)
    if highlight.kind == "lemma":
        return gettext("%(word)s ↔ %(found)s: another form of the word", word=word, found=found)
    return gettext("%(word)s ↔ %(found)s: close in meaning", word=word, found=found)


def _pieces(text: str, highlights: Iterable[Highlight], start: int, end: int) -> Iterator[str]:
    position = start
    for highlight in sorted(highlights, key=lambda each: (each.start, -each.end)):
        first, last = max(highlight.start, start), min(highlight.end, end)
        if first < position or first >= last:
            continue
        found = text[first:last]
        yield escape(text[position:first])
        yield f'<mark class="{highlight.kind}" title="{escape(reason(highlight, found))}">{escape(found)}</mark>'
        position = last
    yield escape(text[position:end])
