"""What a share of the sources holds, kept beside the points, so that each run knows what the one before did."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass, field, fields
from typing import Any

from indexer.sources import Sources
from search.backends.qdrant.files import Files
from search.index_errors import REMEDY, IndexProblem
from search.manifest import StoredFile

_KIND = "share"


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """What a share holds since its latest run, and what that run did.

    `articles`, `passages` and `words` are how many it holds in all; `digest` is the sum of those of its passages,
    modulo 2 to the 64th. `new_passages` are those the run wrote; `vocabulary` has the files of their words, none where
    the run wrote nothing. `problems` has one line for each file or line that was left out.
    """

    share: int
    run: str
    size: int
    articles: int
    passages: int
    words: int
    digest: int
    added: int
    changed: int
    unchanged: int
    removed: int
    new_passages: int
    problems: tuple[str, ...]
    vocabulary: dict[str, StoredFile]


@dataclass(frozen=True, slots=True)
class HeldArticle:
    """An article of a share: its content digest, its passages and their words, and the sum of the passages' digests."""

    content: str
    passages: int
    words: int
    digest: int


@dataclass(frozen=True, slots=True)
class Contents:
    """The articles of a share by their ids, and what is known of its files; an `indexer.intake.Previous`."""

    articles: dict[str, HeldArticle] = field(default_factory=dict)
    sources: Sources = field(default_factory=Sources)

    @property
    def contents(self) -> dict[str, HeldArticle]:
        """The articles."""
        return self.articles

    def has(self, article_id: str, content: str) -> bool:
        """Whether an article is there, made from the same source."""
        return article_id in self.articles and self.articles[article_id].content == content


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a share: its record, None before its first, what it held then, and whether it was begun since.

    Of a share that was begun and not finished the points may be other than its contents say.
    """

    record: ShareRecord | None = None
    contents: Contents = field(default_factory=Contents)
    is_begun: bool = False


def share_name(number: int) -> str:
    """The name of a share."""
    return f"{number:05}"


def vocabulary_name(number: int, run: str) -> str:
    """The name under which a run keeps the words of a share, as `Files.upload` and `Files.copied` take it."""
    return f"share-{share_name(number)}-{run}"


def read_record(files: Files, number: int) -> ShareRecord | None:
    """The record of a share, None where it was never done."""
    return read_kept(files, number).record


def records(files: Files) -> Iterator[ShareRecord]:
    """The records of all shares that were done at least once, in no order."""
    names = [each.name for each in fields(ShareRecord)]
    for payload in files.of_kind(_KIND, names):
        if record := _record(payload):
            yield record


def read_kept(files: Files, number: int) -> Kept:
    """All that is kept of a share; raises `IndexProblem` where it cannot be read."""
    payload = files.named([_name(number)]).get(_name(number))
    if payload is None:
        return Kept()
    try:
        return Kept(_record(payload), _unpacked(payload["contents"]), payload["is_begun"])
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise IndexProblem(f"the record of share {share_name(number)} is damaged; {REMEDY}") from error


def keep(files: Files, number: int, kept: Kept) -> None:
    """Write what is kept of a share in place of what was."""
    record: dict[str, Any] = {"run": ""}
    if kept.record:
        record = {**asdict(kept.record), "digest": f"{kept.record.digest:016x}"}
    payload = {"kind": _KIND, **record, "is_begun": kept.is_begun, "contents": _packed(kept.contents)}
    files.put({_name(number): payload})


def _name(number: int) -> str:
    return f"share/{share_name(number)}"


def _record(payload: dict[str, Any]) -> ShareRecord | None:
    if not payload["run"]:
        return None
    values = {each.name: payload[each.name] for each in fields(ShareRecord)}
    return ShareRecord(**{**values, "digest": int(values["digest"], 16), "problems": tuple(values["problems"])})


def _packed(contents: Contents) -> str:
    articles = {name: astuple(article) for name, article in contents.articles.items()}
    text = json.dumps({"articles": articles, "sources": contents.sources.dumps()})
    return base64.b64encode(zlib.compress(text.encode())).decode("ascii")


def _unpacked(packed: str) -> Contents:
    table = json.loads(zlib.decompress(base64.b64decode(packed)))
    articles = {name: HeldArticle(*values) for name, values in table["articles"].items()}
    return Contents(articles, Sources.loads(table["sources"]))
