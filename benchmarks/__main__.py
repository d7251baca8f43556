"""Measure Izde and its peers on synthetic passages: python -m benchmarks [SIZE ...].

Each step runs in a process of its own, one after another, and its figures are written as they come: a run that was cut
off goes on where it was. `python -m benchmarks.report` makes docs/performance.md of them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import records
from benchmarks.corpus import Corpus
from benchmarks.records import Record
from benchmarks.steps import Step, steps
from benchmarks.synthetic import PASSAGES_PER_ARTICLE, ROOT
from benchmarks.timing import Figures, machine

#: Seconds a step may take.
_LONGEST = 4 * 3600


def measure(corpus: Corpus, step: Step) -> Figures:
    """Run a step in a process of its own; raises `subprocess.SubprocessError` when it fails."""
    command = [sys.executable, "-m", "benchmarks.steps", str(corpus.folder), str(corpus.passages), step.name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_LONGEST)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"]
        raise subprocess.SubprocessError(lines[-1])
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def run(corpus: Corpus, results: Path, only: str = "", again: bool = False, note: str = "") -> Record:
    """Measure the steps whose name has `only` in it, those that are not yet in the results or, with `again`, all."""
    record = records.read(corpus.passages, results) or Record(corpus.passages, machine())
    record.machine, record.note = machine(), note
    chosen = [step for step in steps(corpus) if only in step.name]
    for place, step in enumerate(chosen, start=1):
        title = f"{corpus.passages:>9,} passages  {place:>2}/{len(chosen)}  {step.name:<28}"
        if step.name in record.steps and not again and (step.makes is None or step.makes.exists()):
            print(f"{title} done before", flush=True)
            continue
        print(title, end=" ", flush=True)
        started = time.perf_counter()
        record.failed.pop(step.name, None)
        try:
            record.steps[step.name] = figures = measure(corpus, step)
            said = ", ".join(f"{name} {value:.4g}" for name, value in list(figures.items())[:6])
        except subprocess.SubprocessError as error:
            record.steps.pop(step.name, None)
            record.failed[step.name] = said = str(error)
        record.write(results)
        print(f"{time.perf_counter() - started:7.1f} s  {said}", flush=True)
    return record


def main() -> None:
    """Measure the sizes asked for; exit code 1 when a step failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("sizes", metavar="SIZE", type=int, nargs="*", default=[20_000], help="passages (20000)")
    parser.add_argument("--again", action="store_true", help="measure anew what was measured before")
    parser.add_argument("--only", metavar="TEXT", default="", help="only steps with this in their name, like tantivy")
    parser.add_argument("--note", default="", help="what a reader of the figures has to know")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench", help="where indexes are built")
    parser.add_argument("--results", type=Path, default=records.FOLDER, help="where figures are written")
    given = parser.parse_args()
    if wrong := [size for size in given.sizes if size < 10 * PASSAGES_PER_ARTICLE or size % PASSAGES_PER_ARTICLE]:
        parser.error(
            f"a size is a multiple of {PASSAGES_PER_ARTICLE}, {10 * PASSAGES_PER_ARTICLE} or more, not {wrong[0]}"
        )
    folder = given.folder.resolve()
    done = [
        run(Corpus(folder, size), given.results.resolve(), given.only, given.again, given.note) for size in given.sizes
    ]
    sys.exit(any(record.failed for record in done))


if __name__ == "__main__":
    main()
