"""Tests of `indexer.preparation`: an article as read becomes the article that is indexed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.preparation import content_digest, prepare
from search.articles import Article

TEXT = (
    "Өзен суын бөлу\n\nСырдария өзенінің суы егін суаруға қажет. Қазақстан мен Қырғызстан арасындағы ынтымақ-\n"
    "тастық екі елге де тиімді.\n\nAbstract. The water of the river is shared by the two countries every year."
)


def test_the_text_is_repaired_and_passages_point_into_it() -> None:
    prepared = prepare(Article("a", "Су", TEXT))
    assert "арасындағы ынтымақтастық екі елге" in prepared.article.text
    assert "".join(each.text for each in prepared.passages).split() != []
    for place, passage in enumerate(prepared.passages):
        assert (passage.article_id, passage.ordinal) == ("a", place)
        assert prepared.article.text[passage.start : passage.end] == passage.text
    assert [passage.language for passage in prepared.passages] == ["kk", "en"]


def test_a_title_is_kept_on_one_line_or_made_from_the_text() -> None:
    assert prepare(Article("a", " Су \n туралы ", TEXT)).article.title == "Су туралы"
    assert prepare(Article("a", " \n", TEXT)).article.title == "Өзен суын бөлу"


def test_authors_and_key_words_are_found_in_the_text_unless_declared() -> None:
    text = f"Су жана баа\n\nАсанова Г.К., Бейшенов Т.А.\n\n{TEXT}\n\nKey words: water, price."
    found = prepare(Article("a", "", text)).article
    assert (found.title, found.authors) == ("Су жана баа", ("Асанова Г.К.", "Бейшенов Т.А."))
    assert found.keywords == ("water", "price")
    declared = prepare(Article("a", "", text, authors=("Орлова Н.",), keywords=("суу",))).article
    assert (declared.authors, declared.keywords) == (("Орлова Н.",), ("суу",))


def test_no_control_character_is_left_in_metadata() -> None:
    declared = Article(
        "a", "\x00Су\x1b[31m \u202eтуралы\u2066", TEXT, authors=("Орлова\t\x07Н.", "\u202e"), keywords=("су\x9bу",)
    )
    found = prepare(declared).article
    assert (found.title, found.authors, found.keywords) == ("Су[31m туралы", ("Орлова Н.",), ("суу",))


@pytest.mark.parametrize(("declared", "expected"), [("ru", "ru"), ("KK", "kk"), ("de", "kk"), (None, "kk"), ("", "kk")])
def test_the_language_is_the_declared_or_the_main_one(declared: str | None, expected: str) -> None:
    text = TEXT.partition("Abstract")[0]
    assert prepare(Article("a", "Су", text, language=declared and declared.lower())).article.language == expected


def test_pages_move_with_the_text() -> None:
    first = "Water flows from the moun-\ntains to the plain.\n"
    article = Article("a", "A", first + "Migrants send money to their families.", pages=(0, len(first)))
    prepared = prepare(article)
    assert prepared.article.pages[0] == 0
    assert prepared.article.text[prepared.article.pages[1] :].strip().startswith("Migrants send")
    assert prepared.passages[0].page == 1


@pytest.mark.parametrize("text", ["Да", "!", "42", "😀", "...", "\ud83d\ude00", "a\ud800b", "كتاب", "a" * 5000])
def test_any_text_has_a_passage_however_short(text: str) -> None:
    prepared = prepare(Article("a", "", text))
    assert len(prepared.passages) >= 1
    prepared.article.text.encode("utf-8")
    prepared.article.title.encode("utf-8")
    assert all(prepared.article.text[each.start : each.end] == each.text for each in prepared.passages)


def test_the_digest_tells_every_change_of_the_source() -> None:
    article = Article("a", "Су", TEXT, ("Сейітов Б.М.",), 2021, "u", ("су",), "kk", (0,))
    changed = [
        replace(article, **{field: value})
        for field, value in {
            "title": "Суы",
            "text": TEXT + "!",
            "authors": (),
            "year": 2020,
            "url": None,
            "keywords": ("су", "өзен"),
            "language": None,
            "pages": (),
        }.items()
    ]
    digests = {content_digest(each) for each in (article, *changed)}
    assert len(digests) == 9
    assert content_digest(replace(article)) == content_digest(article)


def test_the_digest_is_that_of_the_source_not_of_what_was_made_of_it() -> None:
    article = Article("a", "", TEXT)
    assert prepare(article).content == content_digest(article)
