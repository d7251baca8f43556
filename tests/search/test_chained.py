"""Tests of `search.chained`: arrays in files, and arrays of several segments as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from search.chained import Chained, Rows, mapped_array

ARRAYS = [
    np.arange(5),
    np.zeros((0, 2), np.int32),
    np.zeros(0, np.bool_),
    np.ones((3, 4), np.float16),
    np.arange(6, dtype=np.int8).reshape(2, 3),
    np.array(["a"])[:0].astype(np.uint32),
]


@pytest.mark.parametrize("array", ARRAYS)
def test_an_array_is_read_as_numpy_reads_it(array: NDArray[np.generic], tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", array)
    found, expected = mapped_array(tmp_path / "array.npy"), np.load(tmp_path / "array.npy")
    assert (found.dtype, found.shape, found.tolist()) == (expected.dtype, expected.shape, expected.tolist())


def test_another_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    np.save(tmp_path / "columns.npy", np.ones((3, 4), order="F"))
    (tmp_path / "text.npy").write_text("no array at all, but long enough to have a header")
    for name in ("columns.npy", "text.npy"):
        with pytest.raises(ValueError, match=f"{name} does not begin as an array"):
            mapped_array(tmp_path / name)


def test_entries_come_from_their_parts() -> None:
    chained = Chained([np.array([10, 11]), np.array([], np.int64), np.array([12, 13, 14])])
    assert chained[np.array([4, 0, 2, 0])].tolist() == [14, 10, 12, 10]
    assert len(chained) == 5


def test_rows_are_taken_in_any_order() -> None:
    rows = Rows([np.array([0, 2, 2]), np.array([0, 1])], [np.array([1, 2]), np.array([3])])
    assert [rows[number].tolist() for number in range(3)] == [[1, 2], [], [3]]
    entries, bounds = rows.take(np.array([2, 0, 1]))
    assert (entries.tolist(), bounds.tolist()) == ([3, 1, 2], [0, 1, 3, 3])
    assert rows.lengths(np.array([0, 1, 2])).tolist() == [2, 0, 1]
