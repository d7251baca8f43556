"""Makes the sample articles in `articles/` from the Markdown in `sources/`.

    python index_data/typeset.py [--fonts FOLDER]

Run by hand, with reportlab and pyphen (the extra `samples`) and the Liberation Serif fonts (Debian's
fonts-liberation2, SIL Open Font License). The same sources always give the same bytes. `articles.csv` is
written too: it says what a text file or the properties of a document cannot.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path

from typesetting import damage, pages, web, word
from typesetting.source import Source, load

_HERE = Path(__file__).parent
_SOURCES, _ARTICLES = _HERE / "sources", _HERE / "articles"
_FONTS = Path("/usr/share/fonts/truetype/liberation2")

# Width of the lines of a text, in characters.
_NARROW, _WIDE = 58, 84

_FORMATS = {
    "ky": {
        "drug-control": "double_spaced",
        "regional-cooperation": "pdf",
        "human-trafficking": "html",
        "collective-security": "docx",
        "asset-recovery": "md",
        "water-energy": "pdf",
        "migration-labour": "interrupted",
    },
    "kk": {
        "drug-control": "pdf",
        "regional-cooperation": "latin_schwa",
        "human-trafficking": "docx",
        "collective-security": "tabbed",
        "asset-recovery": "html",
        "water-energy": "md",
        "migration-labour": "pdf",
    },
    "ru": {
        "drug-control": "html",
        "regional-cooperation": "russian_letters",
        "human-trafficking": "pdf",
        "collective-security": "md",
        "asset-recovery": "docx",
        "water-energy": "pdf",
        "migration-labour": "html",
    },
    "en": {
        "drug-control": "md",
        "regional-cooperation": "html",
        "human-trafficking": "hyphenated",
        "collective-security": "pdf",
        "asset-recovery": "plain",
        "water-energy": "docx",
        "migration-labour": "pdf",
    },
}


def main() -> None:
    """Writes every article and the table of their metadata."""
    options = argparse.ArgumentParser(description="Make the sample articles from their sources.")
    options.add_argument("--fonts", type=Path, default=_FONTS, help="folder with LiberationSerif-*.ttf")
    fonts = options.parse_args().fonts
    rows = []
    for language, formats in _FORMATS.items():
        for number, (slug, form) in enumerate(formats.items()):
            source = load(_SOURCES / language / f"{slug}.md")
            file = _write(source, form, fonts, first_page=17 + 8 * number)
            rows += _row(source, file)
    _write_table(sorted(rows))


def _write(source: Source, form: str, fonts: Path, first_page: int) -> str:
    ending = form if form in ("pdf", "html", "docx", "md") else "txt"
    path = _ARTICLES / f"{source.language}-{source.slug}.{ending}"
    match form:
        case "pdf":
            pages.write(source, path, fonts, first_page)
        case "html":
            web.write(source, path)
        case "docx":
            word.write(source, path)
        case "md":
            shutil.copyfile(_SOURCES / source.language / f"{source.slug}.md", path)
        case _:
            path.write_bytes(_text(source, form))
    return path.name


def _text(source: Source, form: str) -> bytes:
    match form:
        case "plain":
            return damage.plain(source).encode("utf-16")
        case "hyphenated":
            return damage.hyphenated(source, _NARROW).encode("utf-8")
        case "double_spaced":
            return damage.double_spaced(source, _NARROW).encode("utf-8")
        case "interrupted":
            return damage.interrupted(source, _NARROW).encode("utf-8")
        case "latin_schwa":
            return damage.latin_schwa(source, _WIDE).encode("utf-8")
        case "tabbed":
            return damage.tabbed(source, _WIDE).encode("utf-8")
        case "russian_letters":
            return damage.russian_letters(source, _NARROW).encode("windows-1251")
        case _:
            raise ValueError(f"no such form: {form}")


def _row(source: Source, file: str) -> list[list[str]]:
    """What the file itself does not say: everything of a text, year and language of a PDF or document."""
    known = [str(source.year), "", source.language]
    if file.endswith(".txt"):
        return [[file, source.title, "; ".join(source.authors), *known, "; ".join(source.keywords)]]
    return [[file, "", "", *known, ""]] if file.endswith((".pdf", ".docx")) else []


def _write_table(rows: list[list[str]]) -> None:
    with (_ARTICLES / "articles.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["file", "title", "authors", "year", "url", "language", "keywords"])
        table.writerows(rows)


if __name__ == "__main__":
    main()
