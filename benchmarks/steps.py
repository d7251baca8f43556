"""What a benchmark measures, each step in a process of its own: python -m benchmarks.steps FOLDER SIZE STEP."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks import own_index, own_search, serving
from benchmarks.corpus import MEASURED, WARMING, Corpus
from benchmarks.lexical import ENGINES, Lexical, Search
from benchmarks.nearest import SEARCHES, Nearest, VectorSearch
from benchmarks.timing import Figures, Stopwatch, disk, latency, memory, rate
from search.encoder import load_encoder
from search.engine import Engine
from search.results import MODES, Mode

#: Passages that the whole pipeline is measured on, at most: its time grows with them and nothing else does.
PIPELINE = 20_000

STRUCTURED = ("phrase", "boolean", "wildcard", "fuzzy")

Query = TypeVar("Query")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Step:
    """A thing to measure; `makes` is what later steps need of it, None for nothing."""

    name: str
    measure: Callable[[], Figures]
    makes: Path | None = None

    @property
    def is_made(self) -> bool:
        """Whether what later steps need of it is there."""
        return self.makes is None or self.makes.exists()


def steps(corpus: Corpus) -> list[Step]:
    """All steps for a corpus, in their order."""
    index, home = corpus.home / "izde", corpus.home
    lexical = {name: engine for name, engine in ENGINES.items() if corpus.passages <= engine.most}
    return [
        Step("prepare", partial(_prepare, corpus), home / "nearest.npy"),
        *(
            step
            for name, engine in lexical.items()
            for path in [home / name]
            for step in (
                Step(f"lexical {name} build", partial(_build_lexical, corpus, engine, path), path),
                Step(f"lexical {name} search", partial(_lexical, corpus, partial(engine.open, path))),
            )
        ),
        Step("lexical izde build", partial(_build_own, corpus, index), index / "CURRENT"),
        Step("lexical izde search", partial(_lexical, corpus, partial(own_search.open_ranking, index))),
        *(
            step
            for name, search in SEARCHES.items()
            for path in [home / name.replace(" ", "-")]
            for step in (
                Step(f"vectors {name} build", partial(_build_vectors, corpus, search, path), path),
                Step(f"vectors {name} search", partial(_vectors, corpus, partial(search.open, path))),
            )
        ),
        Step("vectors izde search", partial(_vectors, corpus, partial(own_search.open_nearest, index))),
        *(Step(f"answers {mode}", partial(_answers, corpus, index, mode)) for mode in MODES),
        *(Step(f"answers {kind}", partial(_structured, corpus, index, kind)) for kind in STRUCTURED),
        *(Step(f"http {mode}", partial(serving.through_http, corpus, index, mode)) for mode in MODES),
        Step("command search", partial(serving.as_command, corpus, index)),
        Step("command update", partial(serving.update, corpus, index)),
        Step("command index", partial(serving.whole_pipeline, corpus, PIPELINE)),
    ]


def _prepare(corpus: Corpus) -> Figures:
    started = time.perf_counter()
    corpus.prepare(load_encoder())
    return {"prepare_s": time.perf_counter() - started}


def _build_lexical(corpus: Corpus, engine: Lexical, path: Path) -> Figures:
    _clear(path)
    corpus.load()
    stopwatch = Stopwatch()
    engine.build(stopwatch.without(corpus.token_lists()), path)
    return rate(stopwatch, corpus.passages) | disk(path)


def _build_own(corpus: Corpus, index: Path) -> Figures:
    _clear(index)
    figures = own_index.build(corpus, index, load_encoder())
    (segment,) = own_search.segments(index)
    parts = {
        "lexical_mb": [*segment.glob("keys.*"), *segment.glob("postings.*")],
        "vectors_mb": [*segment.glob("passages.vectors*")],
    }
    return figures | disk(index) | {name: sum(map(_megabytes, files)) for name, files in parts.items()}


def _build_vectors(corpus: Corpus, search: VectorSearch, path: Path) -> Figures:
    _clear(path)
    vectors = np.array(corpus.vectors())
    stopwatch = Stopwatch()
    search.build(vectors, path)
    return rate(stopwatch, corpus.passages) | disk(path)


def _lexical(corpus: Corpus, opened: Callable[[], Search]) -> Figures:
    asked = [each.tokens for each in corpus.asked]
    search, figures = _searched(opened, asked)
    return figures | {"found": float(np.mean([len(search(tokens)) for tokens in asked[WARMING:]]))}


def _vectors(corpus: Corpus, opened: Callable[[], Nearest]) -> Figures:
    asked, nearest = corpus.asked_vectors(), corpus.nearest()
    search, figures = _searched(opened, list(asked))
    shares = [np.isin(search(vector), numbers).mean() for vector, numbers in zip(asked, nearest, strict=True)]
    return figures | {"recall": float(np.mean(shares))}


def _answers(corpus: Corpus, index: Path, mode: Mode) -> Figures:
    asked = [each.text for each in corpus.asked]
    return _searched(lambda: own_search.asking(Engine.open(index), mode=mode), asked)[1]


def _structured(corpus: Corpus, index: Path, kind: str) -> Figures:
    asked = own_search.structured(corpus, index)[kind]
    return _searched(lambda: own_search.asking(Engine.open(index)), [*asked[:WARMING], *asked])[1]


def _searched(
    opened: Callable[[], Callable[[Query], Answer]], asked: Sequence[Query]
) -> tuple[Callable[[Query], Answer], Figures]:
    """A search that was opened, warmed up and timed; its memory is that after the warming."""
    started = time.perf_counter()
    search = opened()
    ready = time.perf_counter()
    search(asked[0])
    figures = {"open_ms": (ready - started) * 1000, "first_ms": (time.perf_counter() - ready) * 1000}
    for query in asked[1:WARMING]:
        search(query)
    return search, figures | memory() | latency(search, asked[WARMING : WARMING + MEASURED])


def _clear(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def _megabytes(file: Path) -> float:
    return file.stat().st_size / 1e6


def main() -> None:
    """Measure one step and print its figures as JSON."""
    folder, size, name = sys.argv[1:]
    (step,) = [step for step in steps(Corpus(Path(folder), int(size))) if step.name == name]
    print(json.dumps(step.measure()))


if __name__ == "__main__":
    main()
