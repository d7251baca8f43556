"""Steps measured one after another, each in a process of its own; figures are written as they come."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import records
from benchmarks.records import Record
from benchmarks.steps import Step
from benchmarks.synthetic import PASSAGES_PER_ARTICLE, ROOT
from benchmarks.timing import Figures

#: Seconds a step may take.
_LONGEST = 6 * 3600

#: Figures of a step that are told while others are measured.
_TOLD = 8


def in_process(module: str, *arguments: object) -> Figures:
    """The figures a module prints, run in a process of its own; raises `subprocess.SubprocessError` when it fails."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_LONGEST)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"]
        raise subprocess.SubprocessError(lines[-1])
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure_all(
    record: Record,
    results: Path,
    steps: Sequence[Step],
    measure: Callable[[Step], Figures],
    is_done: Callable[[Step], bool],
    title: str,
) -> None:
    """Measure steps into a record that is written to a folder after each; a line that `title` begins tells of each."""
    for place, step in enumerate(steps, start=1):
        line = f"{title}  {place:>2}/{len(steps)}  {step.name:<28}"
        if is_done(step):
            print(f"{line} done before", flush=True)
            continue
        print(line, end=" ", flush=True)
        started = time.perf_counter()
        record.failed.pop(step.name, None)
        try:
            record.steps[step.name] = figures = measure(step)
            told = ", ".join(f"{name} {value:.4g}" for name, value in list(figures.items())[:_TOLD])
        except subprocess.SubprocessError as error:
            record.steps.pop(step.name, None)
            record.failed[step.name] = told = str(error)
        record.write(results)
        print(f"{time.perf_counter() - started:7.1f} s  {told}", flush=True)


def arguments(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """What the command line says, with the options of all benchmarks; ends the process where that cannot be done."""
    parser.add_argument("sizes", metavar="SIZE", type=int, nargs="*", default=[20_000], help="passages (20000)")
    parser.add_argument("--again", action="store_true", help="measure anew what was measured before")
    parser.add_argument("--only", metavar="TEXT", default="", help="only steps with this in their name, like hybrid")
    parser.add_argument("--note", default="", help="what a reader of the figures has to know")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench", help="where indexes are built")
    parser.add_argument("--results", type=Path, default=records.FOLDER, help="where figures are written")
    given = parser.parse_args()
    if wrong := [size for size in given.sizes if size < 10 * PASSAGES_PER_ARTICLE or size % PASSAGES_PER_ARTICLE]:
        least = 10 * PASSAGES_PER_ARTICLE
        parser.error(f"a size is a multiple of {PASSAGES_PER_ARTICLE}, {least} or more, not {wrong[0]}")
    given.folder, given.results = given.folder.resolve(), given.results.resolve()
    return given
