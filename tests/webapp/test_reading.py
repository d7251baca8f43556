from __future__ import annotations

from flask import Flask

from search.articles import Article, Passage
from search.results import Highlight
from webapp.reading import Block, Foreign, blocks, excerpt, in_other_languages

TEXT = "Abstract. One.\n\nTwo. Three.\n\n* * *\n\nДва.\n\nТри.\nend"


def passage(ordinal: int, part: str, language: str = "en", page: int | None = None) -> Passage:
    start = TEXT.index(part)
    return Passage("a", ordinal, start, start + len(part), language, part, page)


PASSAGES = [
    passage(0, "Abstract. One.\n\nTwo.", page=1),
    passage(1, "Three.", "other", page=1),
    passage(2, "Два.\n\nТри.", "ru", page=2),
]


def laid_out(app: Flask, passages: list[Passage], **highlights: tuple[Highlight, ...]) -> list[Block]:
    marks = {int(name[1:]): ranges for name, ranges in highlights.items()}
    with app.test_request_context("/?ui=en"):
        return blocks(Article("a", "A", TEXT, language="en"), passages, marks)


def test_passages_and_what_stands_between_them(app: Flask) -> None:
    found = laid_out(app, PASSAGES)

    assert [[str(each) for each in block.paragraphs] for block in found] == [
        ["Abstract. One.", "Two."],
        ["Three."],
        ["* * *"],
        ["Два.", "Три."],
        ["end"],
    ]
    assert [block.number for block in found] == [1, 2, 0, 3, 0]
    assert [block.passage and block.passage.ordinal for block in found] == [0, 1, None, 2, None]


def test_where_pages_languages_and_paragraphs_begin(app: Flask) -> None:
    found = [block for block in laid_out(app, PASSAGES) if block.passage]

    assert [block.page for block in found] == [1, None, 2]
    assert [block.new_language for block in found] == [False, False, True]
    assert [block.continues for block in found] == [False, True, False]


def test_marks_fall_into_their_paragraphs(app: Flask) -> None:
    found = laid_out(app, PASSAGES, p2=(Highlight(6, 9, "exact", "три"),))

    assert [block.matches for block in found] == [False, False, False, True, False]
    assert [str(each) for each in found[3].paragraphs] == [
        "Два.",
        '<mark class="exact" title="The word you asked for: “три”">Три</mark>.',
    ]


def test_an_article_without_passages_is_still_read(app: Flask) -> None:
    assert len(laid_out(app, [])) == 1
    assert laid_out(app, [])[0].passage is None


def test_runs_in_other_languages_say_how_they_begin(app: Flask) -> None:
    passages = [*PASSAGES, passage(3, "end", "kk")]
    found = laid_out(app, passages)
    russian, kazakh = Foreign("ru", "Два. Три.", 2, 3, 2), Foreign("kk", "end", 3, 4, None)

    assert in_other_languages(Article("a", "A", TEXT, language="en"), found, ()) == [russian, kazakh]
    assert in_other_languages(Article("a", "A", TEXT), found, {3}) == [russian]
    assert in_other_languages(Article("a", "A", TEXT, language="kk"), found, {2}) == [
        Foreign("en", "Abstract. One. Two.", 0, 1, 1)
    ]
    assert in_other_languages(Article("a", "A", TEXT), [], ()) == []


def test_passages_in_a_row_are_one_run(app: Flask) -> None:
    two = [passage(0, "Abstract. One.", "en"), passage(1, "Два.", "ru"), passage(2, "Три.", "ru")]

    runs = in_other_languages(Article("a", "A", TEXT, language="en"), laid_out(app, two), ())
    assert [(run.ordinal, run.opening) for run in runs] == [(1, "Два.")]


def test_an_excerpt_is_the_sentences_that_hold_marks(app: Flask) -> None:
    text = "Head\n\nRivers rise. Canals fall. Wells dry. Dams hold.\n\nSnow melts. Суу агат."
    places = (text.index("Canals"), text.index("Wells"), text.index("Суу"))
    marks = tuple(Highlight(place, place + 3, "exact", "x") for place in places)

    with app.test_request_context("/?ui=en"):
        whole = excerpt(text, marks)
        opening = excerpt(f"{text} {'Ice. ' * 50}", ())
    mark = '<mark class="exact" title="The word you asked for: “x”">'
    assert [str(each) for each in whole] == [
        f"… {mark}Can</mark>als fall. {mark}Wel</mark>ls dry. …",
        f"… {mark}Суу</mark> агат.",
    ]
    assert [str(each)[:14] for each in opening] == ["Head", "Rivers rise. C", "Snow melts. Су"]
    assert opening[-1].endswith("Ice. …")
