"""Titles and key words that complete what is being typed."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from search.spelling import without_own_letters

#: Sorts after every letter.
_LAST = "\U0010ffff"

#: So many letters or fewer begin very many phrases, and are typed again and again: what completes them is remembered.
_SHORT = 3


class Suggestions:
    """Phrases in the order of their words' letters, those of Kazakh and Kyrgyz as on a Russian keyboard."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = list(dict.fromkeys(phrase for phrase in phrases if phrase))
        self._folded = [phrase.casefold() for phrase in self._phrases]
        self._bare = [without_own_letters(folded) for folded in self._folded]
        # Where each word of each phrase begins, sorted by what follows there.
        words = ((number, start) for number, bare in enumerate(self._bare) for start in _starts(bare))
        self._words = sorted(words, key=self._rest)
        self._known: dict[str, list[tuple[int, int, str]]] = {}

    def beginning(self, typed: str, limit: int) -> list[str]:
        """Phrases that begin with what was typed, or have a word that does, the shortest first.

        First come those that begin so, then those with a later word; after them those that do but for ң, ө, ү and
        the like.
        """
        wanted = typed.strip().casefold()
        if not wanted:
            return []
        if len(wanted) > _SHORT:
            return [phrase for _, _, phrase in heapq.nsmallest(limit, self._found(wanted))]
        if wanted not in self._known:
            self._known[wanted] = sorted(self._found(wanted))
        return [phrase for _, _, phrase in self._known[wanted][:limit]]

    def _found(self, wanted: str) -> Iterator[tuple[int, int, str]]:
        """The phrases that fit, each with how well (0 best) and how long it is."""
        bare = without_own_letters(wanted)
        first = bisect_left(self._words, bare, key=self._rest)
        last = bisect_left(self._words, bare + _LAST, key=self._rest)
        places: dict[int, int] = {}
        for number, start in self._words[first:last]:
            if (place := self._place(number, start, wanted)) is not None:
                places[number] = min(place, places.get(number, place))
        return ((place, len(self._phrases[number]), self._phrases[number]) for number, place in places.items())

    def _place(self, number: int, start: int, wanted: str) -> int | None:
        for distance, letters in ((0, self._folded[number]), (2, self._bare[number])):
            if letters.startswith(wanted, start):
                return distance + (start > 0)
        return None

    def _rest(self, word: tuple[int, int]) -> str:
        return self._bare[word[0]][word[1] :]


def _starts(phrase: str) -> Iterator[int]:
    """Where the words of a phrase begin."""
    yield 0
    yield from (place + 1 for place, letter in enumerate(phrase) if letter == " ")
