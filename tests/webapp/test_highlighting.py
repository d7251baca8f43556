from __future__ import annotations

from flask import Flask

from search.results import Highlight
from webapp.highlighting import marked


def html(app: Flask, text: str, *highlights: Highlight, start: int = 0, end: int | None = None) -> str:
    with app.test_request_context("/?ui=en"):
        return str(marked(text, highlights, start, end))


def test_each_kind_says_why(app: Flask) -> None:
    text = "Water is life: су, суу"
    highlights = (
        Highlight(0, 5, "exact", "water"),
        Highlight(15, 17, "meaning", "water"),
        Highlight(19, 22, "lemma", "суунун"),
    )

    assert html(app, text, *highlights) == (
        '<mark class="exact" title="The word you asked for: “water”">Water</mark> is life: '
        '<mark class="meaning" title="water ↔ су: close in meaning">су</mark>, '
        '<mark class="lemma" title="суунун ↔ суу: another form of the word">суу</mark>'
    )


def test_text_and_query_are_escaped(app: Flask) -> None:
    assert html(app, "<b>&</b>", Highlight(3, 4, "exact", '"><script>')) == (
        '&lt;b&gt;<mark class="exact" title="The word you asked for: “&#34;&gt;&lt;script&gt;”">&amp;</mark>&lt;/b&gt;'
    )


def test_braces_and_percent_signs_stay(app: Flask) -> None:
    assert html(app, "{0} %s", Highlight(0, 3, "exact", "{x} %(word)s")) == (
        '<mark class="exact" title="The word you asked for: “{x} %(word)s”">{0}</mark> %s'
    )


def test_of_overlapping_ranges_the_earlier_is_kept(app: Flask) -> None:
    ranges = (Highlight(2, 4, "lemma", "b"), Highlight(0, 3, "exact", "a"), Highlight(4, 4, "exact", "c"))

    assert html(app, "abcdef", *ranges) == '<mark class="exact" title="The word you asked for: “a”">abc</mark>def'


def test_ranges_beyond_the_text_are_cut(app: Flask) -> None:
    assert html(app, "abc", Highlight(1, 99, "lemma", "x"), Highlight(200, 300, "lemma", "x")) == (
        'a<mark class="lemma" title="x ↔ bc: another form of the word">bc</mark>'
    )


def test_a_part_of_a_text(app: Flask) -> None:
    assert html(app, "one two three", Highlight(4, 13, "exact", "x"), start=0, end=7) == (
        'one <mark class="exact" title="The word you asked for: “x”">two</mark>'
    )
    assert html(app, "one two three", Highlight(0, 3, "exact", "x"), start=4) == "two three"
