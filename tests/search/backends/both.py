"""The same articles in an index on disk and in a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine
from search.results import Results
from tests.search.backends.local_cluster import LocalCluster, write


@dataclass(frozen=True, slots=True)
class Both:
    """Two engines that should answer alike, and the cluster of the second."""

    on_disk: Engine
    in_cluster: Engine
    cluster: LocalCluster

    @classmethod
    def of(
        cls, articles: Sequence[Mapping[str, Any]], encoder: Encoder, folder: Path, glossary: Path | None = None
    ) -> Both:
        """Index articles."""
        source = write(folder / "articles.jsonl", articles)
        build([source], folder / "index", encoder, glossary=glossary)
        cluster = LocalCluster(folder / "cache", encoder)
        cluster.index(source, glossary=glossary)
        return cls(Engine.open(folder / "index", encoder), cluster.engine(), cluster)

    def search(self, query: str, **options: Any) -> tuple[Results, Results]:
        """What each of the two answers, without the time it took."""
        first, second = (engine.search(query, **options) for engine in (self.on_disk, self.in_cluster))
        return replace(first, took_ms=0), replace(second, took_ms=0)
