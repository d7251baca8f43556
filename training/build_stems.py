"""Make the stem tables of the Kazakh and Kyrgyz analysers from word lists and our own parallel text.

A word form is taken to be a stem drawn from a lexicon followed by an ending drawn from the grammar. The
lexicon is unknown: it starts from the words of our glossary and is re-estimated by expectation-maximisation
over every reading the grammar allows of every form, with an absolute discount that keeps it small.

    python -m training.build_stems kk --shared ../shared
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.languages.turkic import Analyser
from training.glossary import Glossary, read_glossary, read_running_text

#: Letters of each alphabet beyond the Russian ones.
ALPHABETS = {"kk": "а-щъыьэюяәіңғүұқөһ", "ky": "а-щъыьэюяңүө"}

#: Expected forms a stem must explain, in the word list alone, to be kept.
LEAST_SUPPORT = {"kk": 3.0, "ky": 5.0}

DISCOUNT = 0.9
ROUNDS = 12
#: What a form of our own text and a word of our glossary count for, beside a form of the word list.
TEXT_WEIGHT, GLOSSARY_WEIGHT = 2.0, 4.0
#: Probability lost with each letter of a stem not yet in the lexicon.
LETTER_COST = 1.3


@dataclass(slots=True)
class Readings:
    """Every reading of every form: parallel arrays of form, stem and ending numbers."""

    form: NDArray[np.int64]
    stem: NDArray[np.int64]
    ending: NDArray[np.int64]
    forms: list[str]
    stems: list[tuple[str, str]]
    endings: list[tuple[str, ...]]


def read_forms(path: Path, language: str) -> Iterator[str]:
    """Forms of a word list that are words of the alphabet, of three to twenty letters."""
    word = re.compile(f"[{ALPHABETS[language]}]{{3,20}}")
    for line in path.read_text(encoding="utf-8").split("\n"):
        form = line.strip().replace("ё", "е")
        if word.fullmatch(form) and not re.search(r"(.)\1\1", form):
            yield form


def number_readings(analyser: Analyser, forms: list[str], short: set[tuple[str, str]]) -> Readings:
    """Analyse every form and number what is found; a stem has a vowel and, unless in `short`, three letters."""
    vowels = analyser.sounds.vowels
    stems: dict[tuple[str, str], int] = {}
    endings: dict[tuple[str, ...], int] = {}
    rows: list[tuple[int, int, int]] = []
    for number, form in enumerate(forms):
        for stem, pos, glosses, changes in analyser.analyses(form):
            if stem == form or (stem, pos) in short or (len(stem) > 2 and vowels & set(stem)):
                known = stems.setdefault((stem, pos), len(stems))
                rows.append((number, known, endings.setdefault((pos, *glosses, *changes), len(endings))))
    table = np.array(rows, dtype=np.int64)
    return Readings(table[:, 0], table[:, 1], table[:, 2], forms, list(stems), list(endings))


def read_words(name: str) -> list[tuple[str, str]]:
    """A list of our own in training/data: words with their part of speech."""
    table = Path(__file__).parent / "data" / name
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return [(stem, pos) for pos, stems in rows for stem in stems.split()]


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
    short = set(read_words(f"{language}_short_stems.tsv"))
    own = {*short, *read_words(f"{language}_words.tsv")}
    glossary = read_glossary(shared / "data/authored", language, analyser)
    for stem, pos in sorted(own):
        glossary.add(stem, pos)
    for counts in analyser.lexicon.counts.values():
        counts.clear()
    for stem, pos in glossary.words():
        analyser.lexicon.counts[pos][stem] = 1.0
    tokens = read_running_text(shared / "data/authored", language)
    listed = read_forms(shared / f"data/words/{language}.txt", language)
    forms = sorted({*listed, *(form for form in tokens if len(form) > 1), *glossary.lemmas})
    readings = number_readings(analyser, forms, short)
    weights = np.array([TEXT_WEIGHT if form in tokens else 1.0 for form in forms])
    prior = np.array([GLOSSARY_WEIGHT * glossary.weight(*stem) for stem in readings.stems])
    share, support = estimate(readings, weights, prior)
    occurrences = np.array([tokens.get(form, 0) for form in forms], dtype=np.float64)
    frequency = tally(readings.stem, share * occurrences[readings.form], len(readings.stems))
    often = tally(readings.ending, share * (1 + occurrences)[readings.form], len(readings.endings))
    stems = keep_stems(readings.stems, support, frequency, glossary, LEAST_SUPPORT[language])
    met = {(stem, pos): float(count) for stem, pos, count in stems}
    return Tables(
        [
            (stem, pos, count)
            for stem, pos, count in stems
            if (stem, pos) in own
            or (
                not inflected(analyser, met, stem, pos, ours=bool(glossary.weight(stem, pos)))
                and (glossary.weight(stem, pos) or not clipped(analyser, met, stem, pos))
            )
        ],
        keep_readings(readings.endings, often),
    )


#: Endings that never make a new word: a stem seen to end in one belongs to the stem inside.
TRANSPARENT = frozenset(
    [
        *("PL", "P1", "P2", "P2F", "P1PL", "P2PL", "P2PLF", "P3", "GEN", "ACC", "DAT", "LOC", "ABL", "INS"),
        *("KI", "POSSKI", "PTCP", "PTCPF", "PTCPLYK", "PTCPFLYK", "AOR", "AORNEG", "NEG", "PAST", "COND", "CVB"),
        *("CVBP", "CVBNSHA", "CVBNCHA", "CVBNEG", "3", "1SG", "1PL", "2SG", "INFER", "VN", "INTENT", "PLAN"),
        *("DESID", "Q"),
    ]
)


VOICES = frozenset({"PASS", "REFL", "RECP"})

#: Of these, the ones only a verb takes.
PARTICIPLES = frozenset({"PTCP", "PTCPF", "PTCPLYK", "PTCPFLYK"})
VERBAL = PARTICIPLES | {"AORNEG", "NEG", "CVBP", "CVBNSHA", "CVBNCHA", "INFER"}

#: Counts of stems with their part of speech.
Met = dict[tuple[str, str], float]


def inflected(analyser: Analyser, stems: Met, stem: str, pos: str, ours: bool) -> bool:
    """Whether a stem is a form of one in `stems`: of a verb, or, unless `ours`, of any more often met."""
    for reading in analyser.analyses(stem):
        inner = stems.get(reading[:2], 0.0) if reading.stem != stem else 0.0
        glosses = set(reading.glosses) - VOICES
        if not inner or not glosses:
            continue
        if pos == "v" and reading.pos == "v" and glosses <= {"NEG", "IMPNEG"}:
            return not ours
        certain = glosses & PARTICIPLES if ours else glosses & VERBAL or {"P3"} < glosses
        stronger = certain or (inner > stems[stem, pos] and not ours)
        if pos == "n" and glosses <= TRANSPARENT and stronger:
            return True
    return False


def clipped(analyser: Analyser, stems: Met, stem: str, pos: str) -> bool:
    """Whether a stem is another less its last letter (июн), its last vowel (ауз, оқи), or with more (тігі-)."""
    sounds = analyser.sounds
    wholes = [stem + letter for letter in sounds.restored.get(stem[-1], [])]
    if stem[-1] in "ксн" and len(stem) > 3:
        wholes.append(stem + "т")
    if len(stem) > 2 and not set(stem[-2:]) & sounds.full_vowels:
        wholes += [stem[:-1] + vowel + stem[-1] for vowel in sounds.elided]
    if pos == "v" and len(stem) > 2:
        wholes += [stem[:-1] + vowel for vowel, result in sounds.contractions.get("J", ()) if stem[-1] == result]
    if pos == "v" and stem[-1] in "ыіуүи" and len(stem) > 2:
        inner = (stem[:-1], stem[:-2] + sounds.voiced.get(stem[-2], stem[-2]))
        if max(stems.get((other, pos), 0.0) for other in inner) > stems[stem, pos]:
            return True
    whole = max((stems.get((other, pos), 0.0) for other in wholes), default=0.0)
    return (30 if len(stem) > 4 else 3) * whole > stems[stem, pos]


def keep_stems(
    stems: list[tuple[str, str]],
    support: Floats,
    frequency: Floats,
    glossary: Glossary,
    least: float,
) -> list[tuple[str, str, int]]:
    """Stems of the glossary, of our text, and those many forms of the word list speak for."""
    rows = [
        (stem, pos, max(round(float(times + forms)), 1))
        for (stem, pos), forms, times in zip(stems, support, frequency, strict=True)
        if glossary.weight(stem, pos) or (len(stem) > 2 and (forms >= least or (times >= 1.5 and forms >= 2.0)))
    ]
    return sorted(rows, key=lambda row: (-row[2], row))


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
