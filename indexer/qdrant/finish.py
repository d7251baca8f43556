"""What makes a generation whole once all its shares are done: one vocabulary, a glossary, counts, a manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from qdrant_client import QdrantClient, models

from indexer.qdrant.merging import merged
from indexer.qdrant.passes import Begun, vocabularies
from indexer.qdrant.settling import make_graph, settle
from indexer.qdrant.share import ShareRecord
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.files import ClusterManifest, Files, Segment
from search.backends.qdrant.schema import articles_of, files_of
from search.glossary import Glossary
from search.index_errors import REMEDY, IndexProblem
from search.manifest import StoredFile
from search.storage import package_version, sha256

#: Segments of the vocabulary a generation may have: a word is looked up in each.
MOST_SEGMENTS = 16


@dataclass(frozen=True, slots=True)
class Totals:
    """What all shares hold; `digest` is that of a manifest."""

    articles: int
    passages: int
    words: int
    digest: str

    @classmethod
    def of(cls, records: Sequence[ShareRecord]) -> Totals:
        """The sum of what shares hold."""
        return cls(
            sum(each.articles for each in records),
            sum(each.passages for each in records),
            sum(each.words for each in records),
            f"{sum(each.digest for each in records) % (1 << 64):016x}",
        )


def finished(
    connection: Connection, begun: Begun, records: Sequence[ShareRecord], glossary: Glossary | None
) -> ClusterManifest:
    """The manifest of a generation whose shares are all done, once it is written and all that belongs to it.

    That of before where nothing changed. Raises `IndexProblem` where the cluster does not hold what the records say.
    """
    files, before, totals = Files(connection, begun.generation), begun.manifest, Totals.of(records)
    if before.is_complete:
        make_graph(connection, begun.generation)
    else:
        settle(connection, begun.generation)
    _check_counts(connection, begun.generation, totals)
    with TemporaryDirectory(prefix="izde-") as folder:
        made = _glossary_folder(glossary, Path(folder))
        segments = _segments(files, begun, Path(folder))
        is_same = (totals, segments, _stored(made)) == (_totals(before), before.segments, before.glossary)
        if before.is_complete and is_same:
            return before
        manifest = replace(
            before,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            izde=package_version(),
            articles=totals.articles,
            passages=totals.passages,
            words=totals.words,
            mean_length=before.mean_length if before.is_complete else max(1.0, totals.words / max(1, totals.passages)),
            glossary=files.upload(made, f"glossary-{begun.current.run}"),
            segments=segments,
            digest=totals.digest,
            sources=begun.current.sources,
            run=begun.current.run,
            is_complete=True,
        )
    files.put_manifest(manifest)
    return manifest


def remove_leftovers(connection: Connection, before: ClusterManifest, after: ClusterManifest) -> None:
    """Remove the files that neither of two manifests names: a reader may still be at the former."""
    kept = {f"glossary-{each.run}" for each in (before, after)}
    kept |= {segment.name for each in (before, after) for segment in each.segments}
    needless = models.Filter(
        must_not=[
            models.FieldCondition(key="segment", match=models.MatchAny(any=sorted(kept))),
            models.IsEmptyCondition(is_empty=models.PayloadField(key="segment")),
        ]
    )
    place = files_of(after.generation)
    connection.write(lambda client: client.delete(place, models.FilterSelector(filter=needless), wait=True))


def _check_counts(connection: Connection, generation: str, totals: Totals) -> None:
    for place, expected in ((generation, totals.passages), (articles_of(generation), totals.articles)):
        found = connection.write(partial(QdrantClient.count, collection_name=place, exact=True)).count
        if found != expected:
            raise IndexProblem(f"{place} holds {found:,} points, and should hold {expected:,}; {REMEDY}")


def _segments(files: Files, begun: Begun, folder: Path) -> list[Segment]:
    """The segments of the vocabulary with the words of this pass, in one; all in one where they are too many."""
    name, before = f"segment-{begun.current.run}", begun.manifest.segments
    if any(each.name == name for each in before):
        return before
    new = [*begun.current.carried, *vocabularies(files, begun.current.run)]
    if not new:
        return before
    parts, kept = (new, before) if len(before) < MOST_SEGMENTS else ([*before, *new], [])
    whole = merged(files, parts, folder)
    return [*kept, Segment(name, sum(each.passages for each in parts), files.upload(whole, name))]


def _glossary_folder(glossary: Glossary | None, folder: Path) -> Path:
    made = folder / "glossary"
    made.mkdir()
    if glossary:
        glossary.write(made)
    return made


def _stored(folder: Path) -> dict[str, StoredFile]:
    """The files of a folder as `Files.upload` answers them."""
    return {file.name: StoredFile(bytes=file.stat().st_size, sha256=sha256(file)) for file in sorted(folder.iterdir())}


def _totals(manifest: ClusterManifest) -> Totals:
    return Totals(manifest.articles, manifest.passages, manifest.words, manifest.digest)
