"""Tests of `search.mistypings`: words near to one, found without comparing it with all."""

from __future__ import annotations

import random

import pytest
from rapidfuzz.distance import OSA

from search.mistypings import Forms

FORMS = ["суу", "су", "сууда", "мөңгү", "мөнгү", "water", "waters", "wetar", "later", "", "😀"]


@pytest.mark.parametrize(
    ("form", "most", "expected"),
    [
        ("суу", 0, [(0, "суу")]),
        ("суу", 1, [(1, "су"), (0, "суу")]),
        ("сусу", 1, [(1, "суу")]),
        ("waetr", 1, [(1, "water")]),
        ("watre", 1, [(1, "water")]),
        ("watre", 2, [(1, "water"), (2, "waters"), (2, "later")]),
        ("мөнгу", 1, [(1, "мөнгү")]),
        ("", 1, []),
        ("a" * 40, 2, []),
    ],
)
def test_words_within_some_mistypings(form: str, most: int, expected: list[tuple[int, str]]) -> None:
    assert sorted(Forms(FORMS).near(form, most)) == sorted(expected)


def test_no_word_near_enough_is_ruled_out() -> None:
    chance = random.Random(5)
    forms = sorted({"".join(chance.choices("абвгд", k=chance.randint(1, 6))) for _ in range(3000)})
    known = Forms(forms)
    for form in chance.sample(forms, 40):
        for most in (1, 2):
            all_near = {(distance, each) for each in forms if (distance := OSA.distance(form, each)) <= most}
            assert set(known.near(form, most)) == all_near


def test_there_may_be_no_words() -> None:
    assert Forms([]).near("water", 2) == []
