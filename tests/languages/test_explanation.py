"""Tests of `search.languages.explanation`: the readings of a form and how they are shown."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import pytest

from search.languages import kazakh, kyrgyz
from search.languages.explanation import MOST_READINGS, Reading, explained, meanings, readings
from search.languages.turkic import Analysis
from search.languages.turkic_segments import segments
from search.languages.turkic_sounds import table_rows

MODULES = {"kk": kazakh, "ky": kyrgyz}

FORMS = {
    "kk": "мектептеріміздегі қауіпсіздігіне жүрегі аузы барамын қоя мені 15-ке эскроуды шыұ-ның bbc - 😀",
    "ky": "мектептерибиздеги кыргызстандыктарга оозунда мурду коёт таап эмне 15инде шкунун bbc - 😀",
    "ru": "преступлениями людей стекла мой бокръан bbc - 😀",
    "en": "treaties mice country's traffickers' asdfgh - 😀",
}


@pytest.mark.parametrize(
    ("form", "language", "lemma", "letters", "changes"),
    [
        ("мектептеріміздегі", "kk", "мектеп", "тер-PL іміз-P1PL де-LOC гі-KI", ()),
        ("жүрегі", "kk", "жүрек", "і-P3", ("voiced",)),
        ("мектептерибиздеги", "ky", "мектеп", "тер-PL ибиз-P1PL де-LOC ги-KI", ()),
        ("мурду", "ky", "мурун", "у-P3", ("elided",)),
    ],
)
def test_a_nominal_is_taken_apart(form: str, language: str, lemma: str, letters: str, changes: tuple[str, ...]) -> None:
    morphemes = tuple(tuple(each.split("-")) for each in letters.split())
    first, *others = readings(form, language)
    assert first == Reading(lemma, "nominal", morphemes, changes, first.score, True)
    scores = [each.score or 0.0 for each in (first, *others)]
    assert scores == sorted(scores, reverse=True)


def test_the_score_is_that_of_the_ranker() -> None:
    analysis = Analysis("мектеп", "n", ("PL", "P1PL", "KI"))
    assert readings("мектептеріміздегі", "kk")[0].score == kazakh.analyser().words.score(analysis)


@pytest.mark.parametrize(
    ("module", "word", "analysis", "expected"),
    [
        (kazakh, "келгендігі", Analysis("кел", "v", ("PTCPLYK", "P3"), ("voiced",)), "гендіг-PTCPLYK і-P3"),
        (kazakh, "қоямын", Analysis("қой", "v", ("CVB", "1SG")), "а-CVB мын-1SG"),
        (kazakh, "жасалуы", Analysis("жаса", "v", ("PASS", "VN", "P3")), "л-PASS у-VN ы-P3"),
        (kazakh, "аузында", Analysis("ауыз", "n", ("P3", "LOC"), ("elided",)), "ы-P3 нда-LOC"),
        (kazakh, "журналистер", Analysis("журналист", "n", ("PL",), ("restored",)), "тер-PL"),
        (kyrgyz, "келбөө", Analysis("кел", "v", ("NEG", "VN")), "б-NEG өө-VN"),
        (kyrgyz, "иштөөгө", Analysis("иште", "v", ("VN", "DAT"), ("merged",)), "өө-VN гө-DAT"),
        (kyrgyz, "коет", Analysis("кой", "v", ("CVB", "3")), "о-CVB т-3"),
        (kyrgyz, "бар", Analysis("бар", "v", ("IMP",)), "-IMP"),
        (kyrgyz, "таап", Analysis("тап", "v", ("CVBP",), ("swapped",)), "ап-CVBP"),
        (kyrgyz, "таптырып", Analysis("тап", "v", ("NEG", "CVBP")), "тырып-NEG.CVBP"),
    ],
)
def test_letters_of_each_morpheme(module: ModuleType, word: str, analysis: Analysis, expected: str) -> None:
    found = segments(word, analysis, module.analyser().words)
    assert " ".join("-".join(each) for each in found) == expected


@pytest.mark.parametrize(
    ("form", "language", "expected"),
    [
        ("2021-жылдын", "ky", Reading("2021-жыл", "nominal", (("дын", "END"),))),
        ("15инде", "ky", Reading("15", "nominal", (("инде", "END"),))),
        ("15-ке", "kk", Reading("15", "nominal", (("ке", "END"),))),
        ("буунун", "ky", Reading("буу", "nominal", (("нун", "END"),))),
        ("шыұ-ның", "kk", Reading("шыұ", "nominal", (("ның", "END"),))),
        ("1946жылы", "ky", Reading("1946-жыл", "nominal")),
        ("qwerty", "kk", Reading("qwerty", "nominal", known=False)),
        ("mice", "en", Reading("mouse", "")),
        ("asdfgh", "en", Reading("asdfgh", "", known=False)),
    ],
)
def test_a_form_with_one_reading(form: str, language: str, expected: Reading) -> None:
    assert readings(form, language) == [expected]


def test_an_irregular_form() -> None:
    form, lemmas = next(iter(kazakh.analyser().words.lexicon.forms.items()))
    found = readings(form, "kk")
    assert [(each.lemma, each.morphemes, each.changes) for each in found] == [
        (lemma, (), ("irregular",)) for lemma in lemmas
    ]


def test_a_stem_that_no_table_has() -> None:
    found = readings("зщшгларда", "kk")
    assert Reading("зщшг", "nominal", (("лар", "PL"), ("да", "LOC")), known=False) in [
        replace(each, score=None) for each in found
    ]
    assert not any(each.known for each in found)


def test_russian_readings_have_tag_and_probability() -> None:
    found = [replace(each, score=round(each.score or 0.0, 2)) for each in readings("мой", "ru")]
    assert found == [
        Reading("мой", "ADJF,Apro masc,sing,nomn", score=0.5),
        Reading("мой", "ADJF,Apro inan,masc,sing,accs", score=0.25),
        Reading("мыть", "VERB,impf,tran sing,impr,excl", score=0.25),
    ]


@pytest.mark.parametrize("language", MODULES)
def test_a_word_of_any_length_is_read(language: str) -> None:
    assert readings("а" * 500, language) == [Reading("а" * 500, "nominal", known=False)]


@pytest.mark.parametrize("language", FORMS)
def test_the_first_reading_has_the_first_lemma(language: str) -> None:
    from search.languages.analysis import lemmatizer

    lemmas = lemmatizer(language)
    found = {form: readings(form, language) for form in FORMS[language].split()}
    assert {form: each[0].lemma for form, each in found.items()} == {form: lemmas(form)[0] for form in found}
    assert max(map(len, found.values())) <= MOST_READINGS


@pytest.mark.parametrize("language", MODULES)
def test_every_gloss_and_change_has_a_meaning(language: str) -> None:
    glosses = {row[3] for row in table_rows(f"{language}_endings.tsv")} - {"-"}
    # The sequences that were counted hold the changes as well.
    counted = {name for row in table_rows(f"{language}_readings.tsv") for name in row[0].split()[1:]}
    named = {"voiced", "unvoiced", "kept", "elided", "restored", "merged", "swapped", "irregular", "END"}
    assert sorted(name for name in glosses | counted | named if not meanings().get(name)) == []


def test_readings_are_shown_in_words() -> None:
    first = Reading("мектеп", "nominal", (("тер", "PL"), ("іміз", "P1PL"), ("де", "LOC"), ("гі", "KI")), (), 0.666)
    second = Reading("жап", "verb", (("", "IMP"), ("ап", "NEG.CVBP")), ("voiced", "elided"), -2.0, known=False)
    assert explained("Мектептеріміздегі", [first, second, Reading("mouse", "")]).split("\n") == [
        "Мектептеріміздегі",
        "* мектеп  nominal  мектеп + тер (plural) + іміз (our) + де (locative) + гі (attributive)  0.67",
        "  жап  verb  жап + ∅ (imperative) + ап (negative; converb of the past)  final п, к or қ voiced before a vowel"
        "  vowel of the last syllable dropped  -2.00  unknown stem",
        "  mouse",
    ]
