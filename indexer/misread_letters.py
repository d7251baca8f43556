"""Text that was read in another encoding than it was written in, before it came here.

Bytes of windows-1251 or KZ-1048 shown as Western letters (Ïðàâî), UTF-8 shown as Western (Ð¿Ñ€) or Cyrillic
ones (РїСЂ). Kazakh letters of KZ-1048 are left as those of windows-1251; indexer.legacy_letters does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from indexer.edits import Edit, Repaired, edited
from indexer.word_evidence import CYRILLIC_LANGUAGES, known_share

#: So many different words have to be misread,
LEAST_WORDS = 3

#: and this part of them has to be known in one language when read anew.
LEAST_SHARE = 0.5

#: Words in the letters of our languages; one with a letter of an old font says nothing.
_OURS = re.compile(r"(?<![^\W\d_])[а-яёәіңғүұқөһ]+(?![^\W\d_])")

_FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
_LETTER_OF_ASCII = re.compile("[A-Za-z]")

#: This part of the letters outside ASCII of a line has to belong to misread words.
_DAMAGED_LINE = 0.5


@dataclass(frozen=True, slots=True)
class Misreading:
    """Bytes of `written` that were read with `byte_of` as the table of letters.

    `likely` are the encodings that may give known words: KZ-1048 beside windows-1251.
    A `word` with a `sign` in it comes from nothing but a misreading; `letter` is one of its letters as it stands now.
    """

    written: str
    likely: tuple[str, ...]
    byte_of: dict[str, int]
    word: re.Pattern[str]
    sign: re.Pattern[str]
    letter: re.Pattern[str]

    def words(self, text: str) -> Iterator[str]:
        """The misread words of a text."""
        return (match[0] for match in self.word.finditer(text) if self.sign.search(match[0]))

    def read_anew(self, text: str, encoding: str = "") -> str | None:
        """The text as it was written, or None where it cannot have been."""
        try:
            return bytes(self.byte_of[letter] for letter in text).decode(encoding or self.written)
        except (KeyError, UnicodeDecodeError):
            return None


def misread_letters(draft: Repaired) -> Repaired:
    """Lines read in a wrong encoding are read in the right one, where that gives known words."""
    for misreading in _misreadings():
        words = set(misreading.words(draft.text))
        if len(words) >= LEAST_WORDS and _gives_words(words, misreading):
            draft = edited(draft, _edits(draft.text, misreading))
    return draft


def _gives_words(words: set[str], misreading: Misreading) -> bool:
    readings = [
        [word for each in sorted(words) for word in _OURS.findall((misreading.read_anew(each, encoding) or "").lower())]
        for encoding in misreading.likely
    ]
    return any(known_share(reading, language) >= LEAST_SHARE for reading in readings for language in CYRILLIC_LANGUAGES)


def _edits(text: str, misreading: Misreading) -> Iterator[Edit]:
    here = False
    for line in re.finditer(r"[^\n\f]+", text):
        here = _is_damaged(line[0], misreading, after=here)
        for match in misreading.letter.finditer(line[0]) if here else ():
            anew = misreading.read_anew(match[0])
            if anew is not None:
                yield line.start() + match.start(), line.start() + match.end(), anew


def _is_damaged(line: str, misreading: Misreading, after: bool) -> bool:
    """Whether misread words make up most of a line; one too short to tell is as the line before it."""
    if not any(misreading.words(line)):
        return after and not _LETTER_OF_ASCII.search(line)
    damaged = sum(len(match[0]) for match in misreading.word.finditer(line))
    return damaged >= _DAMAGED_LINE * len(_FOREIGN_LETTER.findall(line))


@cache
def _misreadings() -> tuple[Misreading, ...]:
    western, cyrillic = _table("cp1252"), _table("cp1251")
    return (_misread_utf8(western), _misread_utf8(cyrillic), _misread_cyrillic(western))


def _misread_utf8(byte_of: dict[str, int]) -> Misreading:
    trail = _class(byte_of, 0x80, 0xBF)
    pair = f"{_class(byte_of, 0xD0, 0xD3)}{trail}"
    letter = f"{_class(byte_of, 0xC2, 0xD3)}{trail}|{_class(byte_of, 0xE2, 0xEF)}{trail}{{2}}"
    return Misreading(
        "utf-8", ("utf-8",), byte_of, re.compile(f"{pair}{pair}(?:{pair})+"), re.compile(pair), re.compile(letter)
    )


def _misread_cyrillic(byte_of: dict[str, int]) -> Misreading:
    """A Western word has never three letters outside ASCII and none inside."""
    high = _class(byte_of, 0x80, 0xFF)
    before, letter = f"(?<![A-Za-z].)(?<!{high}.)", f"{high}(?<![A-Za-z].)(?![A-Za-z])"
    word, sign = f"{high}{before}{high}{{2,59}}(?![A-Za-z])", f"{_class(byte_of, 0xC0, 0xFF)}{{3}}"
    patterns = (re.compile(each) for each in (word, sign, letter))
    return Misreading("cp1251", ("cp1251", "kz1048"), byte_of, *patterns)


def _table(encoding: str) -> dict[str, int]:
    """The byte of each letter of an eight-bit encoding, and of the control characters of Latin-1."""
    table = {chr(byte): byte for byte in range(0x80, 0x100)} if encoding == "cp1252" else {chr(0x98): 0x98}
    return table | {letter: byte for byte in range(0x80, 0x100) if (letter := _decoded(byte, encoding))}


def _decoded(byte: int, encoding: str) -> str:
    return bytes([byte]).decode(encoding, "ignore")


def _class(byte_of: dict[str, int], first: int, last: int) -> str:
    letters = (re.escape(letter) for letter, byte in byte_of.items() if first <= byte <= last)
    return f"[{''.join(letters)}]"
