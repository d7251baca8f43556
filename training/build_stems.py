"""Make the stem tables of the Kazakh and Kyrgyz analysers: our lexicon, counted in word lists and our own text.

A word form is a stem followed by an ending drawn from the grammar, often in several readings. How often each
stem and each ending is meant is estimated by expectation-maximisation over every reading the grammar allows of
every form. Stems outside the lexicon take part, so that forms of unknown words are not forced on known ones, but
are left out of the table.

    python -m training.build_stems kk --shared ../shared
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.languages.turkic import Analyser
from training.data import authored_rows

#: Letters of each alphabet beyond the Russian ones.
ALPHABETS = {"kk": "а-щъыьэюяәіңғүұқөһ", "ky": "а-щъыьэюяңүө"}

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

DISCOUNT = 0.9
ROUNDS = 12
#: What a form of our own text and a word of our lexicon count for, beside a form of the word list.
TEXT_WEIGHT, LEXICON_WEIGHT = 2.0, 4.0
#: Probability lost with each letter of a stem not yet in the lexicon.
LETTER_COST = 1.3


#: A stem and its part of speech.
Stem = tuple[str, str]


@dataclass(slots=True)
class Readings:
    """Every reading of every form: parallel arrays of form, stem and ending numbers."""

    form: NDArray[np.int64]
    stem: NDArray[np.int64]
    ending: NDArray[np.int64]
    forms: list[str]
    stems: list[Stem]
    endings: list[tuple[str, ...]]


def read_forms(path: Path, language: str) -> Iterator[str]:
    """Forms of a word list that are words of the alphabet, of three to twenty letters."""
    word = re.compile(f"[{ALPHABETS[language]}]{{3,20}}")
    for line in path.read_text(encoding="utf-8").split("\n"):
        form = line.strip().replace("ё", "е")
        if word.fullmatch(form) and not re.search(r"(.)\1\1", form):
            yield form


def number_readings(analyser: Analyser, forms: list[str], lexicon: set[Stem]) -> Readings:
    """Analyse every form and number what is found; a stem outside the lexicon has a vowel and three letters."""
    vowels = analyser.sounds.vowels
    stems: dict[Stem, int] = {}
    endings: dict[tuple[str, ...], int] = {}
    rows: list[tuple[int, int, int]] = []
    for number, form in enumerate(forms):
        for stem, pos, glosses, changes in analyser.analyses(form):
            if stem == form or (stem, pos) in lexicon or (len(stem) > 2 and vowels & set(stem)):
                known = stems.setdefault((stem, pos), len(stems))
                rows.append((number, known, endings.setdefault((pos, *glosses, *changes), len(endings))))
    table = np.array(rows, dtype=np.int64)
    return Readings(table[:, 0], table[:, 1], table[:, 2], forms, list(stems), list(endings))


def read_lexicon(language: str) -> set[Stem]:
    """The stems of training/data/xx_lexicon.tsv."""
    table = Path(__file__).parent / "data" / f"{language}_lexicon.tsv"
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return {(stem, pos) for pos, stems in rows for stem in stems.split()}


def read_running_text(language: str) -> Counter[str]:
    """How often each lower-cased word stands in our sentences."""
    counts: Counter[str] = Counter()
    for row in authored_rows()["authored"]:
        for text in row.texts.get(language, ()):
            counts.update(_WORD.findall(text.lower().replace("ё", "е")))
    return counts


Floats = NDArray[np.float64]


def tally(numbers: NDArray[np.int64], amounts: Floats, size: int) -> Floats:
    """The sum of `amounts` for each number below `size`."""
    return np.bincount(numbers, amounts, size).astype(np.float64)


def estimate(readings: Readings, weights: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Probability of each reading within its form, and the expected number of forms of each stem."""
    base = np.array([np.exp(-LETTER_COST * len(stem)) for stem, _ in readings.stems])
    lexicon, gloss = base + prior, np.ones(len(readings.endings))
    for _ in range(ROUNDS):
        joint = lexicon[readings.stem] * gloss[readings.ending]
        share = joint / tally(readings.form, joint, len(readings.forms))[readings.form]
        counts = tally(readings.stem, share * weights[readings.form], len(readings.stems))
        lexicon = np.maximum(counts + prior - DISCOUNT, 0.0) + base
        gloss = tally(readings.ending, share, len(readings.endings)) + 0.1
        gloss = gloss / gloss.sum()
    return share, counts


@dataclass(slots=True)
class Tables:
    """Stems with part of speech and count, and log-probabilities of the readings of a stem."""

    stems: list[tuple[str, str, int]]
    readings: list[tuple[str, float]]


def build(language: str, shared: Path) -> Tables:
    """The tables of one language, most frequent first."""
    analyser = Analyser(language)
    lexicon = read_lexicon(language)
    for counts in analyser.lexicon.counts.values():
        counts.clear()
    for stem, pos in lexicon:
        analyser.lexicon.counts[pos][stem] = 1.0
    tokens = read_running_text(language)
    listed = read_forms(shared / f"data/words/{language}.txt", language)
    forms = sorted({*listed, *(form for form in tokens if len(form) > 1), *(stem for stem, _ in lexicon)})
    readings = number_readings(analyser, forms, lexicon)
    weights = np.array([TEXT_WEIGHT if form in tokens else 1.0 for form in forms])
    prior = np.array([LEXICON_WEIGHT * (stem in lexicon) for stem in readings.stems])
    share, support = estimate(readings, weights, prior)
    occurrences = np.array([tokens.get(form, 0) for form in forms], dtype=np.float64)
    frequency = tally(readings.stem, share * occurrences[readings.form], len(readings.stems))
    often = tally(readings.ending, share * (1 + occurrences)[readings.form], len(readings.endings))
    seen = dict(zip(readings.stems, frequency + support, strict=True))
    rows = [(stem, pos, max(round(float(seen.get((stem, pos), 0.0))), 1)) for stem, pos in lexicon]
    return Tables(sorted(rows, key=lambda row: (-row[2], row)), keep_readings(readings.endings, often))


def keep_readings(endings: list[tuple[str, ...]], often: Floats) -> list[tuple[str, float]]:
    """Morphemes after a stem seen at least three times, with the logarithm of their share."""
    shares = np.log(np.maximum(often, 1e-9) / often.sum())
    rows = [
        (" ".join(ending), round(float(share), 2))
        for ending, share, count in zip(endings, shares, often, strict=True)
        if count >= 3.0
    ]
    return sorted(rows, key=lambda row: (-row[1], row))


ORIGIN = "Made by training/build_stems.py from our own\n# sentences and the word lists of tesseract-ocr (Apache-2.0)."


def main() -> None:
    """Write `xx_stems.tsv` and `xx_readings.tsv` of one language."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("language", choices=sorted(ALPHABETS))
    options.add_argument("--shared", type=Path, default=Path("../shared"))
    options.add_argument("--output", type=Path, default=Path("search/languages/data"))
    chosen = options.parse_args()
    tables = build(chosen.language, chosen.shared)
    _write(
        chosen.output / f"{chosen.language}_stems.tsv",
        f"# Stems: lemma, part of speech (n nominal, v verb), times seen. {ORIGIN}\n",
        [f"{lemma}\t{pos}\t{count}\n" for lemma, pos, count in tables.stems],
    )
    _write(
        chosen.output / f"{chosen.language}_readings.tsv",
        f"# Part of speech and morphemes of a word form, log-probability. {ORIGIN}\n",
        [f"{reading}\t{share}\n" for reading, share in tables.readings],
    )


def _write(path: Path, heading: str, rows: list[str]) -> None:
    path.write_text(heading + "".join(rows), "utf-8")
    print(f"{len(rows)} rows -> {path}")


if __name__ == "__main__":
    main()
