"""Tests of `search.suggestions`: phrases that complete what is being typed."""

from __future__ import annotations

import pytest

from search.suggestions import Suggestions

PHRASES = [
    "Water of the valley",
    "water",
    "Мөңгүлөр жана суу",
    "Вода и монгольские степи",
    "Су ресурстары",
    "",
    "water",
    "Deep water",
    "Waterways",
]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("water", ["water", "Waterways", "Water of the valley", "Deep water"]),
        (" WATER", ["water", "Waterways", "Water of the valley", "Deep water"]),
        ("water of", ["Water of the valley"]),
        ("вал", []),
        ("val", ["Water of the valley"]),
        ("мөң", ["Мөңгүлөр жана суу"]),
        ("мон", ["Вода и монгольские степи", "Мөңгүлөр жана суу"]),
        ("монгул", ["Мөңгүлөр жана суу"]),
        ("су", ["Су ресурстары", "Мөңгүлөр жана суу"]),
        ("суу", ["Мөңгүлөр жана суу"]),
        ("", []),
        ("  ", []),
        ("\U0010ffff", []),
    ],
)
def test_phrases_that_begin_so_or_have_a_word_that_does(typed: str, expected: list[str]) -> None:
    suggestions = Suggestions(PHRASES)
    assert suggestions.beginning(typed, 8) == expected
    assert suggestions.beginning(typed, 1) == expected[:1]


def test_nothing_completes_where_there_is_nothing() -> None:
    assert Suggestions([]).beginning("water", 8) == []
