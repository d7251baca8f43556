from __future__ import annotations

import pytest

from indexer.front_matter import authors, key_words, title

ARTICLE = (
    "УДК 556.18\n\nЖайлоодогу суу жана анын баасы\n\nАсанова Г.Т., Беков С.\n\nАннотация. Суу аз.\n\n"
    "Негизги сөздөр: суу, жайлоо; тоо.\n\nKey words: water, pasture.\n\nКиришүү\n\nКеп суу жөнүндө."
)


def test_the_title_is_the_first_paragraph_that_is_no_code_label_or_name() -> None:
    assert title(ARTICLE) == "Жайлоодогу суу жана анын баасы"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Аннотация. Суу кымбат.\n\nКиришүү", "Суу кымбат."),
        ("Abstract\n\nWater is dear.", "Water is dear."),
        ("Вестник гор. 2019. № 4 12\n\nЛедники отступают", "Ледники отступают"),
        ("Беков С.", "Беков С."),
        ("Суу аз. " + "Бул сүйлөм узун. " * 20, "Суу аз"),
        ("word " * 40, "word " * 31 + "word…"),
        ("", ""),
    ],
)
def test_an_article_without_a_title_gets_one(text: str, expected: str) -> None:
    assert title(text) == expected


def test_authors_are_the_names_with_initials_in_a_paragraph_of_their_own() -> None:
    assert authors(ARTICLE) == ("Асанова Г.Т.", "Беков С.")
    assert authors("Ледники\n\nН.В. Орлова; Smith J.\n\nТекст.") == ("Н.В. Орлова", "Smith J.")
    assert authors("Беков С. суу жөнүндө жазды.") == ()


def test_key_words_of_all_languages_follow_each_other_once() -> None:
    assert key_words(ARTICLE) == ("суу, жайлоо", "тоо", "water", "pasture")
    assert key_words("Тірек сөздер: су, тау, су.") == ("су", "тау")
    assert key_words("Бул негизги сөздөр эмес.") == ()
