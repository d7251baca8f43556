"""Build an index of synthetic passages and time queries on it: python -m benchmarks [PASSAGES]."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import synthetic
from indexer.build import build
from search.encoder import load_encoder
from search.engine import Engine
from search.results import MODES


def main(passages: int = 20_000, queries: int = 200) -> None:
    """Print build rate, open time, and median and 95th percentile of a query in each mode."""
    with tempfile.TemporaryDirectory() as folder:
        source, index = Path(folder) / "articles.jsonl", Path(folder) / "index"
        synthetic.write(source, passages)
        started = time.perf_counter()
        summary = build([source], index, load_encoder())
        took = time.perf_counter() - started
        print(f"build    {summary.passages:,} passages, {summary.words:,} words: {summary.words / took:,.0f} words/s")
        started = time.perf_counter()
        engine = Engine.open(index)
        print(f"open     {(time.perf_counter() - started) * 1000:.1f} ms")
        asked = synthetic.queries(queries)
        for mode in MODES:
            times = []
            for query in asked:
                started = time.perf_counter()
                engine.search(query, mode=mode)
                times.append((time.perf_counter() - started) * 1000)
            worst = statistics.quantiles(times, n=20)[-1]
            print(f"{mode:<8} median {statistics.median(times):.1f} ms, p95 {worst:.1f} ms, worst {max(times):.1f} ms")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
