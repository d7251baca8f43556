"""Tests of `search.languages.russian`: lemmas of Russian forms."""

from __future__ import annotations

import pytest

from search.languages.russian import lemmas


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("торговли", ("торговля",)),
        ("людьми", ("человек",)),
        ("приобретённых", ("приобрести",)),
        ("интернет-ресурсами", ("интернет-ресурс",)),
    ],
)
def test_forms_have_their_lemmas(form: str, expected: tuple[str, ...]) -> None:
    assert lemmas(form) == expected


@pytest.mark.parametrize(
    "form", ["water", "co2", "2020", "слово1", "wаter", "", "-", "水", "\U00017600", "слово\U00017600"]
)
def test_a_form_not_wholly_cyrillic_is_its_own_lemma(form: str) -> None:
    assert lemmas(form) == (form,)
