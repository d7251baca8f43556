"""Words that have lost the space between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from indexer.edits import Edit, Repaired, edited
from indexer.word_evidence import CYRILLIC_LANGUAGES, is_known, is_known_anywhere
from search.languages.analysis import lemma_keys

_SMALL = "а-яёәіңғүұқөһ"
_CAPITAL = "А-ЯЁӘІҢҒҮҰҚӨҺ"

#: запрещенаЗаконом; a name (МунайГаз) begins with a capital.
_CAPITAL_INSIDE = re.compile(f"(?<![\\w-])([{_SMALL}]{{3,}})([{_CAPITAL}][{_SMALL}]{{3,}})(?![\\w-])")

_WORD = re.compile(r"[\w-]+")

#: A stem so long that begins with no letter of an ending is no chain of endings.
_SURE = 6
_FIRST_OF_ENDINGS = "тдлнаеоөыіиуүұ"

#: An adjective and a noun together are no shorter.
_LONG = re.compile(f"(?<![\\w-])[{_CAPITAL}{_SMALL}][{_SMALL}]{{10,40}}(?![\\w-])")

#: Endings that a compound written in one word does not have inside: of Russian adjectives (but -ий, which names of
#: firms have: Каспийнефть), and -лық and its kin.
_RUSSIAN_ENDING = "ый|ое|ая|ые|ие|ого|его|ому|ему|ной|ную|ных|ным|ными"
_TURKIC_ENDING = "лық|лік|дық|дік|тық|тік|лык|лик|лук|лүк|дык|дик|дук|дүк|тык|тик|тук|түк"
_TURKIC_ADJECTIVE = re.compile(f"(?:{_TURKIC_ENDING})$")
_ADJECTIVE_AND_MORE = re.compile(
    f"(?P<left>[{_SMALL}]{{3,}}(?:(?P<russian>{_RUSSIAN_ENDING})|{_TURKIC_ENDING}))(?P<right>[{_SMALL}]{{4,}})"
)

#: Shortest word that may be run together with a joining word.
_SHORTEST = 5

_TABLE = Path(__file__).with_name("joining_words.tsv")


def capitals_inside(draft: Repaired) -> Repaired:
    """A capital inside a word begins a new one where both are known in one language."""
    return edited(draft, _before_capitals(draft.text))


def joined_words(draft: Repaired) -> Repaired:
    """A joining word (жана, және, үчүн) is parted from another of the text where the whole is no known word."""
    found = [match for match in _run_together().finditer(draft.text) if _is_no_word(match)]
    if not found:
        return draft
    alone = set(_WORD.findall(draft.text))
    gaps = [_gap(match) for match in found if _other(match) in alone]
    return edited(draft, ((place, place, " ") for place in gaps))


def joined_attributes(draft: Repaired) -> Repaired:
    """An adjective run together with its noun (международноеправо) is parted where the whole is no known word."""
    long = {match[0] for match in _LONG.finditer(draft.text) if _ADJECTIVE_AND_MORE.fullmatch(match[0].lower())}
    words = set(_WORD.findall(draft.text)) if long else set()
    parted = {whole: place for whole in long if (place := _end_of_adjective(whole, words))}
    found = (match for match in _LONG.finditer(draft.text) if match[0] in parted) if parted else ()
    return edited(draft, ((place, place, " ") for match in found for place in (match.start() + parted[match[0]],)))


def _end_of_adjective(whole: str, words: set[str]) -> int:
    """Where a noun begins after an adjective of the same language, 0 where the whole is no such thing."""
    match = _ADJECTIVE_AND_MORE.fullmatch(whole.lower())
    if not match or not any(_are_both_known(match, language, words) for language in CYRILLIC_LANGUAGES):
        return 0
    return 0 if is_known_anywhere(match[0]) else match.end("left")


def _are_both_known(match: re.Match[str], language: str, words: set[str]) -> bool:
    """Whether a language has the adjective and the noun; after -лық what is no stem may be endings."""
    left, right = match["left"], match["right"]
    if (language == "ru") != bool(match["russian"]) or not (is_known(left, language) and is_known(right, language)):
        return False
    if language == "ru":
        return True
    is_stem = lemma_keys(right, language)[0][0] == right and not _TURKIC_ADJECTIVE.search(right)
    return is_stem and (right in words or (len(right) >= _SURE and right[0] not in _FIRST_OF_ENDINGS))


def _before_capitals(text: str) -> Iterator[Edit]:
    for match in _CAPITAL_INSIDE.finditer(text):
        left, right = match[1], match[2].lower()
        if any(is_known(left, language) and is_known(right, language) for language in CYRILLIC_LANGUAGES):
            yield match.end(1), match.end(1), " "


def _is_no_word(match: re.Match[str]) -> bool:
    """Whether no language knows the whole, and one the word without the joining one."""
    return is_known_anywhere(_other(match)) and not is_known_anywhere(match[0])


def _other(match: re.Match[str]) -> str:
    return match["after"] or match["before"]


def _gap(match: re.Match[str]) -> int:
    return match.start("after") if match["after"] else match.end("before")


@cache
def _run_together() -> re.Pattern[str]:
    rows = [line.split("\t") for line in _TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    first, last = ("|".join(word for word, side in rows[1:] if side == wanted) for wanted in ("before", "after"))
    word = f"[{_SMALL}]{{{_SHORTEST},40}}"
    return re.compile(rf"(?<![\w-])(?:(?:{first})(?P<after>{word})|(?P<before>{word})(?:{last}))(?![\w-])")
