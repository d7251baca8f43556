"""Rows of different lengths, kept on end in one flat array with the offsets between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def rows(offsets: Ints, numbers: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """Where the entries of some rows stand in the flat array, row after row, and the offsets between those rows.

    `offsets` has one entry more than there are rows; shapes (entries,) and (len(numbers) + 1,). Raises `IndexError`
    for offsets that cannot be right, before memory is asked for.
    """
    starts = offsets[numbers]
    lengths = offsets[numbers + 1] - starts
    if len(lengths) and not 0 <= lengths.min() <= lengths.max() <= offsets[-1]:
        raise IndexError("the offsets between rows are damaged")
    bounds = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return np.repeat(starts - bounds[:-1], lengths) + np.arange(bounds[-1]), bounds
