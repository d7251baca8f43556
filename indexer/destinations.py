"""A build into whatever an index is kept in, as the command line asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from indexer.build import Measure, Progress, Summary, build
from indexer.workers import Limits
from search.encoder import load_encoder
from search.errors import UserError
from search.settings import Settings

#: Builds from sources, and says how far it is.
Build = Callable[[Sequence[Path], Progress, Measure], Summary]

_PART = re.compile(r"([0-9]{1,5})/([0-9]{1,5})")


def builder(
    settings: Settings,
    *,
    full: bool = False,
    shards: int | None = None,
    replicas: int | None = None,
    part: str | None = None,
    workers: str | None = None,
) -> Build:
    """The build into the index of the settings (see `indexer.build` and `indexer.qdrant.run`).

    Raises `UserError` for what a directory has none of, for what is no part, and without the client of Qdrant.
    """
    if isinstance(settings.index, Path):
        _refuse(settings.index, {"--shards": shards, "--replicas": replicas, "--part": part, "--workers": workers})
        return _into_directory(settings, settings.index, full)
    return _into_cluster(settings, full, shards, replicas, part_of(part), workers)


def part_of(text: str | None) -> tuple[int, int] | None:
    """Which part of how many, written 1/4; raises `UserError` for what is none."""
    if text is None:
        return None
    found = _PART.fullmatch(text)
    number, parts = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= parts:
        raise UserError(f"--part {text} is no part; write the first of four as 1/4")
    return number, parts


def _refuse(index: Path, given: dict[str, object]) -> None:
    for option, value in given.items():
        if value is not None:
            raise UserError(f"{option} is for an index in a cluster, and {index} is a directory; leave it out")


def _into_directory(settings: Settings, index: Path, full: bool) -> Build:
    encoder = load_encoder(settings.model)
    return lambda sources, progress, measure: build(
        sources,
        index,
        encoder,
        full=full,
        glossary=settings.glossary,
        prune_after=settings.prune_after,
        progress=progress,
        measure=measure,
        processes=settings.processes or None,
        limits=_limits(settings),
    )


def _into_cluster(
    settings: Settings,
    full: bool,
    shards: int | None,
    replicas: int | None,
    part: tuple[int, int] | None,
    workers: str | None,
) -> Build:
    try:
        from indexer.qdrant import run
    except ModuleNotFoundError as error:
        if error.name != "qdrant_client":
            raise
        raise UserError("an index in Qdrant needs its client; install it with: pip install 'izde[qdrant]'") from None
    options = run.Options(
        full=full,
        glossary=settings.glossary,
        shards=shards,
        replicas=replicas,
        part=part,
        workers=workers,
        processes=settings.processes or None,
        prune_after=settings.prune_after,
        limits=_limits(settings),
        settings=settings,
    )
    assert not isinstance(settings.index, Path)
    address = settings.index
    return lambda sources, progress, measure: run.build(
        sources, address, settings.model, options, progress=progress, measure=measure
    )


def _limits(settings: Settings) -> Limits:
    return Limits(memory=settings.file_memory << 20)
