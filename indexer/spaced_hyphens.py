"""Hyphens that got spaces beside them, told from dashes between words.

Evidence is the same word with its hyphen elsewhere in the text, the table of hyphenated words, and for
numbers (3 - орун) what ky and kk write after them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.article_words import Vocabulary, parts_around, vocabulary
from indexer.edits import Edit, Repaired, edited
from indexer.hyphenated import is_listed

_SPACED = re.compile(r"(?<=[^\W_])(?:[ \t]{1,3}[-–][ \t]{0,3}(?:\n[ \t]{0,3})?|[-–][ \t]{1,3})(?=[^\W\d_]{2})")

#: What ky and kk join to a number by a hyphen, as these words begin.
_AFTER_NUMBER = re.compile(
    r"(?:жыл|кылым|ғасыр|орун|орын|чечим|шешім|берене|бап|баб|статья|тармак|тармағ|пункт|том|бет|сан|класс|сынып"
    r"|отурум|отырыс|жолугуш|кездес|сессия|съезд|саммит|бөлүм|бөлім|бөлүг|бөліг|катар|қатар|топ|курс|этап|кезең"
    r"|январ|феврал|март|апрел|май|июн|июл|август|сентябр|октябр|ноябр|декабр"
    r"|қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан)"
)

#: Letters of the second part that have to be the same in another form of the word.
_STEM = 4


def without_spaces_at_hyphens(draft: Repaired) -> Repaired:
    """The spaces beside a hyphen go where the word is written with one: соода - экономикалык."""
    places = list(_SPACED.finditer(draft.text))
    return edited(draft, _edits(draft.text, places, vocabulary(draft.text))) if places else draft


def _edits(text: str, places: list[re.Match[str]], known: Vocabulary) -> Iterator[Edit]:
    for place in places:
        before, after = parts_around(text, place.start(), place.end())
        if after[0].islower() and _is_one_word(before.rpartition("-")[2].lower(), after, place[0], known):
            yield place.start(), place.end(), "-"


def _is_one_word(left: str, right: str, gap: str, known: Vocabulary) -> bool:
    if left[-1:].isdigit():
        return "-" in gap and left.isdigit() and bool(_AFTER_NUMBER.match(right))
    if is_listed(left, right):
        return True
    stem = right[: max(_STEM, len(right) - _STEM)]
    return len(right) >= _STEM and known.begins(f"{left}-{stem}") > 0
