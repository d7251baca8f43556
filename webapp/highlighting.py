"""Marked text as HTML: built from ranges and escaped text, never from markup in an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

from search.results import Highlight
from webapp.messages import gettext

_MARK = Markup('<mark class="{}" title="{}">{}</mark>')


def marked(text: str, highlights: Iterable[Highlight], start: int = 0, end: int | None = None) -> Markup:
    """`text[start:end]` as HTML with the highlights in it marked.

    Ranges outside the text are cut off, and of two that overlap the earlier one is kept.
    """
    end = len(text) if end is None else min(end, len(text))
    return Markup("").join(_pieces(text, highlights, start, end))


def reason(highlight: Highlight) -> str:
    """Why a word is marked, as shown when it is pointed at."""
    word = highlight.query_word
    if highlight.kind == "exact":
        return gettext("The word you asked for: “%(word)s”", word=word)
    if highlight.kind == "lemma":
        return gettext("Another form of “%(word)s”", word=word)
    return gettext("Close in meaning to “%(word)s”", word=word)


def _pieces(text: str, highlights: Iterable[Highlight], start: int, end: int) -> Iterator[Markup]:
    position = start
    for highlight in sorted(highlights, key=lambda each: (each.start, -each.end)):
        first, last = max(highlight.start, start), min(highlight.end, end)
        if first < position or first >= last:
            continue
        yield escape(text[position:first])
        yield _MARK.format(highlight.kind, reason(highlight), text[first:last])
        position = last
    yield escape(text[position:end])
