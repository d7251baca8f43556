"""One vocabulary of very many, some of them at a time."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from indexer.qdrant import vocabulary
from search.backends.qdrant.files import Files, Segment

#: Vocabularies that are on this machine at once.
AT_ONCE = 16


def merged(files: Files, parts: Sequence[Segment], folder: Path) -> Path:
    """A folder, under the one given, with the words of all parts, which are fetched as they are needed."""
    made = []
    for number, start in enumerate(range(0, len(parts), AT_ONCE)):
        fetched = [files.copied(each.name, each.files, folder / "fetched") for each in parts[start : start + AT_ONCE]]
        made.append(_one(fetched, folder / f"merged-0-{number}"))
        shutil.rmtree(folder / "fetched", ignore_errors=True)
    level = 1
    while len(made) > 1:
        starts = range(0, len(made), AT_ONCE)
        made = [_one(made[at : at + AT_ONCE], folder / f"merged-{level}-{at // AT_ONCE}") for at in starts]
        level += 1
    return made[0]


def _one(folders: Sequence[Path], into: Path) -> Path:
    """The words of all folders in a folder, the only one there then is."""
    if len(folders) == 1:
        shutil.move(folders[0], into)
        return into
    into.mkdir()
    vocabulary.merge(folders, into)
    for each in folders:
        shutil.rmtree(each)
    return into
