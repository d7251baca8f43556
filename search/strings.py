"""A sorted table of strings, memory-mapped: string to number and back without loading it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from search.chained import bounds_of, first_numbers, mapped_array

#: What the special letters of a wildcard stand for.
_WILD = {"*": "[^\n]*", "?": "[^\n]"}
_SPECIAL = re.compile("([*?])")


class StringTable:
    """Distinct strings in the order of their UTF-8 bytes; a string's number is its place."""

    def __init__(self, path: Path) -> None:
        """Open the table `write` made under this name."""
        self._offsets: NDArray[np.int64] = mapped_array(path.with_suffix(".offsets.npy"))
        size = path.with_suffix(".strings").stat().st_size
        # Nothing cannot be mapped.
        mapped = np.memmap(path.with_suffix(".strings"), np.uint8, "r") if size else np.empty(0, np.uint8)
        self._bytes: NDArray[np.uint8] = np.asarray(mapped)
        self._sums: NDArray[np.uint32] = mapped_array(path.with_suffix(".sums.npy"))
        self._by_sum: NDArray[np.int32] = mapped_array(path.with_suffix(".by_sum.npy"))

    @staticmethod
    def write(path: Path, strings: Iterable[str]) -> None:
        """Write the files of this name from strings that are sorted and distinct already.

        Beside the strings and their offsets these are their checksums, sorted, with the numbers of the strings: a
        look-up among them is one call of numpy, and many times as fast as a search among the strings in Python.
        """
        encoded = [_encoded(string) for string in strings]
        path.with_suffix(".strings").write_bytes(b"".join(encoded))
        np.save(path.with_suffix(".offsets.npy"), bounds_of([len(each) for each in encoded]))
        sums = np.array([crc32(each) for each in encoded], np.uint32)
        order = np.argsort(sums, kind="stable")
        np.save(path.with_suffix(".sums.npy"), sums[order])
        np.save(path.with_suffix(".by_sum.npy"), order.astype(np.int32))

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> str:
        return self._raw(number).decode("utf-8", "surrogatepass")

    def number(self, string: str) -> int | None:
        """The number of a string, None when it is not in the table."""
        wanted = _encoded(string)
        checksum = crc32(wanted)
        place = int(np.searchsorted(self._sums, np.uint32(checksum)))
        while place < len(self) and self._sums[place] == checksum:
            number = int(self._by_sum[place])
            if self._raw(number) == wanted:
                return number
            place += 1
        return None

    def beginning(self, prefix: str) -> range:
        """The numbers of the strings that begin with a prefix: they stand together."""
        wanted = _encoded(prefix)
        # No UTF-8 text has the byte 255.
        return range(self._first_not_below(wanted), self._first_not_below(wanted + b"\xff"))

    def matching(self, wildcard: str) -> list[int]:
        """The numbers of the strings that a wildcard stands for: `*` is any letters, `?` a single one."""
        numbers = self.beginning(_SPECIAL.split(wildcard, maxsplit=1)[0])
        if not numbers:
            return []
        text, starts = self._lines
        pattern = "".join(_WILD.get(part) or re.escape(part) for part in _SPECIAL.split(wildcard))
        first, last = int(starts[numbers.start]), int(starts[numbers.stop]) - 1
        found = re.compile(f"^{pattern}$", re.MULTILINE).finditer(text, first, last)
        return np.searchsorted(starts, [match.start() for match in found]).tolist()

    @cached_property
    def _lines(self) -> tuple[str, NDArray[np.int64]]:
        """All strings, a line each, and where each line begins: one search in them is faster than one in each."""
        strings = [self[number] for number in range(len(self))]
        return "\n".join([*strings, ""]), bounds_of([len(string) + 1 for string in strings])

    def _raw(self, number: int) -> bytes:
        return bytes(self._bytes[self._offsets[number] : self._offsets[number + 1]])

    def _first_not_below(self, wanted: bytes) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._raw(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low


class Strings:
    """The string tables of a generation's segments, numbered on through all of them.

    A string that several segments hold has as many numbers.
    """

    def __init__(self, paths: Sequence[Path], name: str) -> None:
        self._tables = [StringTable(path / name) for path in paths]
        #: The number of each segment's first string.
        self.firsts = first_numbers([len(table) for table in self._tables])

    def __len__(self) -> int:
        return sum(map(len, self._tables))

    def __getitem__(self, number: int) -> str:
        part = bisect_right(self.firsts, number) - 1
        return self._tables[part][number - self.firsts[part]]

    def numbers(self, string: str) -> list[int]:
        """The numbers of a string, one a segment that holds it."""
        found = zip(self.firsts, self.number_of_each(string), strict=True)
        return [first + number for first, number in found if number is not None]

    def number_of_each(self, string: str) -> Iterator[int | None]:
        """The number a string has in each segment's own table, None where it is not there."""
        return (table.number(string) for table in self._tables)

    def beginning(self, prefix: str) -> Iterator[range]:
        """The numbers of the strings that begin with a prefix, a range for each segment."""
        for first, table in zip(self.firsts, self._tables, strict=True):
            found = table.beginning(prefix)
            yield range(first + found.start, first + found.stop)

    def matching(self, wildcard: str) -> Iterator[int]:
        """The numbers of the strings that a wildcard stands for."""
        for first, table in zip(self.firsts, self._tables, strict=True):
            yield from (first + number for number in table.matching(wildcard))


def in_order(strings: Iterable[str]) -> list[str]:
    """Strings, once each, in the order of a table."""
    return sorted(set(strings), key=_encoded)


def checksum(string: str) -> int:
    """A checksum of a string, of 32 bits."""
    return crc32(_encoded(string))


def _encoded(string: str) -> bytes:
    return string.encode("utf-8", "surrogatepass")
