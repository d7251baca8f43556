"""Tests of `search.languages.tokens`: words, numbers and addresses of a text."""

from __future__ import annotations

import time

import pytest

from search.languages.tokens import fold, tokenize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Өнөр алды — кызыл тил.", ["өнөр", "алды", "кызыл", "тил"]),
        ("Қазақ елі; ҒЫЛЫМ, Іс", ["қазақ", "елі", "ғылым", "іс"]),
        ("Ёлка и елка", ["елка", "и", "елка"]),
        ("соода-экономикалык, 2021-жылы", ["соода-экономикалык", "2021-жылы"]),
        ("co‑operation (don’t)", ["co-operation", "don't"]),
        ("51,0 % и 2.38; 1 000", ["51,0", "и", "2.38", "1", "000"]),
        ("см. https://journal.example/a?b=1. Пиши: a.b@mail.example!", ["см", "https://journal.example/a?b=1",
         "пиши", "a.b@mail.example"]),
        ("Ю.А. Никитина", ["ю", "а", "никитина"]),
        ("за\u0301мок, сло\xadво", ["замок", "слово"]),
        ("государстве1. Суу2, CO2 м2", ["государстве", "1", "суу2", "co2", "м2"]),
        ("snake_case", ["snake", "case"]),
        ("\0 \ufffd 😀 ...", []),
        ("", []),
    ],
)  # fmt: skip
def test_tokens_of_a_text(text: str, expected: list[str]) -> None:
    assert [token.form for token in tokenize(text)] == expected


def test_places_point_into_the_text_as_it_was() -> None:
    text = "«Сло\xadво» о Ёлке и co‑op"
    assert [text[token.start : token.end] for token in tokenize(text)] == ["Сло\xadво", "о", "Ёлке", "и", "co‑op"]


def test_a_letter_and_its_accent_are_one_letter() -> None:
    assert fold("и\u0306") == fold("Й") == "й"
    assert [token.form for token in tokenize("мои\u0306 дом")] == ["мой", "дом"]


def test_a_long_line_without_blanks_takes_no_time() -> None:
    began = time.perf_counter()
    for unit in ("aa", "1.", "a-", "a@", "a.", "..", "++"):
        list(tokenize(unit * 25_000))
    assert time.perf_counter() - began < 2
