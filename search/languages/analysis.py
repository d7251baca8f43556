"""A word of a language -> the keys under which it is indexed and looked up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from hashlib import sha256
from importlib import import_module
from importlib.resources import files

from search.articles import LANGUAGES

#: Changes whenever this code would give other keys for the same text; see `analysis_version`.
_CODE_VERSION = "2"

_MODULES = {"ky": "kyrgyz", "kk": "kazakh", "ru": "russian", "en": "english"}

#: What a key counts for beside the first lemma: a second reading, and a part of a compound.
SECOND_LEMMA_WEIGHT = 0.6
PART_WEIGHT = 0.6

Lemmatizer = Callable[[str], tuple[str, ...]]


@cache
def lemmatizer(language: str) -> Lemmatizer:
    """The lemmatizer of a language; forms of any other language stay as they are."""
    if language not in _MODULES:
        return lambda form: (form,)
    lemmas: Lemmatizer = import_module(f"search.languages.{_MODULES[language]}").lemmas
    return lemmas


@lru_cache(maxsize=200_000)
def lemma_keys(form: str, language: str) -> tuple[tuple[str, float], ...]:
    """Lemma keys of a folded form with their weights, the best first.

    A compound (соода-экономикалык) has its own key and, weaker, those of its parts.
    """
    weights: dict[str, float] = {}
    lemmas = _lemmas(form, language)
    for place, lemma in enumerate(lemmas):
        # A single letter is a lemma only where nothing else is: су is water before it is a form of "с".
        if not place or len(lemma) > 1:
            weights.setdefault(lemma, SECOND_LEMMA_WEIGHT if place else 1.0)
    # Where the lemma is no compound, what followed the hyphen was an ending (БҰҰ-ның).
    for part in _parts(form) if "-" in lemmas[0] else ():
        weights.setdefault(_lemmas(part, language)[0], PART_WEIGHT)
    return tuple(weights.items())


@lru_cache(maxsize=100_000)
def is_known(form: str, language: str) -> bool:
    """Whether the dictionary or lexicon of a language has a word of this folded form."""
    if language not in _MODULES:
        return False
    known: bool = import_module(f"search.languages.{_MODULES[language]}").is_known(form)
    return known


@cache
def analysis_version() -> str:
    """What the keys of a text depend on, in one word: an index built under another is to be rebuilt."""
    digest = sha256(_CODE_VERSION.encode())
    for table in sorted(files("search.languages").joinpath("data").iterdir(), key=lambda each: each.name):
        digest.update(table.read_bytes())
    return digest.hexdigest()[:16]


def exact_key(form: str) -> str:
    """The key of a form itself, apart from all lemma keys."""
    return "=" + form


@cache
def stop_words(language: str) -> frozenset[str]:
    """Words of a language that say nothing on their own, from the table beside this module."""
    if language not in LANGUAGES:
        return frozenset()
    table = files("search.languages").joinpath("data", f"stop_{language}.txt").read_text("utf-8")
    return frozenset(line.strip() for line in table.splitlines() if line.strip() and not line.startswith("#"))


def _lemmas(form: str, language: str) -> tuple[str, ...]:
    if form.isascii() and language != "en" and form.isalpha():
        language = "en" if len(form) > 2 else "other"
    return tuple(lemma.replace("ё", "е") for lemma in lemmatizer(language)(form))


def _parts(form: str) -> list[str]:
    parts = form.split("-") if "-" in form else []
    return [part for part in parts if len(part) > 1 or part.isdigit()]
