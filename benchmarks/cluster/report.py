"""Tables of the figures in Markdown: python -m benchmarks.cluster.report [--page docs/scaling.md]."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import records
from benchmarks.cluster.bench import LAYOUTS
from benchmarks.cluster.weights import BANDS, SHARDS
from benchmarks.records import Record
from search.results import MODES

#: What stands around the tables on a page.
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"

KINDS = {"own": "the query's own words", "counterparts": "words that stand for them", "meaning": "vectors"}

PARTS = {
    "candidates_server": "choosing, server",
    "candidates_transfer": "transfer",
    "candidates_decode": "decoding",
    "unpack": "unpacking",
    "score": "scoring",
    "order": "ordering",
    "texts": "texts",
    "counts": "waiting for counts",
    "facets": "waiting for facets",
    "rest": "rest",
}

#: What the servers say the requests of a kind took, by the ends of their paths.
SERVER = {"query": "choosing", "count": "counts", "scroll": "facets", "points": "texts"}

DISK = {
    "payload": "payload",
    "payload_index": "payload indexes",
    "vectors": "vectors",
    "graph": "graph of vectors",
    "keys": "keys",
    "keys_index": "index of keys",
    "wal": "write-ahead log",
    "articles": "articles",
    "files": "words",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A record with the number of servers it is of."""

    nodes: int
    record: Record

    @property
    def name(self) -> str:
        """What stands in the first column of a table."""
        servers = "1 server" if self.nodes == 1 else f"{self.nodes} servers"
        return f"{self.record.passages:,}, {servers}"

    def cell(self, step: str, figure: str, places: int) -> str:
        """A figure as it stands in a table."""
        value = self.record.figure(step, figure)
        return "–" if value is None else f"{value:,.{places}f}"


def read_all(folder: Path = records.FOLDER) -> list[Measured]:
    """All records, the smallest size first, with fewer servers before those with more."""
    found = [Measured(nodes, each) for nodes in LAYOUTS for each in records.read_all(folder / f"cluster-{nodes}")]
    return sorted(found, key=lambda each: (each.record.passages, each.nodes))


def tables(measured: Sequence[Measured]) -> str:
    """All tables that have a row."""
    filled = (table for table in _tables(measured) if not table[-1].startswith("|---|"))
    return "\n\n".join("\n".join(table) for table in filled) + "\n"


def placed(page: str, text: str) -> str:
    """A page with the tables between its marks; raises `ValueError` where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no lines {BEGIN} and {END}; add them where the tables belong")
    return f"{before}{BEGIN}\n\n{text}\n{END}{after}"


def _tables(measured: Sequence[Measured]) -> Iterator[list[str]]:
    yield [*_machines(measured)]
    writing = [
        ("passages per s", "per_wall_s", 0),
        ("per CPU s of the writers", "per_cpu_s", 0),
        ("CPU s of the servers", "servers_write_cpu_s", 0),
        ("until green, s", "green_s", 0),
        ("finishing, s", "finish_s", 0),
    ]
    yield ["### Writing", "", *_table(measured, "write", writing)]
    disk = [(title, f"disk_{part}_mb", 0) for part, title in [("all", "all"), *DISK.items()]]
    yield ["### MB on disk, of all servers together", "", *_table(measured, "write", disk)]
    yield ["### Resident MB of the largest server", "", *_servers_memory(measured)]
    yield ["### Answers: milliseconds by the clock", "", *_latency(measured)]
    yield ["### Who asks: resident MB, and milliseconds to open and for the first answer", "", *_askers(measured)]
    equal = [
        ("same ten", "same_hits", 3),
        ("in the same order", "same_order", 3),
        ("same but for equals", "same_but_ties", 3),
        ("same first", "same_first", 3),
        ("missed of ten", "missed", 2),
        ("difference at rank 10", "rank_10_median", 4),
        ("same total", "same_total", 3),
        ("total, ratio", "total_ratio", 3),
        ("same facets", "same_facets", 3),
    ]
    yield ["### Answers that are the same as those of the index on disk", "", *_by_mode(measured, "ask", equal)]
    yield ["### Of the passages that score best by one kind of evidence, those chosen", "", *_recall(measured)]
    parts = [(title, f"{part}_ms", 1) for part, title in PARTS.items()]
    servers = [(f"server: {title}", f"server_{kind}_ms", 1) for kind, title in SERVER.items()]
    columns = [("all", "answer_ms", 1), *parts, *servers, ("kB", "candidates_kb", 0)]
    yield ["### Milliseconds of the parts of an answer, on average", "", *_by_mode(measured, "profile", columns)]
    yield ["### Were the weights of keys those of each shard", "", *_weights(measured)]


def _machines(measured: Sequence[Measured]) -> Iterator[str]:
    yield from dict.fromkeys(_machine(each.record) for each in measured)
    yield from (f"**{note}**" for note in dict.fromkeys(each.record.note for each in measured) if note)


def _machine(record: Record) -> str:
    machine = record.machine
    packages = ", ".join(f"{name} {machine['packages'][name]}" for name in ("qdrant", "qdrant-client", "numpy"))
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}; {packages}."
    )


def _table(measured: Sequence[Measured], step: str, columns: Sequence[tuple[str, str, int]]) -> Iterator[str]:
    yield from _head("passages", *(title for title, _, _ in columns))
    for each in measured:
        if step in each.record.steps:
            yield _row(each.name, *(each.cell(step, figure, places) for _, figure, places in columns))


def _by_mode(measured: Sequence[Measured], step: str, columns: Sequence[tuple[str, str, int]]) -> Iterator[str]:
    yield from _head("passages", "mode", *(title for title, _, _ in columns))
    for each in measured:
        for mode in MODES:
            if (name := f"{step} {mode}") in each.record.steps:
                yield _row(each.name, mode, *(each.cell(name, figure, places) for _, figure, places in columns))


def _latency(measured: Sequence[Measured]) -> Iterator[str]:
    percentiles = ("median", "p95", "p99")
    where = {"embedded": "on disk", "cluster": "cluster"}
    titles = [f"{title} {name}" for title in where.values() for name in percentiles]
    figures = [f"{kind}_{name}_ms" for kind in where for name in percentiles]
    columns = [*((title, figure, 1) for title, figure in zip(titles, figures, strict=True))]
    return _by_mode(measured, "ask", [*columns, ("CPU of the servers", "servers_cpu_ms", 1)])


def _askers(measured: Sequence[Measured]) -> Iterator[str]:
    columns = [("MB", "rss_mb", 0), ("open", "open_ms", 0), ("first answer", "first_ms", 0)]
    kinds = ("embedded", "cluster")
    yield from _head("passages", *(f"{kind}: {title}" for kind in ("on disk", "cluster") for title, _, _ in columns))
    for each in measured:
        cells = [each.cell(f"memory {kind}", figure, places) for kind in kinds for _, figure, places in columns]
        if any(f"memory {kind}" in each.record.steps for kind in kinds):
            yield _row(each.name, *cells)


def _servers_memory(measured: Sequence[Measured]) -> Iterator[str]:
    stages = {"empty": "write", "written": "write", "green": "write", "asked": "ask hybrid"}
    yield from _head("passages", *(f"{when}{of}" for when in stages for of in ("", ", without pages of files")))
    for each in measured:
        cells = []
        for when, step in stages.items():
            for kind in ("rss", "anonymous"):
                values = [each.record.figure(step, f"node{node}_{when}_{kind}_mb") for node in range(each.nodes)]
                known = [value for value in values if value is not None]
                cells.append(f"{max(known):,.0f}" if known else "–")
        yield _row(each.name, *cells)


def _recall(measured: Sequence[Measured]) -> Iterator[str]:
    columns = [
        ("of 10", "recall_10", 4),
        ("of 100", "recall_100", 4),
        ("of 200", "recall_200", 4),
        ("cut among equals", "cut", 3),
        ("ms", "median_ms", 1),
    ]
    yield from _head("passages", "by", *(title for title, _, _ in columns))
    for each in measured:
        for kind, title in KINDS.items() if "candidates" in each.record.steps else ():
            yield _row(each.name, title, *(each.cell("candidates", f"{kind}_{name}", n) for _, name, n in columns))


def _weights(measured: Sequence[Measured]) -> Iterator[str]:
    """By size alone: the number of servers makes no difference here."""
    bands = BANDS[:-1]
    changed = {"other_hits": "other ten", "other_order": "other order", "other_first": "other first"}
    titles = [f"off by, keys of {band:,} passages or more" for band in bands]
    yield from _head("passages", "shards", *titles, *changed.values())
    seen = set()
    for each in measured:
        if "weights" in each.record.steps and each.record.passages not in seen:
            seen.add(each.record.passages)
            for shards in SHARDS:
                off = [each.cell("weights", f"shards_{shards}_from_{band}_median", 3) for band in bands]
                others = [each.cell("weights", f"shards_{shards}_{name}", 3) for name in changed]
                yield _row(f"{each.record.passages:,}", str(shards), *off, *others)


def _head(*titles: str) -> Iterator[str]:
    yield _row(*titles)
    yield "|---|" + "--:|" * (len(titles) - 1)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the tables, or put them into a page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster.report", description=main.__doc__)
    parser.add_argument("--results", type=Path, default=records.FOLDER, help="where figures are read")
    parser.add_argument("--page", type=Path, help=f"where they are put between {BEGIN} and {END}")
    given = parser.parse_args()
    found = read_all(given.results)
    if not found:
        parser.error(f"{given.results} has no results; measure first with: make bench-cluster")
    if given.page is None:
        print(tables(found), end="")
        return
    try:
        given.page.write_text(placed(given.page.read_text("utf-8"), tables(found)), "utf-8")
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
