"""Tests of `search.languages.kazakh`: lemmas of Kazakh forms."""

from __future__ import annotations

import pytest

from search.languages.kazakh import analyser, lemmas


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("кітабы", "кітап"),
        ("жүрегі", "жүрек"),
        ("қазағы", "қазақ"),
        ("аузында", "ауыз"),
        ("мұрнына", "мұрын"),
        ("халқы", "халық"),
        ("орнына", "орын"),
        ("балаларымыздан", "бала"),
        ("үйлеріңіздегілерден", "үй"),
        ("қаласында", "қала"),
        ("мектептерінің", "мектеп"),
        ("министрлігінің", "министрлік"),
        ("конституциясында", "конституция"),
        ("журналистер", "журналист"),
    ],
)
def test_noun_forms(form: str, lemma: str) -> None:
    assert lemmas(form)[0] == lemma


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("келген", "кел"),
        ("баратындар", "бар"),
        ("келмейді", "кел"),
        ("танимын", "таны"),
        ("оқиды", "оқы"),
        ("тауып", "тап"),
        ("қояды", "қой"),
        ("жаюға", "жай"),
        ("ашылды", "аш"),
        ("келмегендіктен", "кел"),
    ],
)
def test_verb_forms(form: str, lemma: str) -> None:
    assert lemmas(form)[0] == lemma


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("2021-ші", ("2021",)),
        ("15-інде", ("15",)),
        ("2021-жылдың", ("2021-жыл",)),
        ("бұұ-ның", ("бұұ",)),
        ("қр-да", ("қр",)),
        ("ата-анасының", ("ата-ана",)),
        ("xxi-ғасырдың", ("xxi-ғасыр",)),
        ("2,5-тен", ("2,5",)),
        ("https://example.kz", ("https://example.kz",)),
        ("2021", ("2021",)),
        ("", ("",)),
    ],
)
def test_tokens(form: str, expected: tuple[str, ...]) -> None:
    assert lemmas(form) == expected


def test_names_come_down_to_their_base_form() -> None:
    assert [lemmas(name)[0] for name in ("қазақстанның", "никитинаның", "алматыдағы", "бішкекте")] == [
        "қазақстан",
        "никитина",
        "алматы",
        "бішкек",
    ]


def test_derived_words_keep_their_suffix_and_have_the_root_as_second_key() -> None:
    assert lemmas("экономикалық") == ("экономикалық", "экономика")
    assert lemmas("оқушылардың")[0] == "оқушы"


def test_pronouns_come_from_the_table_of_irregular_forms() -> None:
    assert [lemmas(form) for form in ("маған", "оның", "мұны", "өзінің")] == [("мен",), ("ол",), ("бұл",), ("өз",)]


def test_latin_letters_inside_a_word_are_read_as_cyrillic_ones() -> None:
    assert lemmas("мүшe") == lemmas("мүше")
    assert lemmas("\u0259лемнің") == lemmas("әлемнің")


def test_an_ending_of_the_wrong_harmony_is_not_taken_off() -> None:
    readings = {reading.stem for reading in analyser().words.analyses("үйлар")}
    assert readings == {"үйлар", "үйла"}


def test_a_hostile_token_is_given_back() -> None:
    assert lemmas("а-да" * 500) == ("а-да" * 500,)
