"""Other ways to type a word: without the letters a keyboard lacks, in Latin letters, with another layout switched on.

Words are compared by their *skeleton*, in which all the ways to type a word come out alike: баңгизат, бангизат and
bangizat, Қазақстан, Qazaqstan and Kazakstan. Latin letters are read as in the Kazakh alphabets of 2018 and 2021, in
GOST 7.79, in ISO 9 and in the informal spellings of all three languages.
"""

from __future__ import annotations

import re
from functools import cache
from zlib import crc32

#: What stands for a Cyrillic letter in Latin, besides single letters of the basic alphabet.
_GROUPS = {
    "shch": "щ", "shh": "щ", "sch": "щ", "sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "gh": "г", "ts": "ц", "tz": "ц",
    "cz": "ц", "ya": "я", "yu": "ю", "yo": "ё", "ye": "е",
}  # fmt: skip
_GROUP = re.compile("|".join(_GROUPS))

_BASIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "абцдефгхижклмнопкрстувухыз")
_ACCENTED = {
    "а": "áä", "я": "â", "г": "ǵğ", "е": "ëèéě", "ж": "ž", "и": "ıíī", "н": "ńñŋ", "о": "óöô", "у": "úüūý",
    "ю": "û", "ч": "čç", "ш": "šş", "щ": "ŝ",
}  # fmt: skip
_WITH_ACCENTS = str.maketrans({accented: letter for letter, each in _ACCENTED.items() for accented in each})

#: A j that closes a syllable is й (ISO 9), any other is ж (Kazakh, Kyrgyz).
_CLOSING_J = re.compile("(?<=[aeiouyáäâóöúüūıí])j(?![aeiouyáäâóöúüūıí])")

_OWN = str.maketrans("әғқңөұүһі", "агкноуухи")
_FOLDED = str.maketrans("әғқңөұүһіыйэёщ", "агкноуухиииееш")
_SILENT = re.compile("[ьъ'ʹʺ`-]")
_DOUBLED = re.compile(r"(.)\1+")


def skeleton(form: str) -> str:
    """What all the ways to type a folded word have in common; for comparison only."""
    letters = _SILENT.sub("", cyrillic(form).translate(_FOLDED))
    letters = letters.replace("дж", "ж").replace("нг", "н").replace("я", "иа").replace("ю", "иу")
    return _DOUBLED.sub(r"\1", letters)


def number_of(skeleton: str) -> int:
    """The number under which an index keeps the words of this skeleton."""
    return crc32(skeleton.encode())


def without_own_letters(form: str) -> str:
    """A folded word as it is typed on a Russian keyboard."""
    return form.translate(_OWN)


def cyrillic(form: str) -> str:
    """A folded word with every Latin letter as the Cyrillic one that it most often stands for."""
    if not re.search("[a-zà-ž]", form):
        return form
    letters = _GROUP.sub(lambda match: _GROUPS[match[0]], _CLOSING_J.sub("й", form))
    return letters.translate(_WITH_ACCENTS).translate(_BASIC)


_QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./"
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю."
#: Where the Kazakh layout has letters instead of digits and signs.
_DIGIT_ROW, _KAZAKH = "2345890-=", "әіңғүұқөһ"
_CYRILLIC = re.compile("[а-яё]")
_SHIFTED = str.maketrans('~{}:"<>?', "`[];',./")


@cache
def _layouts() -> tuple[dict[int, str], ...]:
    russian = dict(zip(map(ord, _QWERTY), _RUSSIAN, strict=True))
    kazakh = russian | dict(zip(map(ord, _DIGIT_ROW), _KAZAKH, strict=True))
    latin = {ord(letter): key for key, letter in zip(_QWERTY, _RUSSIAN, strict=True)}
    return russian, kazakh, latin


def other_layouts(text: str) -> list[str]:
    """What the keys pressed for a Latin text give in Russian and in Kazakh, and those for a Cyrillic one in English."""
    russian, kazakh, latin = _layouts()
    typed = text.lower()
    if _CYRILLIC.search(typed):
        return [typed.translate(latin)]
    pressed = typed.translate(_SHIFTED)
    return [each for each in dict.fromkeys((pressed.translate(russian), pressed.translate(kazakh))) if each != typed]
