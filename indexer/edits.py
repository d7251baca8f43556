"""A text under repair: every edit keeps a mapping back to the raw text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int32]

#: A stretch of text and what stands there instead: (start, end, replacement).
Edit = tuple[int, int, str]

#: Gives what replaces a match, or None to leave it.
Replacement = Callable[[re.Match[str]], str | None]

#: Edits carried out at a time, so that memory is bounded by the text and not by its edits.
_BATCH = 100_000


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text and where it comes from.

    `origin[i]` is the offset in the raw text of character i. It has one entry more than the text,
    for its end, and falls only where a footnote was put after its paragraph.
    """

    text: str
    origin: IntArray


def untouched(raw: str) -> Repaired:
    """The raw text before any repair."""
    return Repaired(raw, np.arange(len(raw) + 1, dtype=np.int32))


def replaced(draft: Repaired, pattern: re.Pattern[str], replacement: str | Replacement) -> Repaired:
    """The text with every match of `pattern` replaced."""
    give = replacement if callable(replacement) else lambda _: replacement
    found = ((match.start(), match.end(), give(match)) for match in pattern.finditer(draft.text))
    return edited(draft, ((start, end, text) for start, end, text in found if text is not None))


def edited(draft: Repaired, edits: Iterable[Edit]) -> Repaired:
    """The text after `edits`, which come in order and do not overlap.

    A replacement character maps to the character in the same place of what it replaces, and to the
    last one where the replacement is longer.
    """
    texts: list[str] = []
    sources: list[IntArray] = []
    done = 0
    for batch in _batches(edits):
        text, source = _spliced(draft.text, done, batch)
        texts.append(text)
        sources.append(source)
        done = batch[-1][1]
    if not texts:
        return draft
    texts.append(draft.text[done:])
    sources.append(np.arange(done, len(draft.text) + 1, dtype=np.int32))
    return Repaired("".join(texts), draft.origin[np.concatenate(sources)])


def _batches(edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    stream = iter(edits)
    while batch := list(islice(stream, _BATCH)):
        yield batch


def _spliced(text: str, done: int, edits: list[Edit]) -> tuple[str, IntArray]:
    """The text from `done` to the end of the last edit, and the offset each character comes from."""
    pieces: list[str] = []
    for start, end, replacement in edits:
        pieces += (text[done:start], replacement)
        done = end
    starts = np.array([start for start, _, _ in edits])
    ends = np.array([end for _, end, _ in edits])
    lengths = np.array([len(piece) for piece in pieces])
    kept_from = np.concatenate([[starts[0] - lengths[0]], ends[:-1]])
    first = np.column_stack([kept_from, starts]).ravel()
    last = np.column_stack([starts, np.maximum(starts, ends - 1)]).ravel()
    shift = first - (np.cumsum(lengths) - lengths)
    source = np.arange(lengths.sum()) + np.repeat(shift, lengths)
    return "".join(pieces), np.minimum(source, np.repeat(last, lengths)).astype(np.int32)
