"""Arrays of a generation's segments, each memory-mapped, read as if they were one.

A generation is one segment and those it adds to (see `search.storage`). What a segment numbers from 0 is numbered on
through all of them; with a single segment, by far the most frequent case, nothing is copied.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Array = NDArray[Any]


#: What `numpy.save` writes before the values of an array in C order.
_HEADER = re.compile(
    rb"{'descr': '(?P<type>[<|][a-z][0-9]+)', 'fortran_order': False, 'shape': \((?P<shape>[0-9, ]*)\), }"
)


def mapped_array(file: Path) -> Array:
    """The array in a file that `numpy.save` wrote, memory-mapped.

    numpy reads the header of such a file as Python, which fails now and then where several threads do (CPython issue
    106905), as when a server takes up a new generation.
    """
    content = np.asarray(np.memmap(file, np.uint8, "r"))
    length = int.from_bytes(content[8:10].tobytes(), "little")
    header = _HEADER.match(content[10 : 10 + length].tobytes())
    if header is None:
        raise ValueError(f"{file} does not begin as an array in version 1 of numpy's format")
    shape = [int(size) for size in header["shape"].split(b",") if size.strip()]
    # A plain view of what is mapped: `numpy.memmap` is slow to take single items from.
    return content[10 + length :].view(np.dtype(header["type"].decode())).reshape(shape)


def mapped(paths: Sequence[Path], name: str) -> list[Array]:
    """The array of this name in each segment."""
    return [mapped_array(path / f"{name}.npy") for path in paths]


def joined(parts: Sequence[Array], axis: int = 0) -> Array:
    """Arrays on end, the only one as it is."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis)


def whole(paths: Sequence[Path], name: str, axis: int = 0) -> Array:
    """A small array of all segments in one."""
    return joined(mapped(paths, name), axis)


def shifted(parts: Sequence[Array], firsts: Sequence[int]) -> list[Array]:
    """Numbers of each segment's own as those of the generation; those of the first, by far the largest, as they are."""
    return [part + part.dtype.type(first) if first else part for part, first in zip(parts, firsts, strict=True)]


def bounds_of(lengths: Sequence[int] | NDArray[np.integer]) -> Ints:
    """Where each part begins when parts of these lengths follow one another, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def first_numbers(lengths: Sequence[int]) -> list[int]:
    """The number that the first entry of each segment has in the generation, of segments of these lengths."""
    return bounds_of(lengths)[:-1].tolist()


def first_rows(paths: Sequence[Path], name: str) -> list[int]:
    """The number of each segment's first row, or first string, of what is kept under this name."""
    return first_numbers([len(offsets) - 1 for offsets in mapped(paths, f"{name}.offsets")])


def rows(offsets: Ints, numbers: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """Where the entries of some rows stand in the flat array, row after row, and the offsets between those rows.

    `offsets` has one entry more than there are rows; shapes (entries,) and (len(numbers) + 1,). Raises `IndexError`
    for offsets that cannot be right, before memory is asked for.
    """
    starts = offsets[numbers]
    lengths = offsets[numbers + 1] - starts
    if len(lengths) and not 0 <= lengths.min() <= lengths.max() <= offsets[-1]:
        raise IndexError("the offsets between rows are damaged")
    bounds = bounds_of(lengths)
    return np.repeat(starts - bounds[:-1], lengths) + np.arange(bounds[-1]), bounds


class Chained:
    """Arrays on end along their first axis."""

    def __init__(self, parts: Sequence[Array]) -> None:
        self.parts = parts
        self.bounds = bounds_of([len(part) for part in parts])
        self._firsts: list[int] = self.bounds[:-1].tolist()

    def __len__(self) -> int:
        return int(self.bounds[-1])

    def between(self, first: int, last: int) -> Array:
        """The entries from one number to before another, which are all of one part."""
        owner = bisect_right(self._firsts, first) - 1
        return self.parts[owner][first - self._firsts[owner] : last - self._firsts[owner]]

    def __getitem__(self, numbers: NDArray[np.integer]) -> Array:
        """The entries of these numbers, in their order."""
        if len(self.parts) == 1:
            return self.parts[0][numbers]
        owners = np.searchsorted(self.bounds, numbers, side="right") - 1
        taken = np.empty((len(numbers), *self.parts[0].shape[1:]), self.parts[0].dtype)
        for owner, (part, first) in enumerate(zip(self.parts, self._firsts, strict=True)):
            chosen = owners == owner
            taken[chosen] = part[numbers[chosen] - first]
        return taken


class Rows:
    """Rows of different lengths, on end in one flat array with the offsets between them."""

    def __init__(self, offsets: Sequence[Ints], entries: Sequence[Array]) -> None:
        self._entries = Chained(entries)
        starts = [part[:-1] + first for part, first in zip(offsets, self._entries.bounds[:-1], strict=True)]
        self._offsets = offsets[0] if len(offsets) == 1 else np.concatenate([*starts, self._entries.bounds[-1:]])

    @classmethod
    def open(cls, paths: Sequence[Path], name: str, firsts: Sequence[int] = ()) -> Rows:
        """The rows `write` wrote under this name; where their entries are numbers, `firsts` is what `shifted` takes."""
        entries = mapped(paths, name)
        return cls(mapped(paths, f"{name}.offsets"), shifted(entries, firsts) if firsts else entries)

    @staticmethod
    def write(path: Path, name: str, offsets: Ints, entries: Array) -> None:
        """Write rows; `offsets` has one entry more than there are rows."""
        np.save(path / f"{name}.offsets.npy", offsets)
        np.save(path / f"{name}.npy", entries)

    def beside(self, entries: Sequence[Array]) -> Rows:
        """Other entries of the same rows."""
        other = copy(self)
        other._entries = Chained(entries)
        return other

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> Array:
        """The entries of one row."""
        return self._entries.between(int(self._offsets[number]), int(self._offsets[number + 1]))

    def length(self, number: int) -> int:
        """How many entries a row has."""
        return int(self._offsets[number + 1] - self._offsets[number])

    def lengths(self, numbers: NDArray[np.integer]) -> Ints:
        """How many entries each of some rows has; shape (rows,)."""
        return np.asarray(self._offsets[numbers + 1] - self._offsets[numbers])

    def take(self, numbers: NDArray[np.integer]) -> tuple[Array, Ints]:
        """The entries of some rows on end, and the offsets between them; shapes (entries,), (rows + 1,)."""
        places, bounds = rows(self._offsets, numbers)
        return self._entries[places], bounds

    def all(self) -> tuple[Array, Ints]:
        """All entries on end, and the offsets between the rows."""
        return joined(self._entries.parts), self._offsets
