"""Measure an index in a cluster beside one on disk: python -m benchmarks.cluster SIZE --nodes 1|3.

Each step runs in a process of its own, one after another, and its figures are written as they come: a run that was cut
off goes on where it was. `python -m benchmarks.cluster.report` makes tables of them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks import records
from benchmarks.cluster.bench import LAYOUTS, Bench
from benchmarks.cluster.steps import SHARED, steps
from benchmarks.corpus import Corpus
from benchmarks.records import Record
from benchmarks.steps import Step
from benchmarks.synthetic import PASSAGES_PER_ARTICLE, ROOT
from benchmarks.timing import Figures, machine
from tests.qdrant import binary

#: Seconds a step may take.
_LONGEST = 6 * 3600


def results_of(nodes: int, folder: Path = records.FOLDER) -> Path:
    """The folder of the records with so many servers, one for each size."""
    return folder / f"cluster-{nodes}"


def measure(bench: Bench, step: Step) -> Figures:
    """Run a step in a process of its own; raises `subprocess.SubprocessError` when it fails."""
    given = [str(bench.corpus.folder), str(bench.corpus.passages), str(bench.nodes), step.name]
    command = [sys.executable, "-m", "benchmarks.cluster.steps", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_LONGEST)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"]
        raise subprocess.SubprocessError(lines[-1])
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def run(bench: Bench, results: Path, only: str = "", again: bool = False, note: str = "") -> Record:
    """Measure the steps whose name has `only` in it, those that are not yet in the results or, with `again`, all.

    What serves any number of servers is made once.
    """
    record = records.read(bench.corpus.passages, results) or Record(bench.corpus.passages, {})
    record.machine, record.note = _machine(), note or record.note
    chosen = [step for step in steps(bench) if only in step.name]
    for place, step in enumerate(chosen, start=1):
        title = (
            f"{bench.corpus.passages:>9,} passages  {bench.nodes} servers  {place:>2}/{len(chosen)}  {step.name:<20}"
        )
        if _is_done(step, record, again):
            print(f"{title} done before", flush=True)
            continue
        print(title, end=" ", flush=True)
        started = time.perf_counter()
        record.failed.pop(step.name, None)
        try:
            record.steps[step.name] = figures = measure(bench, step)
            said = ", ".join(f"{name} {value:.4g}" for name, value in list(figures.items())[:8])
        except subprocess.SubprocessError as error:
            record.steps.pop(step.name, None)
            record.failed[step.name] = said = str(error)
        record.write(results)
        print(f"{time.perf_counter() - started:7.1f} s  {said}", flush=True)
    return record


def _is_done(step: Step, record: Record, again: bool) -> bool:
    is_there = step.makes is None or step.makes.exists()
    return is_there and (step.name in SHARED or (step.name in record.steps and not again))


def _machine() -> dict[str, object]:
    found = machine()
    found["packages"] |= {"qdrant-client": version("qdrant-client"), "qdrant": binary.VERSION}
    return found


def main() -> None:
    """Measure the sizes asked for; exit code 1 when a step failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=main.__doc__)
    parser.add_argument("sizes", metavar="SIZE", type=int, nargs="*", default=[20_000], help="passages (20000)")
    parser.add_argument("--nodes", type=int, choices=LAYOUTS, default=1, help="servers of the cluster (1)")
    parser.add_argument("--again", action="store_true", help="measure anew what was measured before")
    parser.add_argument("--only", metavar="TEXT", default="", help="only steps with this in their name, like ask")
    parser.add_argument("--note", default="", help="what a reader of the figures has to know")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench", help="where indexes are built")
    parser.add_argument("--results", type=Path, default=records.FOLDER, help="where figures are written")
    given = parser.parse_args()
    if wrong := [size for size in given.sizes if size < 10 * PASSAGES_PER_ARTICLE or size % PASSAGES_PER_ARTICLE]:
        parser.error(
            f"a size is a multiple of {PASSAGES_PER_ARTICLE}, from {10 * PASSAGES_PER_ARTICLE}; not {wrong[0]}"
        )
    benches = [Bench(Corpus(given.folder.resolve(), size), given.nodes) for size in given.sizes]
    results = results_of(given.nodes, given.results.resolve())
    done = [run(bench, results, given.only, given.again, given.note) for bench in benches]
    sys.exit(any(record.failed for record in done))


if __name__ == "__main__":
    main()
