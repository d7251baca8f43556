"""The manifest of a generation: what built it, what it holds, the checksums of its files and of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypedDict

from search.index_errors import REMEDY, IndexIncompatible, IndexProblem

#: Changes whenever the files of a generation change their meaning.
FORMAT_VERSION = 2

FILE = "manifest.json"


class StoredFile(TypedDict):
    """What a file of a generation was when it was written."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Description:
    """What a generation holds and what built it, wherever it is kept.

    `created` is in ISO 8601. `analysis` and `model_fingerprint` have to be the same where it is searched. `articles`,
    `passages` and `words` (of all passages) are what it answers from, `segments` what it is read from. `mean_length` is
    the number of words by which passages are long or short.
    """

    generation: str
    created: str
    izde: str
    analysis: str
    model: str
    model_fingerprint: str
    dimensions: int
    articles: int
    passages: int
    words: int
    mean_length: float
    segments: Sequence[object]


@dataclass(frozen=True, slots=True)
class Manifest(Description):
    """The description of a generation on disk.

    `segments` are the generations whose segments it reads, in their order and itself as the last if it has one; `dead`
    are the numbers of the articles in them that are gone. `glossary` is the checksum of the table of terms, "" without.
    `files` has every file but the manifest, by name.
    """

    segments: list[str]
    format: int
    dead: list[int]
    glossary: str
    files: dict[str, StoredFile]


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write the manifest of the generation at `path`, with a checksum over its other fields."""
    (path / FILE).write_text(_text(asdict(manifest)), "utf-8")


def read_manifest(path: Path) -> Manifest:
    """The manifest of the generation at `path`, byte for byte as it was written.

    Raises `IndexProblem` where it is not, `IndexIncompatible` where another version wrote it.
    """
    file = path / FILE
    try:
        text = file.read_text("utf-8")
        fields: dict[str, Any] = json.loads(text)
        if fields["format"] != FORMAT_VERSION:
            raise IndexIncompatible(
                f"{path} was written in index format {fields['format']}, this izde reads {FORMAT_VERSION};"
                " rebuild it with: izde index SOURCE --full"
            )
        del fields["sha256"]
        if _text(fields) != text:
            raise ValueError("its content is not what was written")
        return Manifest(**fields)
    except FileNotFoundError:
        raise IndexProblem(f"{file} is missing; {REMEDY}") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexProblem(f"{file} is damaged ({error}); {REMEDY}") from error


def _text(fields: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
    return json.dumps({**fields, "sha256": digest}, indent=1, ensure_ascii=False)
