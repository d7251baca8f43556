"""Write docs/performance.md and its charts from the results: python -m benchmarks.report."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import records
from benchmarks.chart import Chart
from benchmarks.records import Record
from benchmarks.serving import CLIENTS
from benchmarks.steps import PIPELINE, STRUCTURED
from benchmarks.synthetic import ROOT
from search.results import MODES

LEXICAL = ("izde", "tantivy", "bm25s", "fts5", "whoosh")
VECTORS = ("izde", "numpy", "usearch exact", "usearch hnsw", "hnswlib")

_HEAD = """\
# Performance

Izde and other engines are given the same synthetic passages of 120 words, and asked the same queries of two to four
words for the best ten. The words are those of our own articles and training sentences and inflected forms of them, in
four languages, with a Zipfian frequency, half of the telling words of an article from one subject; every engine gets
their lemma keys as tokens, so that only the engines differ. Such passages lie closer together in meaning than real
texts, and an approximate search for neighbours finds fewer of them.
Each step runs in a fresh process, one after another. `make bench` measures anew and writes this page;
`make bench SIZES="20000 200000 1000000"` the larger sizes, too. The figures are in `benchmarks/results/`.

Times are milliseconds: median, 95th and 99th percentile of the processor's time and the median by the clock. Memory is
that of the process after 100 queries: resident, and its share where pages are shared (Pss). A ratio below 1 is less
than the peer's.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, the figure of a step, and the places after the point."""

    heading: str
    figure: str
    places: int = 2


_SEARCH = (
    Column("median", "cpu_median_ms", 3),
    Column("p95", "cpu_p95_ms", 3),
    Column("p99", "cpu_p99_ms", 3),
    Column("clock", "median_ms", 3),
    Column("open", "open_ms", 1),
    Column("first query", "first_ms", 1),
    Column("resident MB", "rss_mb", 0),
    Column("Pss MB", "pss_mb", 0),
)
_BUILD = (
    Column("passages per CPU s", "per_cpu_s", 0),
    Column("passages per s", "per_wall_s", 0),
    Column("MB on disk", "disk_mb", 1),
)


def report(found: Sequence[Record]) -> str:
    """The page."""
    return "\n".join(line for part in _parts(found) for line in part).rstrip() + "\n"


def charts(found: Sequence[Record]) -> dict[str, Chart]:
    """The charts of the page by the name of their file."""

    def lines(kind: str, names: Sequence[str], step: str, figure: str) -> dict[str, list[tuple[float, float]]]:
        drawn = {
            name: [
                (float(record.passages), value)
                for record in found
                if (value := record.figure(f"{kind} {name} {step}", figure))
            ]
            for name in names
        }
        return {name: points for name, points in drawn.items() if points}

    size = "passages"
    drawn = {
        "latency": Chart(
            "Keyword ranking", size, "CPU ms, median", lines("lexical", LEXICAL, "search", "cpu_median_ms")
        ),
        "vectors": Chart(
            "Nearest vectors", size, "CPU ms, median", lines("vectors", VECTORS, "search", "cpu_median_ms")
        ),
        "build": Chart("Building an index", size, "seconds", lines("lexical", LEXICAL, "build", "build_s")),
    }
    return {name: chart for name, chart in drawn.items() if chart.lines}


def slower(record: Record) -> Iterator[str]:
    """A line for each figure in which Izde is behind a peer."""
    for kind, names, step, figure, own_figure, what in (
        ("lexical", LEXICAL, "search", "cpu_median_ms", "cpu_median_ms", "ms to rank a query"),
        ("vectors", VECTORS, "search", "cpu_median_ms", "cpu_median_ms", "ms to find the nearest vectors"),
        ("lexical", LEXICAL, "search", "open_ms", "open_ms", "ms to open an index for ranking"),
        ("lexical", LEXICAL, "search", "pss_mb", "pss_mb", "MB of memory to rank"),
        ("lexical", LEXICAL, "build", "disk_mb", "lexical_mb", "MB on disk for keys and postings"),
        ("lexical", LEXICAL, "build", "build_s", "build_s", "s to write an index from what was analysed before"),
    ):
        own = record.figure(f"{kind} izde {step}", own_figure)
        for name in names[1:]:
            theirs = record.figure(f"{kind} {name} {step}", figure)
            if own and theirs and own > theirs:
                yield f"- Izde needs {own:.3g} {what}, {name} {theirs:.3g}: {own / theirs:.1f} times as much."


def _parts(found: Sequence[Record]) -> Iterator[list[str]]:
    yield [_HEAD]
    for name, chart in charts(found).items():
        yield [f"![{chart.text}](images/{name}.svg)", ""]
    for record in found:
        yield [f"## {record.passages:,} passages", "", _machine(record), ""]
        yield [f"**{record.note}**", ""] if record.note else []
        yield from _tables(record)
        yield _behind(record)


def _tables(record: Record) -> Iterator[list[str]]:
    lexical = [(name, f"lexical {name} search") for name in LEXICAL]
    yield _table("### Keyword ranking alone", record, lexical, _SEARCH, "lexical tantivy search")
    builds = [(name, f"lexical {name} build") for name in LEXICAL]
    yield _table("### Building", record, builds, _BUILD, "lexical tantivy build")
    if parts := [record.figure("lexical izde build", name) for name in ("lexical_mb", "vectors_mb")]:
        yield [
            "Retrieval only: what izde's index is built from was cut and encoded before, only its different words are"
            " analysed; it holds texts, words, vectors and fields as well. Its keys and postings are"
            f" {parts[0] or 0:,.1f} MB, the vectors of passages {parts[1] or 0:,.1f} MB.",
            "",
        ]
    vectors = [(name, f"vectors {name} search") for name in VECTORS]
    recall = (*_SEARCH, Column("recall@10", "recall", 3))
    yield _table("### Nearest vectors alone", record, vectors, recall, "vectors numpy search")
    builds = [(name, f"vectors {name} build") for name in VECTORS]
    yield _table("### Building an index of vectors", record, builds, _BUILD, "vectors usearch hnsw build")
    answers = [(name, f"answers {name}") for name in (*MODES, *STRUCTURED)]
    yield _table(
        "### Whole answers: understanding, ranking, texts, highlights, facets (ratio to tantivy's ranking alone)",
        record,
        answers,
        _SEARCH,
        "lexical tantivy search",
    )
    yield _http(record)
    yield _commands(record)


def _table(
    title: str, record: Record, rows: Sequence[tuple[str, str]], columns: Sequence[Column], peer: str
) -> list[str]:
    """The rows that were measured, each with the ratio of its first column to that of the peer."""
    measured = [(name, step) for name, step in rows if step in record.steps]
    if not measured:
        return []
    last = f"ratio to {peer.split(' ', 1)[1].rsplit(' ', 1)[0]}"
    headings = ["", *(column.heading for column in columns), last]
    lines = [title, "", f"| {' | '.join(headings)} |", f"|---|{'--:|' * (len(headings) - 1)}"]
    for name, step in measured:
        cells = [_number(record.figure(step, column.figure), column.places) for column in columns]
        ratio = _ratio(record.figure(step, columns[0].figure), record.figure(peer, columns[0].figure))
        lines.append(f"| {' | '.join([name, *cells, ratio])} |")
    return [*lines, ""]


def _http(record: Record) -> list[str]:
    lines = [
        "### Through HTTP (waitress; the clients run on the same machine; ratio to the answer inside the engine)",
        "",
        "| mode | clients | requests per s | median | p95 | p99 | ratio | server's resident MB | Pss MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for mode in MODES:
        step = f"http {mode}"
        if step not in record.steps:
            continue
        memory = [_number(record.figure(step, name), 0) for name in ("rss_mb", "pss_mb")]
        for clients in CLIENTS:
            names = [f"clients_{clients}_{name}" for name in ("per_s", "median_ms", "p95_ms", "p99_ms")]
            cells = [_number(record.figure(step, name), 1) for name in names]
            ratio = _ratio(record.figure(step, names[1]), record.figure(f"answers {mode}", "median_ms"))
            lines.append(f"| {' | '.join([mode, str(clients), *cells, ratio, *memory])} |")
    return [*lines, ""] if len(lines) > 4 else []


def _commands(record: Record) -> list[str]:
    lines = ["### Commands", ""]
    if search := record.steps.get("command search"):
        lines.append(
            f"- `izde search` as a whole process: {search['wall_s']:.2f} s by the clock, {search['cpu_s']:.2f} s of the"
            f" processor, {search['peak_mb']:,.0f} MB at most."
        )
    if update := record.steps.get("command update"):
        lines.append(
            f"- One changed article among {record.passages:,} passages: `izde index` takes"
            f" {update['update_wall_s']:.2f} s ({update['update_cpu_s']:.2f} s of the processor), and a running server"
            f" answers with it {update['searchable_s']:.2f} s after the command was given."
        )
    if index := record.steps.get("command index"):
        peer = _ratio(index["words_per_cpu_s"], 120 * (record.figure("lexical tantivy build", "per_cpu_s") or 0))
        lines.append(
            f"- `izde index` on {min(record.passages, PIPELINE):,} passages, all of reading, repair, analysis, encoding"
            f" and writing: {index['words_per_wall_s']:,.0f} words a second by the clock,"
            f" {index['words_per_cpu_s']:,.0f} of the processor ({peer} of tantivy's rate on ready tokens),"
            f" {index['peak_mb']:,.0f} MB at most in its largest process."
        )
    return [*lines, ""] if len(lines) > 2 else []


def _behind(record: Record) -> list[str]:
    failed = [f"- {step} failed: {reason}" for step, reason in record.failed.items()]
    lines = [*slower(record), *failed]
    return ["### Where peers are ahead", "", *lines, ""] if lines else []


def _machine(record: Record) -> str:
    machine = record.machine
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']},"
        f" Python {machine['python']}; {packages}."
    )


def _number(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:,.{places}f}"


def _ratio(own: float | None, peer: float | None) -> str:
    return f"{own / peer:.2f}" if own and peer else "–"


def main() -> None:
    """Write the page and its charts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=main.__doc__)
    parser.add_argument("--results", type=Path, default=records.FOLDER, help="where figures are read")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the page is written")
    given = parser.parse_args()
    found = records.read_all(given.results)
    if not found:
        parser.error(f"{given.results} has no results; measure first with: make bench")
    (given.docs / "images").mkdir(parents=True, exist_ok=True)
    for name, chart in charts(found).items():
        (given.docs / "images" / f"{name}.svg").write_text(chart.svg(), "utf-8")
    (given.docs / "performance.md").write_text(report(found), "utf-8")


if __name__ == "__main__":
    main()
