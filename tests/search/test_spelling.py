"""Tests of `search.spelling`: the ways in which one word may be typed."""

from __future__ import annotations

import pytest

from search.spelling import cyrillic, other_layouts, skeleton


@pytest.mark.parametrize(
    "ways",
    [
        ("баңгизат", "бангизат", "bangizat"),
        ("көзөмөлдөө", "козомолдоо", "közömöldöö"),
        ("қауіпсіздік", "кауипсиздик", "qauipsizdik", "kauipsizdik", "qawipsizdik"),
        ("ынтымақтастық", "yntymaqtastyq", "yntymaqtastıq", "ynty'maqtastyq"),
        ("мәселе", "маселе", "mäsele", "másele"),
        ("өзгөрүү", "озгоруу", "özgörüü"),
        ("жылкы", "jylky", "zhylky"),
        ("Джалал-Абад".lower(), "жалал-абад", "jalal-abad", "dzhalal-abad"),
        ("торговля", "torgovlya", "torgovlâ"),
        ("межгосударственный", "mežgosudarstvennyj", "mezhgosudarstvennyy"),
        ("ситуация", "situatsiya", "situaciya"),
        ("щит", "shchit", "ŝit", "shhit"),
    ],
    ids=lambda ways: ways[0],
)
def test_all_ways_to_type_a_word_have_one_skeleton(ways: tuple[str, ...]) -> None:
    assert {skeleton(way) for way in ways} == {skeleton(ways[0])}


def test_different_words_keep_apart() -> None:
    words = ["суу", "сот", "соода", "саясат", "келишим", "шарт", "құқық", "күз", "water", "waiter"]
    assert len({skeleton(word) for word in words}) == len(words)


def test_latin_letters_are_read_as_cyrillic() -> None:
    assert [cyrillic(word) for word in ("lyudmi", "prestupleniya", "мир")] == ["людми", "преступления", "мир"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("njhujdkz k.lmvb", "торговля людьми"),
        ("0fpf0cnfy", "қазақстан"),
        ("ыусгкшен", "security"),
        ("RFPF[CNFY", "казахстан"),
    ],
)
def test_another_layout_gives_what_was_meant(typed: str, meant: str) -> None:
    assert meant in other_layouts(typed)
