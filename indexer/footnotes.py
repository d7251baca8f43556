"""Footnotes: their digits are parted from the words before them, and notes inside a sentence follow its paragraph."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from indexer.edits import Edit, Repaired, edited
from indexer.layout import text_style

#: The end of a line that ends no sentence, a blank line, and a note: "1  Surname A. Title".
_NOTE = re.compile(r"(?<=[\w,-])(?P<gap>[ \t]*[\n\f][ \t]*[\n\f][ \t\n\f]*)(?=\d{1,2}[ \t]{1,3}[^\W\d_])")

#: Where the sentence goes on after the notes: a small letter on a new page or after a blank line.
_CONTINUATION = re.compile(
    r"(?<=[.…\])»”\"])(?P<gap>[ \t]*(?:\n[ \t]*\n[ \t\n\f]*|\f[ \t\n\f]*|\n[ \t]+))"
    r"(?=[a-zа-яёңөүәғқұһі])"
)
_NEXT_PARAGRAPH = re.compile(r"(?<=[.!?…:;\])»”\"])[ \t]*[\n\f][ \t]*[\n\f][ \t\n\f]*|\Z")
_NUMBER = re.compile(r"[ \t]*(\d{1,2})[ \t]{1,3}[^\W\d_]")
_BLANK_LINE = re.compile(r"[ \t]*[\n\f][ \t]*[\n\f][ \t\n\f]*")

#: A small digit after a word, bracket or quotation mark, and the beginning of a note with its number.
_CALL = re.compile(r"(?:(?<=[^\W\d_A-ZА-Я]{3})|(?<=[)»”\"]))(?P<number>[1-9]\d?)(?=[\s.,;:!?)»”]|\Z)")
_NOTE_NUMBER = re.compile(r"(?:^|(?<=\f))[ \t]*(?P<number>[1-9]\d?)[ \t]{1,3}[^\W\d_]", re.MULTILINE)

#: A note stands at most so many characters after its call.
_FARTHEST_NOTE = 8000

#: Notes at one page end, and the rest of a paragraph on the next page, are shorter than this.
_LONGEST = 4000


class Displacement(NamedTuple):
    """Offsets of the gap before the notes, of the notes and their end, and of the next paragraph."""

    gap: int
    notes: int
    notes_end: int
    next: int


def footnotes(draft: Repaired) -> Repaired:
    """The digit that calls a note becomes a mark ([1]); notes inside a sentence follow its paragraph."""
    draft = edited(draft, _calls(draft.text))
    if text_style(draft.text).is_spaced:
        return draft
    order = list(_slices(draft.text))
    if len(order) == 1:
        return draft
    index = np.concatenate([np.arange(start, end) for start, end in order])
    text = "".join(draft.text[start:end] for start, end in order)
    return Repaired(text, draft.origin[np.append(index, len(text))])


def _calls(text: str) -> Iterator[Edit]:
    """The digits glued to words whose note follows: государстве1, and below "1  Surname A. Title"."""
    calls = list(_CALL.finditer(text))
    notes: dict[str, list[int]] = {}
    for note in _NOTE_NUMBER.finditer(text) if calls else ():
        notes.setdefault(note["number"], []).append(note.start("number"))
    for call in calls:
        after = notes.get(call["number"], [])
        place = bisect_right(after, call.start())
        if place < len(after) and after[place] - call.start() <= _FARTHEST_NOTE:
            yield call.start(), call.end(), f" [{call['number']}]"


def _slices(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of the text in the order they are to be read."""
    done = 0
    for found in _displacements(text):
        yield done, found.gap
        yield found.notes_end, found.next
        yield found.notes, found.notes_end
        yield found.gap, found.notes
        done = found.next
    yield done, len(text)


def _displacements(text: str) -> Iterator[Displacement]:
    done = 0
    for note in _NOTE.finditer(text):
        if note.start() < done:
            continue
        end = min(len(text), note.end() + _LONGEST)
        continuation = _CONTINUATION.search(text, note.end(), end)
        if not continuation:
            # What a search from here did not find, it is not worth looking for from every note up to there.
            done = end - _LONGEST // 2
            continue
        if not _are_notes(text[note.end() : continuation.start()]):
            continue
        after = _NEXT_PARAGRAPH.search(text, continuation.end(), min(len(text), continuation.end() + _LONGEST))
        if after and after.end() < len(text):
            done = after.end()
            yield Displacement(note.start(), note.end(), continuation.start(), after.end())


def _are_notes(text: str) -> bool:
    """Whether each paragraph is a note, numbered on from the one before it."""
    numbers = [_NUMBER.match(paragraph) for paragraph in _BLANK_LINE.split(text)]
    found = [int(number[1]) for number in numbers if number]
    return len(found) == len(numbers) and found == list(range(found[0], found[0] + len(found)))
