"""Which pass over the sources is made: one that was cut off, one more over the index in use, or into a new one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from indexer.qdrant import generations
from indexer.qdrant.generations import Layout
from indexer.qdrant.share import records, vocabulary_name
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.files import ClusterManifest, Files, Segment
from search.backends.qdrant.schema import SCHEMA_VERSION
from search.encoder import Encoder
from search.errors import UserError
from search.index_errors import IndexProblem, IndexUnavailable
from search.languages.analysis import analysis_version
from search.storage import package_version

_NAME = "run"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a build is to make: `sources` is their fingerprint, `shares` into how many a new generation deals them.

    `shards` and `replicas` are None where any number will do.
    """

    collection: str
    encoder: Encoder
    sources: str
    shares: int
    full: bool = False
    shards: int | None = None
    replicas: int | None = None

    @property
    def means(self) -> tuple[str, str]:
        """What a generation has to be made with, to be added to."""
        return analysis_version(), self.encoder.fingerprint


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass over all sources, as it is kept beside the manifest of its generation until the next begins.

    `carried` are the words of earlier passes that were given up: their passages are in the generation.
    """

    run: str
    sources: str
    carried: tuple[Segment, ...] = ()
    is_done: bool = False

    def write(self, files: Files) -> None:
        """Keep it in place of an earlier one."""
        files.put({_NAME: {"text": json.dumps(asdict(self))}})

    @classmethod
    def read(cls, files: Files) -> Pass:
        """The latest pass of a generation; raises `IndexProblem` where there is none."""
        found = files.named([_NAME]).get(_NAME)
        if found is None:
            raise IndexProblem("a generation without a pass over its sources")
        fields: dict[str, Any] = json.loads(found["text"])
        return cls(**(fields | {"carried": tuple(Segment(**each) for each in fields["carried"])}))


@dataclass(frozen=True, slots=True)
class Begun:
    """A pass that is to be made, the generation it writes to, and its manifest as it was before the pass."""

    generation: str
    manifest: ClusterManifest
    current: Pass
    is_resumed: bool


def begin(connection: Connection, wanted: Wanted, prune_after: float) -> Begun:
    """Go on with a pass over the same sources that was cut off, or begin one. The caller holds the lease.

    Generations that are not needed are removed, those replaced `prune_after` seconds after they were. Raises
    `UserError` for a layout the generation to add to does not have.
    """
    in_use = generations.current(connection, wanted.collection)
    begun = _unfinished(connection, wanted, in_use) or _in_place(connection, wanted, in_use)
    kept = [in_use or "", begun.generation if begun else ""]
    kept += _replaced(connection, wanted.collection, in_use, prune_after)
    generations.remove_others(connection, wanted.collection, kept)
    return begun or _new(connection, wanted)


def remove_needless(connection: Connection, collection: str, prune_after: float) -> None:
    """Remove all generations but that in use, and those replaced less than `prune_after` seconds ago."""
    in_use = generations.current(connection, collection)
    if in_use:
        kept = [in_use, *_replaced(connection, collection, in_use, prune_after)]
        generations.remove_others(connection, collection, kept)


def _unfinished(connection: Connection, wanted: Wanted, in_use: str | None) -> Begun | None:
    """A generation that was begun after the one in use and was never switched to."""
    layout = (wanted.shards, wanted.replicas)
    for generation in reversed(generations.generations(connection, wanted.collection)):
        if in_use and generation <= in_use:
            break
        found = _opened(connection, generation, wanted)
        if found and found.is_resumed and _has_layout(connection, generation, *layout):
            return found
    return None


def _in_place(connection: Connection, wanted: Wanted, in_use: str | None) -> Begun | None:
    """A pass over the generation in use, where it can be added to."""
    found = _opened(connection, in_use, wanted) if in_use and not wanted.full else None
    if found is None:
        return None
    if not _has_layout(connection, found.generation, wanted.shards, wanted.replicas):
        made = generations.layout_of(connection, found.generation)
        raise UserError(
            f"the index has {made.shards} shards on {made.replicas} nodes each; to change that, build it anew: --full"
        )
    if found.is_resumed:
        return found
    files = Files(connection, found.generation)
    carried = found.current.carried if not found.current.is_done else ()
    if not found.current.is_done:
        carried += tuple(vocabularies(files, found.current.run))
    following = Pass(generations.time_name(), wanted.sources, carried)
    following.write(files)
    return replace(found, current=following)


def _new(connection: Connection, wanted: Wanted) -> Begun:
    generation = generations.new_name(wanted.collection)
    layout = generations.layout(connection, wanted.shards, wanted.replicas)
    generations.create(connection, generation, wanted.encoder.dimensions, layout)
    files = Files(connection, generation)
    begun = Pass(generations.time_name(), wanted.sources)
    begun.write(files)
    manifest = empty_manifest(generation, begun, wanted)
    # Only now: a generation that has a manifest has all that goes before it.
    files.put_manifest(manifest)
    return Begun(generation, manifest, begun, is_resumed=False)


def empty_manifest(generation: str, begun: Pass, wanted: Wanted) -> ClusterManifest:
    """The manifest of a generation nothing is written to yet."""
    analysis, model_fingerprint = wanted.means
    return ClusterManifest(
        generation=generation,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        izde=package_version(),
        schema=SCHEMA_VERSION,
        analysis=analysis,
        model=wanted.encoder.name,
        model_fingerprint=model_fingerprint,
        dimensions=wanted.encoder.dimensions,
        articles=0,
        passages=0,
        words=0,
        mean_length=1.0,
        glossary={},
        segments=[],
        digest=f"{0:016x}",
        sources=wanted.sources,
        shares=wanted.shares,
        run=begun.run,
        is_complete=False,
    )


def vocabularies(files: Files, run: str) -> Iterable[Segment]:
    """The words that came with the passages the shares wrote in a pass."""
    for record in records(files):
        if record.run == run and record.vocabulary:
            yield Segment(vocabulary_name(record.share, run), record.new_passages, record.vocabulary)


def _opened(connection: Connection, generation: str, wanted: Wanted) -> Begun | None:
    """A generation with its latest pass, None where it was made by other means or is not whole."""
    files = Files(connection, generation)
    try:
        manifest, latest = files.manifest(), Pass.read(files)
    except IndexUnavailable:
        raise
    except IndexProblem:
        return None
    if (manifest.analysis, manifest.model_fingerprint) != wanted.means:
        return None
    return Begun(generation, manifest, latest, is_resumed=not latest.is_done and latest.sources == wanted.sources)


def _has_layout(connection: Connection, generation: str, shards: int | None, replicas: int | None) -> bool:
    made = generations.layout_of(connection, generation)
    return made == Layout(shards or made.shards, replicas or made.replicas)


def _replaced(connection: Connection, collection: str, in_use: str | None, after: float) -> list[str]:
    """The generations that were in use before the present one, if it was finished less than `after` seconds ago."""
    earlier = [each for each in generations.generations(connection, collection) if not in_use or each < in_use]
    if not in_use:
        # Somebody took the alias away: what was in use may be missed.
        return [each for each in earlier if _is_complete(connection, each)]
    if not earlier:
        return []
    try:
        finished = Files(connection, in_use).manifest().created
        if datetime.now(UTC) - datetime.fromisoformat(finished) >= timedelta(seconds=after):
            return []
        return [each for each in earlier if _is_complete(connection, each)]
    except IndexProblem:
        return earlier


def _is_complete(connection: Connection, generation: str) -> bool:
    try:
        return Files(connection, generation).manifest().is_complete
    except IndexProblem:
        return False
