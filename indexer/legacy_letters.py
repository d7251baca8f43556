"""Kazakh and Kyrgyz letters that old fonts and code pages have turned into those of other alphabets.

Every font had its own places for them, so that є is ә in one text, ғ in another and ө in a third. What a letter
stands for is what makes the most words of the text known ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from indexer.edits import Repaired, replaced
from indexer.word_evidence import known_share

#: So many different words have to have such letters,
LEAST_WORDS = 2

#: and this part of them has to be known after the substitution: in damaged samples 0.8 or more are, in
#: Ukrainian, Belarusian, Serbian and Macedonian ones none (docs/repair-letters.md).
LEAST_SHARE = 0.6

#: Of fewer words than these all have to be known.
FEW_WORDS = 5

#: Letters that depend on each other are settled in so many rounds.
_ROUNDS = 2

_TABLE = Path(__file__).with_name("legacy_letters.tsv")

#: What each letter stands for.
Substitution = dict[str, str]


def legacy_letters(draft: Repaired) -> Repaired:
    """Letters of old fonts (є, ќ, њ, ї, ѕ ...) become Kazakh or Kyrgyz where that makes words of the words."""
    strange = _strange_letters()
    if not strange.search(draft.text):
        return draft
    words = sorted({match[0].lower() for match in _words_with_strange_letters().finditer(draft.text)})
    chosen = _best(words) if len(words) >= LEAST_WORDS else None
    if chosen is None:
        return draft
    table = str.maketrans(chosen | {letter.upper(): meant.upper() for letter, meant in chosen.items()})
    return replaced(draft, _words_with_strange_letters(), lambda match: match[0].translate(table))


def _best(words: list[str]) -> Substitution | None:
    """The substitution that makes most of the words known, in the language it makes them of."""
    best, most = None, LEAST_SHARE if len(words) >= FEW_WORDS else 1.0
    for language, candidates in _candidates().items():
        substitution = _settled(words, candidates, language)
        share = _share(words, substitution, language)
        if share >= most:
            best, most = substitution, share
    return best


def _settled(words: list[str], candidates: Mapping[str, str], language: str) -> Substitution:
    """The candidates chosen letter by letter, each by the words that have it."""
    chosen = {letter: meant[0] for letter, meant in candidates.items()}
    for _ in range(_ROUNDS):
        for letter, meant in candidates.items():
            concerned = [word for word in words if letter in word] if len(meant) > 1 else []
            if concerned:
                shares = {each: _share(concerned, chosen | {letter: each}, language) for each in meant}
                chosen[letter] = max(meant, key=lambda each: shares[each])
    return chosen


def _share(words: list[str], substitution: Substitution, language: str) -> float:
    table = str.maketrans(substitution)
    return known_share((word.translate(table) for word in words), language)


@cache
def _candidates() -> dict[str, Substitution]:
    """For each language, the letters that each strange one may stand for."""
    rows = [line.split("\t") for line in _TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    _, *languages = rows[0]
    return {
        language: {row[0]: row[column] for row in rows[1:] if row[column] != "-"}
        for column, language in enumerate(languages, start=1)
    }


@cache
def _strange_letters() -> re.Pattern[str]:
    letters = "".join(_candidates()["kk"])
    return re.compile(f"[{letters}{letters.upper().replace('Μ', '')}]")


@cache
def _words_with_strange_letters() -> re.Pattern[str]:
    """Cyrillic words with a letter that may be a legacy one: µ is one only in a longer word."""
    return re.compile(rf"(?=[^\W\d_]*{_strange_letters().pattern})(?![µμ][^\W\d_]?\b)(?<![^\W\d_])[\u0400-\u052fµμ]+\b")
