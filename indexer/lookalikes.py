"""Letters of one alphabet that stand in a word of another because they look alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice

from indexer.edits import Repaired, edited, replaced
from indexer.word_evidence import is_instrumental, is_known, is_known_anywhere

_CYRILLIC = "\u0400-\u052f"
_CYRILLIC_LETTER = re.compile(f"[{_CYRILLIC}]")
_LATIN_LETTER = re.compile("[A-Za-z]")

_SCHWA = re.compile("[əƏǝƎ]")
_SCHWAS = {"ə": "ә", "Ə": "Ә", "ǝ": "ә", "Ǝ": "Ә"}

#: Letters of other alphabets that look like ө, ң and ү, and are so in a word that is known with them.
_TURKIC = dict(zip("ɵƟθΘøØöÖŋŊñÑυϒüÜ", "өӨөӨөӨөӨңҢңҢүҮүҮ", strict=True))

#: Latin letters that look like Cyrillic ones.
_TO_CYRILLIC = dict(zip("aceiopxyhABCEHIKMOPTXY", "асеіорхуһАВСЕНІКМОРТХУ", strict=True))
_TO_LATIN = dict(zip("асеіјорхуһѕАВСЕНІЈКМОРТХУЅ", "aceijopxyhsABCEHIJKMOPTXYS", strict=True))

#: Latin y is drawn like ү too, and stands for it in texts typed without a Turkic keyboard.
_TURKIC_Y = _TO_CYRILLIC | {"y": "ү", "Y": "Ү"}

# Patterns that begin with a rare letter are found quickest, so what stands before it is looked at after it.
_MIXED = re.compile(f"[A-Za-z](?:(?<=[{_CYRILLIC}].)|(?=[{_CYRILLIC}]))")
_IN_CYRILLIC = re.compile(
    f"[A-Za-z](?:(?<=[{_CYRILLIC}].)[A-Za-z]{{0,7}}|(?<![A-Za-z].)[A-Za-z]{{0,7}}(?=[{_CYRILLIC}]))"
)
_LIKE_TURKIC = re.compile(f"[{''.join(_TURKIC)}](?:(?<=[{_CYRILLIC}].)|(?=[{_CYRILLIC}]))")
_IN_LATIN = re.compile(f"(?<=[A-Za-z])[{_CYRILLIC}]{{1,8}}|(?<![{_CYRILLIC}])[{_CYRILLIC}]{{1,8}}(?=[A-Za-z])")
_LATIN_BETWEEN = re.compile(
    f"[aceiopxy](?:(?<=[{_CYRILLIC}] .)|(?<=[{_CYRILLIC}][,;] .))[aceiopxy]{{0,11}}(?=[ ,.;:]? [{_CYRILLIC}])"
)

#: A capital Latin acronym with a small ending (NATOнун) is no word of mixed letters.
_ACRONYM = re.compile("[A-Z]{2,}[а-яёәіңғүұқөһ]+")

#: One-letter words that look Latin.
_SINGLE = frozenset("асоу")
#: Latin c alone between small Russian words.
_LONELY_C = re.compile("c(?<=[а-яё] c)(?= (?P<after>[а-яё]{3,}))")

#: How far the letters around a doubtful one are looked at.
_NEIGHBOURHOOD = 40

#: Words that are asked what their y is, at most.
_SAMPLE = 200

#: Whole words in the other alphabet are looked for where so many others have letters of it.
_LEAST_MIXED = 3


def schwas(draft: Repaired) -> Repaired:
    """Latin schwa becomes Cyrillic among Cyrillic letters."""

    def cyrillic(match: re.Match[str]) -> str | None:
        around = draft.text[max(0, match.start() - _NEIGHBOURHOOD) : match.end() + _NEIGHBOURHOOD]
        ours = len(_CYRILLIC_LETTER.findall(around))
        return _SCHWAS[match[0]] if ours > len(_LATIN_LETTER.findall(around)) else None

    return replaced(draft, _SCHWA, cyrillic)


def lookalikes(draft: Repaired) -> Repaired:
    """Latin letters inside a mostly Cyrillic word become the Cyrillic ones they look like."""
    found = [match for match in _IN_CYRILLIC.finditer(draft.text) if _is_lookalike(draft.text, match)]
    meant = _TURKIC_Y if _y_is_turkic(draft.text, found) else _TO_CYRILLIC
    return edited(draft, ((match.start(), match.end(), _cyrillic(match, meant)) for match in found))


def _is_lookalike(text: str, match: re.Match[str]) -> bool:
    letters_fit = all(letter in _TO_CYRILLIC for letter in match[0])
    return letters_fit and _is_cyrillic(_word_around(text, match.start(), match.end()))


@lru_cache(maxsize=20_000)
def _is_cyrillic(word: str) -> bool:
    """Whether a word of mixed letters is a Cyrillic one: it has letters that only Cyrillic has, or is known as one."""
    if _ACRONYM.fullmatch(word):
        return False
    ours, theirs = _CYRILLIC_LETTER.findall(word), _LATIN_LETTER.findall(word)
    if len(ours) >= len(theirs):
        return True
    if not all(letter in _TO_CYRILLIC for letter in theirs):
        return False
    return not all(letter in _TO_LATIN for letter in ours) or is_known_anywhere(_respelt(word, _TO_CYRILLIC).lower())


def _respelt(word: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(letter, letter) for letter in word)


def _cyrillic(match: re.Match[str], meant: Mapping[str, str]) -> str:
    """The letters in Cyrillic ones: a capital Y in a small word is a small letter."""
    letters = _respelt(match[0], meant)
    return letters.lower() if "Y" in match[0] and match.string[match.start() - 1 : match.start()].islower() else letters


def latin_prepositions(draft: Repaired) -> Repaired:
    """A Latin c between Russian words is the preposition с where an instrumental follows (c соседями)."""
    return replaced(draft, _LONELY_C, lambda match: "с" if is_instrumental(match["after"].lower()) else None)


def _y_is_turkic(text: str, found: Iterable[re.Match[str]]) -> bool:
    """Whether more words of mixed letters are known only with their y as ү than only as у."""
    with_y = {_word_around(text, match.start(), match.end()) for match in found if "y" in match[0].lower()}
    balance = 0
    for word in sorted(with_y)[:_SAMPLE]:
        plain, turkic = (_respelt(word, table).lower() for table in (_TO_CYRILLIC, _TURKIC_Y))
        balance += (is_known(turkic, "ky") or is_known(turkic, "kk")) - is_known_anywhere(plain)
    return balance > 0


def turkic_lookalikes(draft: Repaired) -> Repaired:
    """Letters such as θ and ŋ become the Turkic ones they look like, in words that are known with those."""
    table = str.maketrans(_TURKIC)

    def cyrillic(match: re.Match[str]) -> str | None:
        word = _word_around(draft.text, match.start(), match.end()).translate(table).lower()
        return _TURKIC[match[0]] if is_known(word, "kk") or is_known(word, "ky") else None

    return replaced(draft, _LIKE_TURKIC, cyrillic)


def latin_lookalikes(draft: Repaired) -> Repaired:
    """Cyrillic letters inside a mostly Latin word become the Latin ones they look like."""
    if not _MIXED.search(draft.text):
        return draft

    def latin(match: re.Match[str]) -> str | None:
        if not all(letter in _TO_LATIN for letter in match[0]):
            return None
        word = _word_around(draft.text, match.start(), match.end())
        if _is_cyrillic(word) or _ACRONYM.fullmatch(word):
            return None
        return _respelt(match[0], _TO_LATIN)

    return replaced(draft, _IN_LATIN, latin)


def lookalike_words(draft: Repaired) -> Repaired:
    """Words of nothing but lookalikes (oc, pacy) become Cyrillic among Cyrillic ones, in a text with mixed words."""
    mixed = (match for match in _IN_CYRILLIC.finditer(draft.text) if all(each in _TO_CYRILLIC for each in match[0]))
    if len(list(islice(mixed, _LEAST_MIXED))) < _LEAST_MIXED:
        return draft

    def cyrillic(match: re.Match[str]) -> str | None:
        word = _respelt(match[0], _TO_CYRILLIC)
        return word if (word in _SINGLE if len(word) == 1 else is_known_anywhere(word)) else None

    return replaced(draft, _LATIN_BETWEEN, cyrillic)


def _word_around(text: str, start: int, end: int) -> str:
    """The word that text[start:end] is in, as far as the neighbourhood reaches."""
    least, most = max(0, start - _NEIGHBOURHOOD), min(len(text), end + _NEIGHBOURHOOD)
    while start > least and text[start - 1].isalpha():
        start -= 1
    while end < most and text[end].isalpha():
        end += 1
    return text[start:end]
