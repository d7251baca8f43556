"""Words whose letters are s p a c e d for emphasis."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.edits import Edit, Repaired, edited
from indexer.word_evidence import is_known_anywhere

_GAP = "[ \u00a0\u2009\u200a]"
_SPACED = re.compile(rf"(?<!\S)[(«\"„“]?(?P<letters>[^\W\d_](?:{_GAP}[^\W\d_]){{2,59}})(?![\w'’-])")

#: Our words have at most three consonants, and two vowels, in a row; lists of letters have more.
_PRONOUNCEABLE = re.compile(
    r"[^аеёиоуыэюяәөұүі]{0,3}(?:[аеёиоуыэюяәөұүі]{1,2}(?:[^аеёиоуыэюяәөұүі]{1,3}|$))+", re.IGNORECASE
)
_LATIN_PRONOUNCEABLE = re.compile("[^aeiouy]{0,4}(?:[aeiouy]{1,3}(?:[^aeiouy]{1,4}|$))+")
_CYRILLIC = re.compile("[а-яёәіңғүұқөһ]+")

#: A Latin word has so many letters: fewer are rather names of quantities.
_LATIN_SHORTEST = 5

#: A word no language knows has so many letters; more are several words.
_UNKNOWN = range(6, 21)

#: Each of several words has so many letters at least, and more words than this are not spaced in a row.
_SHORTEST = 4
_MOST_WORDS = 3


def spaced_letters(draft: Repaired) -> Repaired:
    """Letters with a space between each become the word they spell; several words where only those are known."""
    return edited(draft, _edits(draft.text))


def _edits(text: str) -> Iterator[Edit]:
    for match in _SPACED.finditer(text):
        start = match.start("letters")
        letters = match["letters"][::2]
        lengths = _word_lengths(letters)
        ends = {sum(lengths[:place]) for place in range(1, len(lengths))}
        for place in range(1, len(letters)) if lengths else ():
            if place not in ends:
                yield start + 2 * place - 1, start + 2 * place, ""


def _word_lengths(letters: str) -> list[int]:
    """The lengths of the words that the letters spell, none where they spell nothing."""
    lower = letters.lower()
    if not (letters.isupper() or letters[1:].islower()):
        return []
    if lower.isascii():
        is_word = len(letters) >= _LATIN_SHORTEST and _LATIN_PRONOUNCEABLE.fullmatch(lower) and not _in_order(lower)
        return [len(letters)] if is_word else []
    if not _CYRILLIC.fullmatch(lower):
        return []
    if is_known_anywhere(lower):
        return [len(letters)]
    if not _PRONOUNCEABLE.fullmatch(lower):
        return []
    words = _known_words(lower, _MOST_WORDS) if len(letters) >= 3 * _SHORTEST else []
    return words or ([len(letters)] if len(letters) in _UNKNOWN else [])


def _in_order(letters: str) -> bool:
    """Whether the letters are a list in the order of the alphabet."""
    return list(letters) == sorted(letters)


def _known_words(letters: str, most: int) -> list[int]:
    """The fewest known words that the letters are, by their lengths."""
    if is_known_anywhere(letters):
        return [len(letters)]
    found = (
        [length, *rest]
        for length in range(_SHORTEST, len(letters) - _SHORTEST + 1 if most > 1 else 0)
        if is_known_anywhere(letters[:length]) and (rest := _known_words(letters[length:], most - 1))
    )
    return min(found, key=len, default=[])
