"""Measure an index in a cluster beside one on disk: python -m benchmarks.cluster SIZE --nodes 1|3.

A run that was cut off goes on where it was. `python -m benchmarks.cluster.report` makes tables of the figures.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

from benchmarks import records
from benchmarks.cluster.bench import LAYOUTS, Bench
from benchmarks.cluster.steps import SHARED, steps
from benchmarks.corpus import Corpus
from benchmarks.records import Record
from benchmarks.running import arguments, in_process, measure_all
from benchmarks.steps import Step
from benchmarks.timing import Figures, machine
from tests.qdrant import binary


def results_of(nodes: int, folder: Path = records.FOLDER) -> Path:
    """The folder of the records with so many servers, one for each size."""
    return folder / f"cluster-{nodes}"


def measure(bench: Bench, step: Step) -> Figures:
    """Run a step in a process of its own; raises `subprocess.SubprocessError` when it fails."""
    corpus = bench.corpus
    return in_process("benchmarks.cluster.steps", corpus.folder, corpus.passages, bench.nodes, step.name)


def run(bench: Bench, results: Path, only: str = "", again: bool = False, note: str = "") -> Record:
    """Measure the steps whose name has `only` in it, those that are not yet in the results or, with `again`, all.

    What serves any number of servers is made once.
    """
    record = records.read(bench.corpus.passages, results) or Record(bench.corpus.passages, {})
    record.machine, record.note = _machine(), note or record.note

    def is_done(step: Step) -> bool:
        return step.is_made and (step.name in SHARED or (step.name in record.steps and not again))

    chosen = [step for step in steps(bench) if only in step.name]
    title = f"{bench.corpus.passages:>9,} passages  {bench.nodes} servers"
    measure_all(record, results, chosen, partial(measure, bench), is_done, title)
    return record


def _machine() -> dict[str, object]:
    found = machine()
    found["packages"] |= {"qdrant-client": version("qdrant-client"), "qdrant": binary.VERSION}
    return found


def main() -> None:
    """Measure the sizes asked for; exit code 1 when a step failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=main.__doc__)
    parser.add_argument("--nodes", type=int, choices=LAYOUTS, default=1, help="servers of the cluster (1)")
    given = arguments(parser)
    benches = [Bench(Corpus(given.folder, size), given.nodes) for size in given.sizes]
    results = results_of(given.nodes, given.results)
    done = [run(bench, results, given.only, given.again, given.note) for bench in benches]
    sys.exit(any(record.failed for record in done))


if __name__ == "__main__":
    main()
