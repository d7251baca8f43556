"""The files of the sources, dealt into shares that can be worked at one by one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from indexer.qdrant.share import Share

#: Bytes of the sources a share has, about.
SIZE = 32 << 20

#: Shares for each process, at least: so that all end at about the same time.
PER_PROCESS = 4

#: Shares there may be.
MOST = 10_000


def number_of_shares(files: Iterable[tuple[Path, Path]], processes: int) -> int:
    """Into how many shares files are dealt that so many processes work at."""
    size = sum(_size(path) for path, _ in files)
    return min(MOST, max(-(-size // SIZE), PER_PROCESS * processes))


def dealt(files: Sequence[tuple[Path, Path]], shares: int) -> dict[int, Share]:
    """The shares that have files, by their numbers; a file is always in the same, wherever it is looked at from."""
    found: dict[int, list[tuple[Path, Path]]] = {}
    for path, source in files:
        found.setdefault(share_of(path, shares), []).append((path, source))
    return {
        number: Share(number, tuple(held), sum(_size(path) for path, _ in held))
        for number, held in sorted(found.items())
    }


def share_of(path: Path, shares: int) -> int:
    """The share of a file; files that differ in their ending only are in the same, for their articles share an id."""
    name = os.path.splitext(os.path.abspath(path))[0]
    return int.from_bytes(hashlib.blake2b(os.fsencode(name), digest_size=8).digest(), "little") % shares


def fingerprint(sources: Sequence[Path]) -> str:
    """What tells these sources from others, in hexadecimal; what they hold makes no difference."""
    names = sorted({os.fsencode(os.path.abspath(each)) for each in sources})
    return hashlib.sha256(b"\0".join(names)).hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
