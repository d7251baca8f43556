"""Tests of `search.languages.analysis`: the keys a word is indexed and looked up under."""

from __future__ import annotations

import pytest

from search.articles import LANGUAGES
from search.languages.analysis import exact_key, lemma_keys, lemmatizer, stop_words


@pytest.mark.parametrize(
    ("form", "language", "expected"),
    [
        ("людьми", "ru", {"человек": 1.0}),
        ("договоров", "ru", {"договор": 1.0}),
        ("children", "en", {"child": 1.0}),
        ("countries", "en", {"country": 1.0}),
        ("country's", "en", {"country": 1.0}),
        ("treaties", "ru", {"treaty": 1.0}),
        ("wörter", "other", {"wörter": 1.0}),
        ("2021", "kk", {"2021": 1.0}),
    ],
)
def test_keys_of_a_form(form: str, language: str, expected: dict[str, float]) -> None:
    assert dict(lemma_keys(form, language)) == expected


def test_a_compound_has_its_own_key_and_weaker_ones_of_its_parts() -> None:
    keys = dict(lemma_keys("торгово-экономические", "ru"))
    assert keys["торгово-экономический"] == 1.0
    assert keys["экономический"] == 0.6


def test_an_uncertain_form_has_two_keys() -> None:
    assert dict(lemma_keys("пила", "ru")) == {"пила": 1.0, "пить": 0.6}


def test_the_exact_key_is_no_lemma_key() -> None:
    assert exact_key("water") == "=water"
    assert exact_key("water") not in dict(lemma_keys("water", "en"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["", "-", "'", "1", "ъ", "ё", "😀", "a" * 300, "қ-ң-ө"])
def test_no_form_is_too_odd(form: str, language: str) -> None:
    assert all(isinstance(lemma, str) for lemma in lemmatizer(language)(form))


@pytest.mark.parametrize(
    ("language", "stop", "telling"),
    [("en", "the", "treaty"), ("ru", "или", "договор"), ("kk", "және", "келісім"), ("ky", "жана", "келишим")],
)
def test_stop_words_say_nothing(language: str, stop: str, telling: str) -> None:
    assert stop in stop_words(language)
    assert telling not in stop_words(language)


def test_other_languages_have_no_stop_words() -> None:
    assert stop_words("other") == stop_words("de") == frozenset()
