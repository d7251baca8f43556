"""Finding names and terms of the glossary in queries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from search.errors import UserError
from search.glossary import COLUMNS, Glossary, Match
from search.languages.tokens import tokenize

TABLE = """\
# A comment.
en\tru\tkk\tky

Shanghai Cooperation Organization|SCO\tШанхайская организация сотрудничества|ШОС\tШЫҰ\tШКУ
cooperation\tсотрудничество\t\tкызматташтык
World Health Organization|WHO\tВОЗ\t\t
right to life\tправо на жизнь\t\t
"""

SHIPPED = Path(__file__).parents[2] / "index_data" / "glossary.tsv"

#: What may stand in a cell of each column beside digits.
LETTERS = {
    "en": "A-Za-zÀ-ž",
    "ru": "А-Яа-яЁё",
    "kk": "А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі",
    "ky": "А-Яа-яЁёҢңӨөҮү",
}


@pytest.fixture
def glossary(tmp_path: Path) -> Glossary:
    """The glossary of TABLE as it is stored in a generation."""
    read(tmp_path, TABLE)[0].write(tmp_path)
    return Glossary.open(tmp_path)


def read(folder: Path, text: str) -> tuple[Glossary, list[str]]:
    file = folder / "terms.tsv"
    file.write_bytes(text.encode())
    return Glossary.read(file)


def matches(glossary: Glossary, query: str, *languages: str) -> list[Match]:
    return glossary.translations([token.form for token in tokenize(query)], languages)


def runs(glossary: Glossary, query: str, *languages: str) -> list[tuple[int, int]]:
    return [(match.start, match.end) for match in matches(glossary, query, *languages)]


def test_acronym_finds_the_name_and_the_other_languages(glossary: Glossary) -> None:
    phrases = (
        ("en", ("shanghai", "cooperation", "organization")),
        ("en", ("sco",)),
        ("ru", ("шанхайский", "организация", "сотрудничество")),
        ("kk", ("шыұ",)),
        ("ky", ("шку",)),
    )
    assert matches(glossary, "Роль ШОС", "ru") == [Match(1, 2, phrases)]


def test_longest_name_wins_in_any_inflection(glossary: Glossary) -> None:
    phrases = (
        ("en", ("shanghai", "cooperation", "organization")),
        ("en", ("sco",)),
        ("ru", ("шос",)),
        ("kk", ("шыұ",)),
        ("ky", ("шку",)),
    )
    assert matches(glossary, "в Шанхайской организации сотрудничества", "ru", "kk") == [Match(1, 4, phrases)]
    assert runs(glossary, "ШКУнун кызматташтык", "ky") == [(0, 1), (1, 2)]


def test_only_plausible_languages_are_looked_through(glossary: Glossary) -> None:
    assert runs(glossary, "сотрудничество", "kk", "ky") == []


def test_latin_letters_are_english_in_any_query(glossary: Glossary) -> None:
    assert runs(glossary, "саммит SCO", "ru") == [(1, 2)]


def test_stop_words_inside_a_name_make_no_difference(glossary: Glossary) -> None:
    names = ["the right to life", "right life", "right of life", "right to", "life"]
    assert [runs(glossary, name, "en") for name in names] == [[(1, 4)], [(0, 2)], [(0, 3)], [], []]


def test_form_that_is_a_stop_word_is_neither_found_nor_answered(glossary: Glossary) -> None:
    assert matches(glossary, "who", "en") == []
    assert matches(glossary, "ВОЗ", "ru") == [Match(0, 1, (("en", ("world", "health", "organization")),))]


def test_written_glossary_answers_as_the_table(tmp_path: Path, glossary: Glossary) -> None:
    table, _ = read(tmp_path, TABLE)
    assert len(table) == len(glossary) == 4
    assert matches(table, "ШОС и сотрудничество", "ru") == matches(glossary, "ШОС и сотрудничество", "ru")


def test_generation_without_a_glossary_has_an_empty_one(tmp_path: Path) -> None:
    assert matches(Glossary.open(tmp_path), "ШОС", "ru") == []


def test_bad_lines_are_left_out_and_told(tmp_path: Path) -> None:
    lines = [
        "\ufeffen\tru\tkk\tky",
        "river\tрека\tөзен\tдарыя\r",
        "lake\tозеро\tкөл",
        "sea\t\t|\t",
        "hill\tхолм\x07\tтөбе\tдөбө",
        "law|LAW\tзакон\tзаң\tмыйзам",
        "stream|river\tрека\t\t",
        "bow\tлук\t\t",
        "onion\tлук\tпияз\tпияз",
        "bread\t—\tнан\tнан",
    ]
    glossary, problems = read(tmp_path, "\n".join(lines))
    assert len(glossary) == 3
    assert problems == [
        "terms.tsv:3: 3 columns instead of 4",
        "terms.tsv:4: fewer than two filled cells",
        "terms.tsv:5: the control or invisible character U+0007",
        "terms.tsv:6: duplicate form in the en cell: law",
        "terms.tsv:7: duplicate of line 2: river",
        "terms.tsv:10: no word in '—'",
    ]


def test_word_of_two_meanings_answers_with_both(tmp_path: Path) -> None:
    glossary, _ = read(tmp_path, "en\tru\tkk\tky\nbow\tлук\t\t\nonion\tлук\tпияз\t\n")
    assert matches(glossary, "лук", "ru") == [Match(0, 1, (("en", ("bow",)), ("en", ("onion",)), ("kk", ("пияз",))))]


def test_files_that_are_no_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        Glossary.read(tmp_path / "missing.tsv")
    (tmp_path / "old.tsv").write_bytes("en\tru\tkk\tky\nlaw\tзакон\t\t\n".encode("cp1251"))
    with pytest.raises(UserError, match="cannot be read"):
        Glossary.read(tmp_path / "old.tsv")
    with pytest.raises(UserError, match="should be en<TAB>ru<TAB>kk<TAB>ky"):
        read(tmp_path, "law\tзакон\t\t\n")


def test_shipped_glossary_is_sound() -> None:
    glossary, problems = Glossary.read(SHIPPED)
    assert problems == []
    assert len(glossary) >= 1500
    assert _strange_cells() == []


def test_shipped_glossary_knows_the_organisations_of_the_region() -> None:
    glossary, _ = Glossary.read(SHIPPED)
    found = [phrase for match in matches(glossary, "рекомендации ОДКБ", "ru") for phrase in match.phrases]
    assert ("en", ("csto",)) in found
    assert ("kk", ("ұқшұ",)) in found
    assert ("ky", ("жкку",)) in found


def _strange_cells() -> list[str]:
    """Cells of the shipped table with letters of another alphabet."""
    lines = [line for line in SHIPPED.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    cells = [(code, cell) for line in lines[1:] for code, cell in zip(COLUMNS, line.split("\t"), strict=True)]
    return [cell for code, cell in cells if not re.fullmatch(rf"[{LETTERS[code]}0-9 |’'«»().,/–—-]*", cell)]
