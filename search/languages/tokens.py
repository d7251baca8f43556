"""Text -> tokens: words, numbers and addresses with their places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# A letter or digit with the accents and soft hyphens that may follow it.
_LETTER = r"[^\W_][\u0300-\u036f\xad]*"

_TOKEN = re.compile(
    rf"""
    https?://[^\s<>"«»]+[\w/]              # address of a page
  | www\.[^\s<>"«»]+[\w/]
  | (?<![\w.+-])[\w.+-]{{1,64}}@[\w-]+(?:\.[\w-]+)+   # e-mail
  | \d+(?:[.,]\d+)+                        # 51,0  2.38
  | (?<!\w)[А-ЯЁӘІҢҒҮҰҚӨҺ]?[а-яёәіңғүұқөһ]{{4,}}(?=\d{{1,2}}(?!\w))  # word that the number of a footnote is glued to
  | (?:{_LETTER})+(?:['’ʼ‐‑-](?:{_LETTER})+)*   # word, with inner hyphens and apostrophes
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: `form` is its folded form, `start` and `end` its place."""

    form: str
    start: int
    end: int


_FOLDS = str.maketrans({"ё": "е", "‐": "-", "‑": "-", "’": "'", "ʼ": "'", "\u0301": None, "\xad": None})


def fold(word: str) -> str:
    """The form under which a word is matched: NFC, lower case, ё as е, one kind of hyphen and apostrophe."""
    folded = word.lower().translate(_FOLDS)
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def tokenize(text: str) -> Iterator[Token]:
    """The tokens of a text in order; offsets are characters of `text`."""
    for match in _TOKEN.finditer(text):
        yield Token(fold(match[0]), match.start(), match.end())
