"""Izde as its users meet it: through HTTP, as a command, and while its index changes."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from benchmarks.corpus import WARMING, Corpus
from benchmarks.synthetic import PASSAGES_PER_BLOCK, ROOT, WORDS_PER_PASSAGE
from benchmarks.timing import Figures, memory, percentiles, whole_process
from search.storage import current_generation, switch

IZDE = (sys.executable, "-m", "izde")

CLIENTS = (1, 4, 16)

#: Runs of a whole process, of which the median counts.
RUNS = 5

#: Seconds a server may take to start, and an update to be seen.
_PATIENCE = 600

_READY = re.compile(r"ready at http://[^:]+:(\d+)/")


@contextmanager
def serving(index: Path) -> Iterator[tuple[int, int]]:
    """A server over an index: its process and port."""
    environment = {**os.environ, "IZDE_RATE_LIMIT": "off"}
    command = [*IZDE, "serve", "--index", str(index), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            lines = iter(process.stderr.readline, "")
            port = next((int(found[1]) for line in lines if (found := _READY.search(line))), None)
            if port is None:
                raise RuntimeError(f"izde serve --index {index} did not start")
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield process.pid, port
        finally:
            process.terminate()
            process.wait()


def through_http(corpus: Corpus, index: Path, mode: str) -> Figures:
    """Requests a second and their latency with 1, 4 and 16 clients, each on one connection; memory of the server."""
    addresses = [f"/api/v1/search?q={quote(each.text)}&mode={mode}" for each in corpus.asked]
    figures: Figures = {}
    with serving(index) as (process, port):
        _requests(port, addresses[:WARMING])
        for clients in CLIENTS:
            parts = [addresses[WARMING + place :: clients] for place in range(clients)]
            started = time.perf_counter()
            with ThreadPoolExecutor(clients) as pool:
                times = [each for part in pool.map(partial(_requests, port), parts) for each in part]
            took = time.perf_counter() - started
            figures |= percentiles(times, f"clients_{clients}_") | {f"clients_{clients}_per_s": len(times) / took}
        figures |= memory(process)
    return figures


def as_command(corpus: Corpus, index: Path) -> Figures:
    """`izde search` as a whole process: the median of several runs."""
    runs = [
        whole_process([*IZDE, "search", asked.text, "--index", str(index)], ROOT)
        for asked in corpus.asked[WARMING : WARMING + RUNS]
    ]
    return {name: sorted(run[name] for run in runs)[RUNS // 2] for name in runs[0]}


def update(corpus: Corpus, index: Path) -> Figures:
    """Change one article and index again while a server runs: seconds until the command ends, and the server knows.

    The index and its source are left as they were.
    """
    command = [*IZDE, "index", str(corpus.source), "--index", str(index)]
    # As any index that `izde index` has made, it then knows the glossary and the files it was made from.
    whole_process(command, ROOT)
    before = current_generation(index)
    file = max(corpus.source.iterdir())
    lines = file.read_bytes()
    word = "жаңыланган" + format(time.time_ns(), "o").translate(str.maketrans("01234567", "абвгдежз"))
    try:
        with serving(index) as (_, port):
            first, newline, rest = lines.partition(b"\n")
            article = json.loads(first)
            changed = {**article, "text": f"{article['text']}\n\n{word.capitalize()}."}
            file.write_bytes(json.dumps(changed, ensure_ascii=False).encode() + newline + rest)
            started = time.perf_counter()
            figures = whole_process(command, ROOT)
            _wait_for(port, word)
            return {f"update_{name}": value for name, value in figures.items()} | {
                "searchable_s": time.perf_counter() - started
            }
    finally:
        file.write_bytes(lines)
        switch(index, before)


def whole_pipeline(corpus: Corpus, passages: int) -> Figures:
    """`izde index` on the texts of so many passages, from reading to switching; words a second."""
    files = [str(file) for file in sorted(corpus.source.iterdir())[: -(-passages // PASSAGES_PER_BLOCK)]]
    index = corpus.home / "pipeline"
    figures = whole_process([*IZDE, "index", *files, "--index", str(index), "--full"], ROOT)
    shutil.rmtree(index)
    words = min(passages, corpus.passages) * WORDS_PER_PASSAGE
    return figures | {"words_per_wall_s": words / figures["wall_s"], "words_per_cpu_s": words / figures["cpu_s"]}


def _requests(port: int, addresses: Sequence[str]) -> list[float]:
    """Milliseconds of each request, one after another on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    times = []
    for address in addresses:
        started = time.perf_counter()
        connection.request("GET", address)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{address} was answered with status {response.status}: {body[:200]!r}")
        times.append((time.perf_counter() - started) * 1000)
    connection.close()
    return times


def _wait_for(port: int, word: str) -> None:
    """Wait until a server finds a word."""
    address = f"/api/v1/search?q={quote(word)}&mode=keyword"
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        connection.request("GET", address)
        if json.loads(connection.getresponse().read()).get("total"):
            return
        connection.close()
        time.sleep(0.02)
    raise RuntimeError(f"the server did not find the new article in {_PATIENCE} s")
