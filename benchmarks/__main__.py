"""Measure Izde and its peers on synthetic passages: python -m benchmarks [SIZE ...].

A run that was cut off goes on where it was. `python -m benchmarks.report` makes docs/performance.md of the figures.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from benchmarks import records
from benchmarks.corpus import Corpus
from benchmarks.records import Record
from benchmarks.running import arguments, in_process, measure_all
from benchmarks.steps import Step, steps
from benchmarks.timing import Figures, machine


def measure(corpus: Corpus, step: Step) -> Figures:
    """Run a step in a process of its own; raises `subprocess.SubprocessError` when it fails."""
    return in_process("benchmarks.steps", corpus.folder, corpus.passages, step.name)


def run(corpus: Corpus, results: Path, only: str = "", again: bool = False, note: str = "") -> Record:
    """Measure the steps whose name has `only` in it, those that are not yet in the results or, with `again`, all."""
    record = records.read(corpus.passages, results) or Record(corpus.passages, {})
    record.machine, record.note = machine(), note

    def is_done(step: Step) -> bool:
        return step.name in record.steps and not again and step.is_made

    chosen = [step for step in steps(corpus) if only in step.name]
    title = f"{corpus.passages:>9,} passages"
    measure_all(record, results, chosen, partial(measure, corpus), is_done, title)
    return record


def main() -> None:
    """Measure the sizes asked for; exit code 1 when a step failed."""
    given = arguments(argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__))
    done = [run(Corpus(given.folder, size), given.results, given.only, given.again, given.note) for size in given.sizes]
    sys.exit(any(record.failed for record in done))


if __name__ == "__main__":
    main()
