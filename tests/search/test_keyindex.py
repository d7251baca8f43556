"""Tests of `search.keyindex`: BM25 impacts computed when the index is built."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest

from search.keyindex import KeyIndex, Occurrences, impacts, saturation, told_apart, write
from search.keys import idf

#: Passage 0 has "a" twice (in two fields) and "b", passage 1 "a", passage 2 nothing; "c" is held by none.
OCCURRENCES = Occurrences(
    np.array([1, 0, 0, 0]),
    np.array([0, 1, 0, 0]),
    np.array([1, 1, 1, 0.5], np.float32),
    np.array([False, True, True, False]),
)


@pytest.fixture
def index(tmp_path: Path) -> KeyIndex:
    write(tmp_path, ["a", "b", "c"], [OCCURRENCES], np.array([4, 2, 0]), 2.0)
    np.save(tmp_path / "passages.languages.npy", np.zeros(3, np.int8))
    return KeyIndex([tmp_path])


def test_idf_of_a_rare_and_of_an_ever_present_key() -> None:
    expected = [log(1 + 9.5 / 1.5), log(1 + 0.5 / 10.5)]
    assert [idf(held, 10) for held in (1, 10)] == pytest.approx(expected)


def test_impact_grows_with_frequency_and_falls_with_length() -> None:
    frequency, length = np.array([1, 2, 1], np.float32), np.array([1, 1, 3], np.float32)
    found = saturation(frequency, length)
    np.testing.assert_allclose(found, [1.0, 2 * 2.2 / 3.2, 2.2 / 3.4], rtol=1e-6)


def test_postings_are_the_passages_of_a_key_in_order(index: KeyIndex) -> None:
    found = index.postings("a")
    assert found.passages.tolist() == [0, 1]
    rarity = log(1 + 1.5 / 2.5)
    # Lengths 4, 2 and 0 are 2, 1 and 0 times the mean.
    expected = [rarity * 1.5 * 2.2 / (1.5 + 1.2 * 1.5), rarity * 2.2 / (1 + 1.2)]
    np.testing.assert_allclose(found.impacts, expected, rtol=1e-3)


def test_a_key_without_passages_has_no_postings(index: KeyIndex) -> None:
    assert [index.postings(key).passages.tolist() for key in ("c", "absent")] == [[], []]


def test_the_best_of_some_alternatives_counts(index: KeyIndex) -> None:
    a, b = index.postings("a").impacts, index.postings("b").impacts
    assert b[0] > a[0]
    passages, scores = index.scores([{"a": 1.0, "b": 0.1}])
    assert passages.tolist() == [0, 1]
    np.testing.assert_allclose(scores, [a[0], a[1]], rtol=1e-6)
    np.testing.assert_allclose(index.scores([{"a": 0.5, "b": 1.0}])[1], [b[0], a[1] / 2])
    assert [part.tolist() for part in index.scores([{}])] == [[], []]


def test_the_words_of_a_query_add_up(index: KeyIndex) -> None:
    a, b = index.postings("a").impacts, index.postings("b").impacts
    np.testing.assert_allclose(index.scores([{"a": 1.0}, {"b": 2.0, "c": 1.0}])[1], [a[0] + 2 * b[0], a[1]], rtol=1e-6)


def test_what_is_in_the_text_is_told_from_what_is_in_a_field(index: KeyIndex) -> None:
    assert index.holding([0, 1], in_text=False).tolist() == [0, 1, 0]
    assert index.holding([0, 1], in_text=True).tolist() == [0, 1]


def test_blocks_and_segments_make_one_index(index: KeyIndex, tmp_path: Path) -> None:
    def block(chosen: list[int]) -> Occurrences:
        parts = (getattr(OCCURRENCES, name)[chosen] for name in ("keys", "passages", "weights", "in_text"))
        return Occurrences(*parts)

    paths = [tmp_path / name for name in ("blocks", "more")]
    for path, blocks in zip(paths, ([block([0, 2, 3]), block([1])], [block([1])]), strict=True):
        path.mkdir()
        write(path, ["a", "b", "c"], blocks, np.array([4, 2, 0]), 2.0)
        np.save(path / "passages.languages.npy", np.zeros(3, np.int8))
    once, twice = KeyIndex(paths[:1]), KeyIndex(paths)
    np.testing.assert_array_equal(once.scores([{"a": 1.0, "b": 1.0}]), index.scores([{"a": 1.0, "b": 1.0}]))
    assert (twice.passages, twice.numbers("a"), twice.frequency("a")) == (6, [0, 3], 3)
    assert twice.postings("a").passages.tolist() == [0, 1, 4]
    rarity = twice.rarity(3) / once.rarity(2)
    np.testing.assert_allclose(twice.postings("a").impacts[:2], once.postings("a").impacts * rarity, rtol=1e-3)


def test_the_fewer_passages_hold_a_key_the_rarer_it_is(index: KeyIndex) -> None:
    assert [index.frequency(key) for key in ("a", "b", "absent")] == [2, 1, 0]
    assert index.rarity(0) > index.rarity(1) > index.rarity(3) == index.rarity(99) > 0


def test_keys_and_numbers(index: KeyIndex) -> None:
    assert index.passages == 3
    assert [index.numbers(key) for key in ("a", "b", "c", "d")] == [[0], [1], [2], []]
    assert [index.key(number) for number in range(3)] == ["a", "b", "c"]


def test_an_index_without_a_word_answers_nothing(tmp_path: Path) -> None:
    write(tmp_path, [], [], np.array([0]), 1.0)
    np.save(tmp_path / "passages.languages.npy", np.zeros(1, np.int8))
    assert KeyIndex([tmp_path]).scores([{"a": 1.0}])[0].tolist() == []


def test_passages_that_are_as_long_are_told_apart_by_their_ids() -> None:
    lengths = told_apart(np.array([10, 10, 12]), [0, 2**31, 2**32 - 1])
    assert lengths.tolist() == pytest.approx([10.0, 12.0, 16.0])
    once = impacts(np.ones(3, np.float32), lengths / np.float32(11))
    assert once[0] > once[1] > once[2]
