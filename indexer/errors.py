"""What the indexer says of a source it could not read."""

from __future__ import annotations

from pathlib import Path


class UnreadableSource(Exception):
    """A file, folder or line that gave no article, why, and what the reader can do about it.

    `line` counts from 1 where the problem lies in one line or row of the file, and is None where it
    concerns the whole of it. `str()` reads `NAME: reason; remedy` or `NAME:line: reason; remedy`.
    """

    def __init__(self, path: Path, reason: str, remedy: str, line: int | None = None) -> None:
        super().__init__(path, reason, remedy, line)
        self.path = path
        self.reason = reason
        self.remedy = remedy
        self.line = line

    def __str__(self) -> str:
        place = self.path.name or str(self.path)
        if self.line is not None:
            place = f"{place}:{self.line}"
        return f"{place}: {self.reason}; {self.remedy}"
