"""What is measured: so many synthetic passages, on disk and in a cluster of so many servers, and what is asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import synthetic
from benchmarks.corpus import WARMING, Corpus
from indexer.qdrant.generations import Layout

#: How the passages lie in a cluster of so many servers.
LAYOUTS = {1: Layout(shards=1, replicas=1), 3: Layout(shards=3, replicas=2)}

#: Queries that are compared, after those that warm both up.
COMPARED = 500


@dataclass(frozen=True, slots=True)
class Bench:
    """A corpus and how many servers hold it."""

    corpus: Corpus
    nodes: int

    @property
    def index(self) -> Path:
        """The index on disk."""
        return self.corpus.home / "izde"

    @property
    def folder(self) -> Path:
        """The folder of the servers."""
        return self.corpus.home / f"qdrant-{self.nodes}"

    @property
    def layout(self) -> Layout:
        """How the passages lie in the cluster."""
        return LAYOUTS[self.nodes]

    @property
    def queries(self) -> Path:
        """The file of what is asked."""
        return self.corpus.home / f"queries-{WARMING + COMPARED}.json"

    def write_queries(self) -> None:
        """Write what is asked: the queries of the other benchmarks, and more of the same kind."""
        forms = self.corpus.forms
        texts = [
            " ".join(forms[language][number] for number in numbers)
            for language, numbers in synthetic.queries(WARMING + COMPARED)
        ]
        self.queries.write_text(json.dumps(texts, ensure_ascii=False), "utf-8")

    def warming(self) -> Sequence[str]:
        """The queries that come first and are not measured."""
        return self._read()[:WARMING]

    def compared(self) -> Sequence[str]:
        """The queries that are measured."""
        return self._read()[WARMING:]

    def _read(self) -> list[str]:
        read: list[str] = json.loads(self.queries.read_text("utf-8"))
        return read
