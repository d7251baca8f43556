"""The steps, each in a process of its own: python -m benchmarks.cluster.steps FOLDER SIZE NODES STEP."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path

from benchmarks import steps as plain
from benchmarks.cluster.asking import ask, ask_cluster, ask_embedded
from benchmarks.cluster.bench import Bench
from benchmarks.cluster.candidates import candidates
from benchmarks.cluster.profiling import profile
from benchmarks.cluster.weights import weights
from benchmarks.cluster.writing import write
from benchmarks.corpus import Corpus
from benchmarks.steps import Step
from benchmarks.timing import Figures
from search.results import MODES

#: Steps of the other benchmarks that these need; what they make serves any number of servers.
SHARED = ("prepare", "lexical izde build", "queries")


def steps(bench: Bench) -> list[Step]:
    """All steps, in their order."""
    known = {step.name: step for step in plain.steps(bench.corpus)}
    return [
        known["prepare"],
        known["lexical izde build"],
        Step("queries", partial(_queries, bench), bench.queries),
        Step("write", partial(write, bench), bench.folder / "written"),
        Step("memory embedded", partial(ask_embedded, bench)),
        Step("memory cluster", partial(ask_cluster, bench)),
        *(Step(f"ask {mode}", partial(ask, bench, mode)) for mode in MODES),
        Step("candidates", partial(candidates, bench)),
        Step("weights", partial(weights, bench)),
        *(Step(f"profile {mode}", partial(profile, bench, mode)) for mode in MODES),
    ]


def _queries(bench: Bench) -> Figures:
    bench.write_queries()
    return {}


def main() -> None:
    """Measure one step and print its figures as JSON."""
    folder, size, nodes, name = sys.argv[1:]
    bench = Bench(Corpus(Path(folder), int(size)), int(nodes))
    os.environ["IZDE_CACHE"] = str(bench.folder / "cache")
    (step,) = [step for step in steps(bench) if step.name == name]
    print(json.dumps(step.measure()))


if __name__ == "__main__":
    main()
