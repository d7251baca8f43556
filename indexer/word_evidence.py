"""Words of one language counted as evidence for what the letters of a text stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from indexer.known_words import Morphology
from search.languages import russian

#: Languages written in Cyrillic letters whose words are known.
CYRILLIC_LANGUAGES = ("kk", "ky", "ru")

#: Shorter words are known in every language by chance.
SHORTEST = 3

#: Words that a share is taken of, at most.
_SAMPLE = 200

_ALPHABETS = {
    "kk": re.compile("[а-яёәіңғүұқөһ]+"),
    "ky": re.compile("[а-яёңөү]+"),
    "ru": re.compile("[а-яё]+"),
}
_MORPHOLOGIES = {language: Morphology((language,)) for language in CYRILLIC_LANGUAGES}


def is_known(word: str, language: str) -> bool:
    """Whether a lower-cased word is in the letters of a language ("kk", "ky", "ru") and known in it."""
    return _ALPHABETS[language].fullmatch(word) is not None and _MORPHOLOGIES[language].knows(word)


def is_known_anywhere(word: str) -> bool:
    """Whether a lower-cased word is known in Kazakh, Kyrgyz or Russian."""
    return any(is_known(word, language) for language in CYRILLIC_LANGUAGES)


def is_instrumental(word: str) -> bool:
    """Whether a lower-cased Russian word is known as a form of the instrumental case."""
    return is_known(word, "ru") and any("ablt" in parse.tag for parse in russian.analyzer().parse(word))


def known_share(words: Iterable[str], language: str) -> float:
    """The part of the words of three letters or more that a language knows, 0 where there are none."""
    long = [word for word in words if len(word) >= SHORTEST][:_SAMPLE]
    return sum(is_known(word, language) for word in long) / len(long) if long else 0.0
