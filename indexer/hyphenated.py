"""The table of words that are written with a hyphen."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_suffix(".tsv")


def is_listed(left: str, right: str) -> bool:
    """Whether the table has a hyphen between these two parts of a lower-case word."""
    return any(
        right.startswith(entry[:-1]) if entry.endswith("*") else right == entry for entry in _table().get(left, ())
    )


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """Right parts by left part; an entry that ends in "*" is the beginning of one."""
    table: dict[str, tuple[str, ...]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and line != "left\tright":
            left, right = line.split("\t")
            table[left] = (*table.get(left, ()), right)
    return table
