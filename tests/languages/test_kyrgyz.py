"""Tests of `search.languages.kyrgyz`: lemmas of Kyrgyz forms."""

from __future__ import annotations

import pytest

from search.languages.kyrgyz import analyser, lemmas


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("мектебибиз", "мектеп"),
        ("кызыгы", "кызык"),
        ("мурду", "мурун"),
        ("ордуна", "орун"),
        ("мектептерибиздеги", "мектеп"),
        ("шаарынын", "шаар"),
        ("атасына", "ата"),
        ("көлгө", "көл"),
        ("өлкөлөрүбүздүн", "өлкө"),
        ("окуучуларга", "окуучу"),
        ("революциянын", "революция"),
        ("университетинде", "университет"),
        ("сентябрында", "сентябрь"),
        ("балдарга", "бала"),
    ],
)
def test_noun_forms(form: str, lemma: str) -> None:
    assert lemmas(form)[0] == lemma


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("иштөө", "иште"),
        ("ойногон", "ойно"),
        ("келбейт", "кел"),
        ("таап", "тап"),
        ("коёт", "кой"),
        ("коет", "кой"),
        ("барууга", "бар"),
        ("келбөө", "кел"),
        ("иштебегендиктен", "иште"),
        ("барбайбыз", "бар"),
    ],
)
def test_verb_forms(form: str, lemma: str) -> None:
    assert lemmas(form)[0] == lemma


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("2021-жылдын", ("2021-жыл",)),
        ("1946жылы", ("1946-жыл",)),
        ("2007-2009-жылдарга", ("2007-2009-жыл",)),
        ("15инде", ("15",)),
        ("буунун", ("буу",)),
        ("шкунун", ("шку",)),
        ("кр-дын", ("кр",)),
        ("жкда", ("жк",)),
        ("соода-экономикалык", ("соода-экономикалык",)),
        ("xxi-кылымдын", ("xxi-кылым",)),
        ("https://example.kg", ("https://example.kg",)),
        ("51,0", ("51,0",)),
        ("", ("",)),
    ],
)
def test_tokens(form: str, expected: tuple[str, ...]) -> None:
    assert lemmas(form) == expected


def test_names_come_down_to_their_base_form() -> None:
    assert [lemmas(name)[0] for name in ("казакстанга", "никитинанын", "бишкектеги", "нарында")] == [
        "казакстан",
        "никитина",
        "бишкек",
        "нарын",
    ]


def test_derived_words_keep_their_suffix_and_have_the_root_as_second_key() -> None:
    assert lemmas("экономикалык") == ("экономикалык", "экономика")
    assert lemmas("курулган") == ("кур", "курул")


def test_pronouns_come_from_the_table_of_irregular_forms() -> None:
    assert [lemmas(form) for form in ("мага", "анын", "муну", "өзүнүн")] == [("мен",), ("ал",), ("бул",), ("өз",)]


def test_an_ending_of_the_wrong_rounding_is_not_taken_off() -> None:
    stems = {reading.stem for reading in analyser().words.analyses("көлга")}
    assert "көл" not in stems
