"""How a name sounds, alike in Cyrillic and Latin letters: Ранцев and Rantsev, Тоқтоғұл, Токтогул and Toktogul.

Names are spelt by ear from one alphabet into another, and vowels suffer most. So consonants are reduced to one
letter each, doubled ones to single, and every run of vowels to "a".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

#: Consonants that take several letters, in the order in which they are looked for.
_GROUPS = {
    "shch": "ш", "sch": "ш", "dzh": "ж", "sh": "ш", "ch": "ч", "zh": "ж", "dj": "ж", "дж": "ж", "kh": "х", "gh": "г",
    "ph": "ф", "th": "т", "ck": "к", "ts": "ц", "tz": "ц", "ng": "н", "нг": "н", "qu": "к", "x": "кс",
}  # fmt: skip

#: Single letters of one sound; vowels and what only modifies a neighbour are dealt with below.
_LETTERS = str.maketrans("bcdfghjklmnpqrstvwzғқңһщ", "бкдфгхжклмнпкрстввзгкнхш")

#: Letters a name needs at least: shorter ones sound like too many other words.
SHORTEST = 4

_VOWELS = re.compile("[aeiouyаеёиоуыэюяіәөүұй]+")
_SILENT = re.compile("[ьъ'-]")
_DOUBLED = re.compile(r"(.)\1+")
_GROUP = re.compile("|".join(_GROUPS))


def sound(form: str) -> str:
    """The sounds of a folded word form, for comparison only: жаманкулов and Zhamankulov sound alike."""
    letters = _GROUP.sub(lambda match: _GROUPS[match[0]], form).translate(_LETTERS)
    return _DOUBLED.sub(r"\1", _VOWELS.sub("a", _SILENT.sub("", letters)))


def sound_numbers(lemmas: Sequence[str], unfamiliar: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """A number for the sound of each lemma, 0 where it is familiar or too short to tell; shape (lemmas,)."""
    telling = [strange and len(lemma) >= SHORTEST for lemma, strange in zip(lemmas, unfamiliar, strict=True)]
    numbers = [crc32(sound(lemma).encode()) if tells else 0 for lemma, tells in zip(lemmas, telling, strict=True)]
    return np.array(numbers, np.uint32)
