"""Why a form has its lemma: every reading of it, for the people who judge the analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from search.languages import english, kazakh, kyrgyz, russian
from search.languages.turkic import Analyser
from search.languages.turkic_segments import Morpheme, segments
from search.languages.turkic_sounds import table_rows
from search.languages.turkic_tokens import LONGEST_WORD, TokenAnalyser

#: A form has no more readings than this.
MOST_READINGS = 8

_PARTS = {"n": "nominal", "v": "verb"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a form.

    `pos` is `nominal` or `verb`, in Russian the tag of OpenCorpora, in English empty. `morphemes` are the
    letters and gloss of each suffix after the stem, `changes` what happened where they meet. `score` is the
    log-odds (Kazakh, Kyrgyz) or the probability (Russian), None where there was nothing to choose from.
    `known` says whether a table or dictionary has the stem.
    """

    lemma: str
    pos: str
    morphemes: tuple[Morpheme, ...] = ()
    changes: tuple[str, ...] = ()
    score: float | None = None
    known: bool = True


def readings(form: str, language: str) -> list[Reading]:
    """Readings of a folded form, best first, at most `MOST_READINGS`; the first has the first lemma of the form.

    Raises KeyError for a language without a lemmatiser.
    """
    return _READERS[language](form)[:MOST_READINGS]


def explained(form: str, found: Sequence[Reading]) -> str:
    """The readings of a form as lines under it, the first marked with a star."""
    lines = [f"{' ' if place else '*'} {_line(reading)}" for place, reading in enumerate(found)]
    return "\n".join([form, *lines])


@cache
def meanings() -> dict[str, str]:
    """Every gloss and change in plain English, from the table beside this module."""
    text = files(__package__).joinpath("glosses.tsv").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.split("\n") if line and not line.startswith("#"))
    return {gloss: meaning for gloss, _, meaning in rows}


def _line(reading: Reading) -> str:
    shown = [f"{letters or '∅'} ({_meaning(gloss)})" for letters, gloss in reading.morphemes]
    parts = [reading.lemma, reading.pos, " + ".join([reading.lemma, *shown]) if shown else ""]
    parts += [meanings()[change] for change in reading.changes]
    parts += [f"{reading.score:.2f}"] if reading.score is not None else []
    parts += [] if reading.known else ["unknown stem"]
    return "  ".join(filter(None, parts))


def _meaning(gloss: str) -> str:
    return "; ".join(meanings()[each] for each in gloss.split("."))


def _turkic(form: str, tokens: TokenAnalyser, abbreviations: frozenset[str]) -> list[Reading]:
    words, lemmas, word = tokens.words, tokens.lemmas(form), form.strip("-")
    if lemmas == words.lexicon.forms.get(word):
        return [Reading(each, _part(each, words), changes=("irregular",)) for each in lemmas]
    if _is_word(word) and lemmas == words.lemmas(word):
        found = _analysed(word, words)
        # An abbreviation takes nominal endings only: what is read as a verb just begins like one.
        if not (lemmas[0] in abbreviations and word.startswith(lemmas[0]) and found[0].pos == "nominal"):
            return found
    return [_token(form, lemmas[0], words, abbreviations)]


def _is_word(word: str) -> bool:
    has_letters = any(map(str.isalpha, word)) and not word.isascii()
    return has_letters and not word[0].isdigit() and "-" not in word and len(word) <= LONGEST_WORD


def _analysed(word: str, words: Analyser) -> list[Reading]:
    scored = sorted((-words.score(each), each) for each in words.analyses(word))
    return [
        Reading(
            each.stem,
            _PARTS[each.pos],
            segments(word, each, words),
            each.changes,
            -negated,
            words.lexicon.knows(each.stem, each.pos),
        )
        for negated, each in scored[:MOST_READINGS]
    ]


def _token(form: str, lemma: str, words: Analyser, abbreviations: frozenset[str]) -> Reading:
    """The reading of a number, a compound, an abbreviation or a word in Latin letters."""
    ending = form[len(lemma) :].strip("-") if form.startswith(lemma) else ""
    last = lemma.rsplit("-", 1)[-1]
    known = not any(map(str.isalpha, last)) or last in abbreviations or words.lexicon.knows(last)
    return Reading(lemma, _part(last, words), ((ending, "END"),) if ending else (), known=known)


def _part(lemma: str, words: Analyser) -> str:
    knows = words.lexicon.knows
    return "verb" if knows(lemma, "v") and not knows(lemma, "n") else "nominal"


@cache
def _abbreviations(language: str) -> frozenset[str]:
    return frozenset(row[0] for row in table_rows(f"{language}_abbreviations.tsv"))


def _russian(form: str) -> list[Reading]:
    parses = [(parse.normal_form.replace("ё", "е"), parse) for parse in russian.analyzer().parse(form)]
    probability: dict[str, float] = {}
    for lemma, parse in parses:
        probability[lemma] = probability.get(lemma, 0.0) + parse.score
    # As the lemmas are: by all readings of a lemma together.
    parses.sort(key=lambda each: -probability[each[0]])
    return [Reading(lemma, str(parse.tag), score=parse.score, known=parse.is_known) for lemma, parse in parses]


def _english(form: str) -> list[Reading]:
    from simplemma import is_known

    (lemma,) = english.lemmas(form)
    return [Reading(lemma, "", known=is_known(lemma, lang="en"))]


_READERS: dict[str, Callable[[str], list[Reading]]] = {
    "kk": lambda form: _turkic(form, kazakh.analyser(), _abbreviations("kk")),
    "ky": lambda form: _turkic(form, kyrgyz.analyser(), _abbreviations("ky")),
    "ru": _russian,
    "en": _english,
}
