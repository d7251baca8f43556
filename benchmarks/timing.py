"""What is measured: time of the processor and of the clock, memory, size on disk, and on which machine."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

Item = TypeVar("Item")
Query = TypeVar("Query")

#: A figure by its name; the unit is the name's end: _ms, _s, _mb (10^6 bytes), _per_s.
Figures = dict[str, float]

#: Packages whose versions a result names.
PACKAGES = (
    "numpy",
    "numkong",
    "whoosh3",
    "tantivy",
    "bm25s",
    "numba",
    "usearch",
    "hnswlib",
    "waitress",
)


class Stopwatch:
    """Seconds of the clock and of the processor since it was made, without those that `without` was at work."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def without(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, the time to make them not counted."""
        iterator = iter(items)
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self._wall += time.perf_counter() - wall
                self._cpu += time.thread_time() - cpu
            yield item

    def wall(self) -> float:
        """Seconds of the clock."""
        return time.perf_counter() - self._wall

    def cpu(self) -> float:
        """Seconds of the processor, of all threads."""
        return time.process_time() - self._cpu


def rate(stopwatch: Stopwatch, passages: int) -> Figures:
    """Passages built a second."""
    wall, cpu = stopwatch.wall(), stopwatch.cpu()
    return {"build_s": wall, "per_wall_s": passages / wall, "per_cpu_s": passages / cpu}


def latency(call: Callable[[Query], object], queries: Sequence[Query]) -> Figures:
    """Median, 95th and 99th percentile of the time a call takes, by the clock and of the processor."""
    walls, cpus = [], []
    for query in queries:
        cpu, wall = time.process_time_ns(), time.perf_counter_ns()
        call(query)
        walls.append(time.perf_counter_ns() - wall)
        cpus.append(time.process_time_ns() - cpu)
    return {**percentiles([each / 1e6 for each in walls]), **percentiles([each / 1e6 for each in cpus], "cpu_")}


def percentiles(milliseconds: Sequence[float], prefix: str = "") -> Figures:
    """The median, 95th and 99th percentile of some times."""
    found = np.percentile(milliseconds, (50, 95, 99)).tolist()
    return {f"{prefix}{name}_ms": value for name, value in zip(("median", "p95", "p99"), found, strict=True)}


def memory(process: int | str = "self") -> Figures:
    """Memory of a process: resident, and its share of it where pages are shared (Linux)."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()[1:]
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return {"rss_mb": kilobytes["Rss"] * 1024 / 1e6, "pss_mb": kilobytes["Pss"] * 1024 / 1e6}


def disk(path: Path) -> Figures:
    """Bytes of a file, or of all files in a folder."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return {"disk_mb": sum(file.stat().st_size for file in files) / 1e6}


def whole_process(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Figures:
    """Run a command to its end; raises `subprocess.CalledProcessError` when it fails."""
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    wall, cpu = time.perf_counter() - started, usage.ru_utime + usage.ru_stime
    return {"wall_s": wall, "cpu_s": cpu, "peak_mb": usage.ru_maxrss * 1024 / 1e6}


def machine() -> dict[str, Any]:
    """The machine and the versions that figures were measured with."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
