"""Parallel rows for training the encoder, by kind of source, with the licences it may learn from."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

LANGUAGES = ("en", "ru", "kk", "ky")
LANGUAGE_PAIRS = tuple(combinations(LANGUAGES, 2))

#: Licences of single rows (column `licence`) that weights may be computed from. Left out: AGPL, and
#: rows whose licence nobody checked.
LICENCES = frozenset({"MIT", "Apache-2.0", "BSD", "GPL", "public-domain(US gov)"})

#: Least alignment score (column `score`) of an automatically aligned row; below it most rows mismatch.
LEAST_SCORE = 3.0

#: Longest side of a row, in characters; longer ones are licence texts and option lists.
LONGEST = 600

#: Files of ../shared/data/parallel, by kind of source.
PARALLEL_KINDS = {
    "interface": (
        "chromium_xtb",
        "android_aosp",
        "debian_mo",
        "mediawiki_i18n",
        "libreoffice_ui",
        "mozilla_firefox_thunderbird",
        "app_i18n_licensed",
    ),
    "dictionary": (
        "cldr_names",
        "cldr_annotations",
        "debian_mo_names",
        "dict_apertium",
        "dict_omw_wikt",
        "dict_country_names_ky",
    ),
    "government": ("apertium_kazrus_gov", "open_sdg"),
}

#: Rows of our own.
OWN_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Row:
    """One meaning: for each language that has it, the texts that say it (several for a term with synonyms)."""

    texts: dict[str, tuple[str, ...]]


def read_rows(path: Path, synonyms: bool = False) -> Iterator[Row]:
    """Rows of a tab-separated file with columns en, ru, kk, ky, fit to learn from.

    Cells of term files part synonyms by ` / ` (`synonyms=True`). Rows with a licence outside LICENCES,
    a score under LEAST_SCORE, or fewer than two languages are left out.
    """
    with path.open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if record.get("licence", "MIT") not in LICENCES:
                continue
            if float(record.get("score") or LEAST_SCORE) < LEAST_SCORE:
                continue
            texts = {code: _alternatives(record.get(code) or "", synonyms) for code in LANGUAGES}
            texts = {code: forms for code, forms in texts.items() if forms}
            if len(texts) > 1:
                yield Row(texts)


def _alternatives(cell: str, synonyms: bool) -> tuple[str, ...]:
    forms = cell.split(" / ") if synonyms else [cell]
    cleaned = (form.replace("{}", " ").strip() for form in forms)
    return tuple(form for form in cleaned if form and len(form) <= LONGEST)


def authored_rows() -> dict[str, list[Row]]:
    """Sentences and terms written for this project, by kind."""
    return {
        "authored": [row for path in sorted(OWN_DATA.glob("*_sentences.tsv")) for row in read_rows(path)],
        "terms": [row for path in sorted(OWN_DATA.glob("*_terms.tsv")) for row in read_rows(path, synonyms=True)],
    }


def training_rows(data: Path) -> dict[str, list[Row]]:
    """Rows by kind of source (authored, terms, interface, dictionary, government), in a fixed order, each once."""
    rows = authored_rows()
    for kind, names in PARALLEL_KINDS.items():
        rows[kind] = [row for name in names for row in read_rows(data / "parallel" / f"{name}.tsv")]
    return {kind: _unique(of_kind) for kind, of_kind in rows.items()}


def _unique(rows: list[Row]) -> list[Row]:
    return list({tuple(row.texts.items()): row for row in rows}.values())


def read_words(data: Path, language: str) -> list[str]:
    """The list of word forms of `language` ("kk" or "ky"), one a line in the source."""
    return (data / "words" / f"{language}.txt").read_text(encoding="utf-8").split()
