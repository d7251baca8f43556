"""The same queries asked of both backends: their latency, the memory of who asks, and whether the answers agree."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.cluster.bench import Bench
from benchmarks.cluster.equality import compared
from benchmarks.cluster.servers import address, cpu_seconds, resident, servers
from benchmarks.timing import Figures, memory, percentiles
from search.engine import Engine
from search.results import Mode, Results


def ask(bench: Bench, mode: Mode) -> Figures:
    """Ask both in turn, each as often first as the other."""
    with servers(bench.folder, bench.nodes) as nodes:
        engines = {"embedded": Engine.open(bench.index), "cluster": Engine.open(address(nodes))}
        for text in bench.warming():
            for engine in engines.values():
                engine.search(text, mode=mode)
        times: dict[str, list[float]] = {name: [] for name in engines}
        answers: list[dict[str, Results]] = []
        cpu = cpu_seconds(nodes)
        for number, text in enumerate(bench.compared()):
            found = {}
            for name in sorted(engines, reverse=bool(number % 2)):
                started = time.perf_counter()
                found[name] = engines[name].search(text, mode=mode)
                times[name].append((time.perf_counter() - started) * 1000)
            answers.append(found)
        figures = {"servers_cpu_ms": (cpu_seconds(nodes) - cpu) * 1000 / len(answers)} | resident(nodes, "asked")
    figures |= percentiles(times["embedded"], "embedded_") | percentiles(times["cluster"], "cluster_")
    return figures | compared([(found["embedded"], found["cluster"]) for found in answers])


def ask_embedded(bench: Bench) -> Figures:
    """Memory of a process that asks the index on disk."""
    return _asked(bench, lambda: Engine.open(bench.index))


def ask_cluster(bench: Bench) -> Figures:
    """Memory of a process that asks the cluster; it first fetches the words, and opens the index once more."""
    with servers(bench.folder, bench.nodes) as nodes:
        started = time.perf_counter()
        Engine.open(address(nodes))
        figures = {"fetch_ms": (time.perf_counter() - started) * 1000}
        return figures | _asked(bench, lambda: Engine.open(address(nodes)))


def _asked(bench: Bench, opened: Callable[[], Engine]) -> Figures:
    started = time.perf_counter()
    engine = opened()
    ready = time.perf_counter()
    warming = bench.warming()
    engine.search(warming[0])
    figures = {"open_ms": (ready - started) * 1000, "first_ms": (time.perf_counter() - ready) * 1000}
    for text in warming[1:]:
        engine.search(text)
    return figures | memory()
