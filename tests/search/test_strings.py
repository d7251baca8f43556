"""Tests of `search.strings`: strings to numbers and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.strings import Strings, StringTable

STRINGS = ["", "a", "ab", "abc", "b", "ё", "қазақ", "қала", "ұ", "😀"]


@pytest.fixture
def table(tmp_path: Path) -> StringTable:
    StringTable.write(tmp_path / "table", sorted(STRINGS, key=str.encode))
    return StringTable(tmp_path / "table")


def test_every_string_has_its_number(table: StringTable) -> None:
    assert len(table) == 10
    assert [table[number] for number in range(10)] == sorted(STRINGS, key=str.encode)
    assert [table.number(table[number]) for number in range(10)] == list(range(10))


@pytest.mark.parametrize("absent", ["aa", "abcd", "қ", "\U0010ffff", "\ud800", " "])
def test_an_absent_string_has_none(table: StringTable, absent: str) -> None:
    assert table.number(absent) is None


def test_strings_of_one_beginning_stand_together(table: StringTable) -> None:
    found = {prefix: [table[number] for number in table.beginning(prefix)] for prefix in ("", "a", "abc", "қа", "z")}
    assert found == {
        "": sorted(STRINGS, key=str.encode),
        "a": ["a", "ab", "abc"],
        "abc": ["abc"],
        "қа": ["қазақ", "қала"],
        "z": [],
    }


@pytest.mark.parametrize(
    ("wildcard", "expected"),
    [
        ("a*", ["a", "ab", "abc"]),
        ("a?", ["ab"]),
        ("*b*", ["ab", "abc", "b"]),
        ("?", ["a", "b", "ё", "ұ", "😀"]),
        ("қ*а?", ["қазақ"]),
        ("*", sorted(STRINGS, key=str.encode)),
        ("a.", []),
        ("[ab]", []),
    ],
)
def test_a_wildcard_stands_for_strings(table: StringTable, wildcard: str, expected: list[str]) -> None:
    assert [table[number] for number in table.matching(wildcard)] == expected


def test_tables_are_numbered_on(tmp_path: Path) -> None:
    for name, strings in (("one", ["a", "b"]), ("two", ["b", "c"])):
        (tmp_path / name).mkdir()
        StringTable.write(tmp_path / name / "table", strings)
    both = Strings([tmp_path / "one", tmp_path / "two"], "table")
    assert (len(both), both.firsts) == (4, [0, 2])
    assert [both[number] for number in range(4)] == ["a", "b", "b", "c"]
    assert [both.numbers(string) for string in ("a", "b", "c", "d")] == [[0], [1, 2], [3], []]
    assert [list(found) for found in both.beginning("b")] == [[1], [2]]
    assert list(both.matching("?")) == [0, 1, 2, 3]


def test_an_empty_table_holds_nothing(tmp_path: Path) -> None:
    StringTable.write(tmp_path / "table", [])
    table = StringTable(tmp_path / "table")
    assert (len(table), table.number("a"), table.matching("*"), list(table.beginning(""))) == (0, None, [], [])
