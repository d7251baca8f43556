"""An index on disk that tells what it was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.cluster.bench import Bench
from search.backends.embedded import EmbeddedBackend, EmbeddedFound
from search.backends.protocol import Asked
from search.engine import Engine
from search.results import Mode
from search.storage import current_generation, generation_path


class Heard(EmbeddedBackend):
    """A backend that keeps what it was asked for last."""

    asked = Asked()

    @classmethod
    def of(cls, bench: Bench) -> Heard:
        """That of a benchmark's index on disk."""
        return cls(generation_path(bench.index, current_generation(bench.index)))

    def found(self, asked: Asked) -> EmbeddedFound:
        """What is found for a query."""
        self.asked = asked
        return super().found(asked)


def asked_for(backend: Heard, texts: Sequence[str], mode: Mode) -> Iterator[Asked]:
    """What ranking asks a backend for to answer some queries."""
    engine = Engine(backend)
    for text in texts:
        engine.search(text, mode=mode)
        yield backend.asked
