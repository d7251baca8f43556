"""Forms that a language would have: the endings met after some words, put after others that end alike.

A word list of a few ten thousand forms has no long tail: a large collection has hundreds of thousands, nearly all of
them regular forms of known words. They need not all be right; they are as long, as many and as different as real ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

#: Letters a stem has at least, and an ending at most.
SHORTEST_STEM = 4
LONGEST_ENDING = 6

#: Endings taken over of those met after stems that end alike, and how many words must have one.
MOST_ENDINGS = 60
LEAST_WORDS = 3

_BACK = frozenset("аоуұыюя")
_FRONT = frozenset("әөүіеэиё")


def inflected(words: Iterable[str]) -> Iterator[str]:
    """New forms of words, each once: all words with the most frequent ending come first, then with the next."""
    known = dict.fromkeys(words)
    endings = _endings(known)
    for rank in range(MOST_ENDINGS):
        for stem in [word for word in known if len(word) >= SHORTEST_STEM]:
            met = endings.get(_sound(stem), ())
            if rank < len(met) and (form := stem + met[rank]) not in known:
                yield form


def _endings(known: Iterable[str]) -> dict[str, list[str]]:
    """The endings met after words of each sound, the most frequent first."""
    words = set(known)
    met: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word in sorted(words):
        for at in range(max(SHORTEST_STEM, len(word) - LONGEST_ENDING), len(word)):
            if (stem := word[:at]) in words:
                met[_sound(stem)][word[at:]] += 1
    return {
        sound: [ending for ending, count in counts.most_common(MOST_ENDINGS) if count >= LEAST_WORDS]
        for sound, counts in met.items()
    }


def _sound(stem: str) -> str:
    """What decides which endings a stem takes: its last letter, and whether its last vowel is a front vowel."""
    vowel = next((letter for letter in reversed(stem) if letter in _BACK or letter in _FRONT), "")
    return stem[-1] + ("front" if vowel in _FRONT else "back")
