from __future__ import annotations

import pytest

from indexer.edits import untouched
from indexer.spaced_hyphens import without_spaces_at_hyphens


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("соода - экономикалык", "соода-экономикалык"),
        ("Соода – экономикалык", "Соода-экономикалык"),
        ("иш -чаралар", "иш-чаралар"),
        ("ой - \nпикирлер", "ой-пикирлер"),
        ("2 - жолугушуу, 3- отурум", "2-жолугушуу, 3-отурум"),
        ("тоо - кенчилер, тоо-кенчи", "тоо-кенчилер, тоо-кенчи"),
        ("Бул иш - маанилүү", "Бул иш - маанилүү"),
        ("Вода – это жизнь", "Вода – это жизнь"),
        ("соода – Экономика", "соода – Экономика"),
        ("1 - введение, 2 - глава", "1 - введение, 2 - глава"),
        ("5–6 кишинин", "5–6 кишинин"),
    ],
)
def test_spaces_go_where_the_word_has_a_hyphen(raw: str, expected: str) -> None:
    assert without_spaces_at_hyphens(untouched(raw)).text == expected
