from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from search.languages.identify import CODES, SAMPLE_LENGTH, identify, language_distribution

DEV = Path(__file__).parents[3] / "shared" / "data" / "dev"

SENTENCES = {
    "ky": "Өлкөнүн парламенти суу ресурстарын пайдалануу жөнүндө мыйзамды кабыл алды.",
    "kk": "Еліміздің парламенті су ресурстарын пайдалану туралы заңды қабылдады.",
    "ru": "Парламент страны принял закон об использовании водных ресурсов.",
    "en": "The parliament of the country adopted a law on the use of water resources.",
}


@pytest.mark.parametrize(("code", "sentence"), SENTENCES.items())
def test_sentence(code: str, sentence: str) -> None:
    assert identify(sentence) == code
    assert identify(sentence.upper()) == code


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("көйгөйлөр", "ky"),
        ("мамлекет", "ky"),
        ("адам укуктары", "ky"),
        ("қылмыс", "kk"),
        ("мемлекеттік", "kk"),
        ("адам құқықтары", "kk"),
        ("преступление", "ru"),
        ("права человека", "ru"),
        ("crime", "en"),
        ("human rights", "en"),
    ],
)
def test_query_of_one_or_two_words(word: str, code: str) -> None:
    assert identify(word) == code


@pytest.mark.parametrize(
    "text", ["", "  \n", "2021", "12,5 % – 30 !", "中文文本", "Ελληνική γλώσσα", "اللغة العربية", "שלום"]
)
def test_other(text: str) -> None:
    assert identify(text) == "other"


def test_distribution_adds_up_to_one_over_all_codes() -> None:
    for text in ["", "5", "a", "ө", "кыргыз and қазақ", "中文 text", *SENTENCES.values()]:
        distribution = language_distribution(text)
        assert tuple(distribution) == CODES
        assert sum(distribution.values()) == pytest.approx(1)
        assert all(0 <= probability <= 1 for probability in distribution.values())


def test_word_without_special_letters_is_spread_over_the_languages_it_may_be_in() -> None:
    distribution = language_distribution("маселе")
    assert distribution["ky"] > 0.3
    assert distribution["kk"] > 0.03
    assert distribution["ru"] > 0.03
    assert language_distribution("конституция")["ky"] < 0.7


def test_kyrgyz_typed_on_a_russian_keyboard() -> None:
    assert identify("козомолдоо") == "ky"
    assert identify("улуттук коопсуздук боюнча чечим кабыл алынган") == "ky"


def test_latin_schwa_counts_as_the_cyrillic_one() -> None:
    assert language_distribution("əлем мəдениеті") == language_distribution("әлем мәдениеті")


def test_lone_surrogate_is_no_error() -> None:
    assert identify("Закон \ud800 принят парламентом") == "ru"


def test_long_text_is_sampled() -> None:
    sentence = SENTENCES["ky"] + " "
    start = sentence * (SAMPLE_LENGTH // len(sentence) + 1)
    assert language_distribution(start) == language_distribution(start + SENTENCES["en"] * 1000)


def test_speed() -> None:
    text = " ".join(SENTENCES.values())
    identify(text)
    began = time.perf_counter()
    for _ in range(200):
        identify(text)
    assert (time.perf_counter() - began) / 200 < 0.002


@pytest.mark.skipif(not DEV.exists(), reason="the development sets are not beside the project")
def test_accuracy_on_news_sentences() -> None:
    with (DEV / "xwmt_test_multi.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for code in SENTENCES:
        sentences = [row[code] for row in rows if row[code]]
        right = sum(identify(sentence) == code for sentence in sentences)
        assert right / len(sentences) > 0.99
