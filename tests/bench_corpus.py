"""A tiny collection for the tests of benchmarks, and the machine their figures are of."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.corpus import Corpus
from search.articles import LANGUAGES
from search.encoder import Encoder
from search.languages.analysis import analysis_version

PASSAGES = 400

FIRST_FORMS = {"ky": "суу", "kk": "су", "ru": "вода", "en": "water"}

MACHINE = {
    "processor": "Example CPU",
    "cores": 2,
    "memory_gb": 8.0,
    "system": "Linux 6.1",
    "python": "3.11.7",
    "packages": {"numpy": "2.0.0"},
}


def form(language: str, number: int) -> str:
    """A word of letters: that of the language, and the number in letters."""
    return FIRST_FORMS[language] + str(number).translate(str.maketrans("0123456789", "абвгдежзик"))


def small_corpus(folder: Path, encoder: Encoder) -> Corpus:
    """A corpus of words that are their own lemma keys, so that nothing has to be analysed."""
    words = {language: [(form(language, number),) * 2 for number in range(30_000)] for language in LANGUAGES}
    (folder / f"vocabulary-{analysis_version()}.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    made = Corpus(folder, PASSAGES)
    made.prepare(encoder)
    return made
