"""Which language each sentence of a text is in, without flipping at every foreign name."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from search.articles import OTHER_LANGUAGE
from search.languages.identify import CODES, language_distribution

#: What a change of language costs, in nats: within a paragraph, at a list item, between paragraphs.
_SWITCH_COSTS = {"": 4.0, "\n": 3.0, "\n\n": 2.2}

#: The same at a numbered note or reference: a foreign title alone is no change.
_ENTRY_COST = 3.5

_ENTRY = re.compile(r"\[?\d{1,3}[\].)]?\s")

#: No sentence speaks more surely than this, nor less.
_FLOOR = 0.003

#: Letters from which on a sentence counts in full.
_FULL = 60

#: How much more probable the language is that the article says it is in.
_DECLARED = 2.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence with its place, what parts it from the one before ("", "\\n", "\\n\\n"), and its size in words.

    A heading and a sentence that ends with a colon belong with what follows.
    """

    start: int
    end: int
    gap: str
    words: int
    heading: bool = False
    colon: bool = False


def unit_languages(text: str, units: Sequence[Unit], declared: str | None) -> list[str]:
    """The most probable sequence of languages (Viterbi), given each sentence and the cost of changes."""
    if not units:
        return []
    best = [0.0] * len(CODES)
    origins: list[list[int]] = []
    for place, unit in enumerate(units):
        sentence = text[unit.start : unit.end]
        evidence = _evidence(sentence, declared)
        cost = _switch_cost(sentence, unit.gap) if place else 0.0
        leader = max(range(len(CODES)), key=best.__getitem__)
        stays = [best[code] >= best[leader] - cost for code in range(len(CODES))]
        origins.append([code if stays[code] else leader for code in range(len(CODES))])
        best = [(best[code] if stays[code] else best[leader] - cost) + evidence[code] for code in range(len(CODES))]
    return _traced(best, origins)


def _switch_cost(sentence: str, gap: str) -> float:
    return _ENTRY_COST if gap and _ENTRY.match(sentence) else _SWITCH_COSTS[gap]


def _traced(best: Sequence[float], origins: Sequence[Sequence[int]]) -> list[str]:
    code = max(range(len(CODES)), key=best.__getitem__)
    codes = [code]
    for origin in reversed(origins[1:]):
        code = origin[code]
        codes.append(code)
    return [CODES[code] for code in reversed(codes)]


def _evidence(sentence: str, declared: str | None) -> list[float]:
    """Log-probability of each language, weighed by how much text there is; the declared one a little likelier."""
    letters = sum(map(str.isalpha, sentence[:_FULL]))
    distribution = language_distribution(sentence)
    if not letters:
        # Numbers and signs are in the language of what stands around them, and in none if they stand alone.
        return [0.01 * (code == OTHER_LANGUAGE) for code in CODES]
    weight = min(1.0, letters / (0.8 * _FULL))
    return [
        weight * math.log(max(distribution[code] * (_DECLARED if code == declared else 1.0), _FLOOR)) for code in CODES
    ]
