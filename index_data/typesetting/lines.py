"""Hyphenation and the breaking of paragraphs into lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import pyphen

from .source import Block, Piece

#: A word: its pieces, set without spaces between them.
Word = tuple[Piece, ...]

_VOWELS = "аәеёиоөуұүыіэюя"
_SYLLABLE_END = re.compile(f"(?<=.)(?=[^{_VOWELS}ьъ][{_VOWELS}])")
_LETTERS = re.compile(r"[^\W\d_]+")
_LEAST = 2  # letters on either side of a hyphen
_MOST_HYPHENS = 3  # in lines on end


def language_of(text: str, otherwise: str) -> str:
    """The language of a paragraph, told by its letters."""
    letters = text.lower()
    if sum(map(letters.count, "aeiouy")) > 0.1 * len(letters):
        return "en"
    if sum(map(letters.count, "құіғә")) > 0.02 * len(letters):
        return "kk"
    if sum(map(letters.count, "үөң")) > 0.005 * len(letters):
        return "ky"
    return "ru" if len(letters) > 80 else otherwise


def words(block: Block) -> list[Word]:
    """Words of a block, each of one or more pieces."""
    result: list[list[Piece]] = [[]]
    for piece in block.pieces:
        first, *others = re.split(r"[ \n]+", piece.text)
        if first:
            result[-1].append(Piece(first, piece.style))
        result.extend([Piece(other, piece.style)] if other else [] for other in others)
    return [tuple(word) for word in result if word]


@cache
def _dictionary(language: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang={"ru": "ru_RU", "en": "en_GB"}[language])


def break_points(text: str, language: str) -> list[tuple[int, str]]:
    """Places where a word may be broken, and what is set there: a hyphen, or nothing after one.

    Russian and English follow the dictionaries of pyphen, Kazakh and Kyrgyz the rule that a syllable begins
    with the one consonant before its vowel.
    """
    points = [(match.end(), "") for match in re.finditer(r"(?<=\w{2})-(?=\w{2})", text)]
    for run in _LETTERS.finditer(text):
        letters = run[0]
        if len(letters) < 2 * _LEAST + 1 or letters.isupper():
            continue
        if language in ("kk", "ky"):
            places = [match.start() for match in _SYLLABLE_END.finditer(letters.lower())]
        else:
            places = _dictionary(language).positions(letters)
        points += [(run.start() + place, "-") for place in places if _LEAST <= place <= len(letters) - _LEAST]
    return sorted(points)


def broken(
    text: list[Word], width: Callable[[int], float], measure: Callable[[list[Word]], float], language: str | None
) -> Iterator[list[Word]]:
    """Lines of a paragraph, each as full as it can be; `width` gives that of the line with a number.

    Without a language words are not broken.
    """
    line: list[Word] = []
    rest = list(text)
    number = hyphens = 0
    while rest:
        if measure([*line, rest[0]]) <= width(number):
            line.append(rest.pop(0))
            continue
        room = width(number)
        parts = _split(rest[0], language, lambda head: measure([*line, head]) <= room) if language else None  # noqa: B023
        if parts and hyphens < _MOST_HYPHENS:
            line.append(parts[0])
            rest[0] = parts[1]
        elif not line:
            line.append(rest.pop(0))
        hyphens = hyphens + 1 if parts and hyphens < _MOST_HYPHENS else 0
        yield line
        line, number = [], number + 1
    if line:
        yield line


def _split(word: Word, language: str, fits: Callable[[Word], bool]) -> tuple[Word, Word] | None:
    """The word in two at the last place at which its beginning fits."""
    piece, *others = word
    for place, hyphen in reversed(break_points(piece.text, language)):
        head = (Piece(piece.text[:place] + hyphen, piece.style),)
        if fits(head):
            return head, (Piece(piece.text[place:], piece.style), *others)
    return None
