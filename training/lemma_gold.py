"""Lemma gold (form, lemma, part of speech, source, count), split by lemma into training and held-out parts."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: One lemma in so many is held out.
HELD_OUT_SHARE = 5


@dataclass(frozen=True, slots=True)
class GoldForm:
    """A form with its right lemma, and how often the pair occurs in the source."""

    form: str
    lemma: str
    upos: str
    source: str
    count: int

    @property
    def is_held_out(self) -> bool:
        """Whether the pair is kept for measuring; all forms of a lemma fall together."""
        return zlib.crc32(self.lemma.encode()) % HELD_OUT_SHARE == 0


def read_gold(path: Path) -> Iterator[GoldForm]:
    """Pairs of a gold table whose form is a word: a letter in it, no space."""
    for line in path.read_text(encoding="utf-8").split("\n")[1:]:
        cells = line.split("\t")
        if len(cells) == 5 and " " not in cells[0] and any(letter.isalpha() for letter in cells[0]):
            form, lemma = (cell.lower().replace("ё", "е") for cell in cells[:2])
            yield GoldForm(form, lemma, cells[2], cells[3], int(cells[4]))
