"""The command line of Izde: index articles, search them, serve the search page.

What a command needs it imports when it is run: help and a search need not wait for the indexer or the server.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, Self, TextIO

import click

from search.articles import LANGUAGES, OTHER_LANGUAGE
from search.backends.address import BadAddress, Location, location
from search.errors import UserError
from search.results import MODES, SORTS, Mode, Results, article_json, passage_json
from search.settings import SettingError, Settings
from search.storage import package_version

if TYPE_CHECKING:
    from indexer.build import Summary
    from indexer.preparation import PreparedArticle
    from search.articles import Article
    from search.engine import Engine

#: Exit codes: something was left out or not found to be in order; the command could not be carried out.
PARTLY = 1
FAILED = 2

_SETTINGS_ERROR: str | None = None
try:
    _SETTINGS = Settings.from_environment()
except SettingError as error:
    _SETTINGS, _SETTINGS_ERROR = Settings(), str(error)

Command = Callable[..., Any]


class _Location(click.ParamType[Location]):
    """A directory, or the address of an index in a cluster."""

    name = "directory or address"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Location:
        try:
            found = location(value)
        except BadAddress as error:
            self.fail(str(error), param, context)
        if isinstance(found, Path) and found.is_file():
            self.fail(f"Directory '{found}' is a file.", param, context)
        return found


def _index_option(command: Command) -> Command:
    return click.option(
        "--index",
        type=_Location(),
        default=_SETTINGS.index,
        show_default=True,
        help="Directory of the index, or qdrant://HOST:PORT/COLLECTION (IZDE_INDEX).",
    )(command)


def _json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


class _Commands(click.Group):
    """Turns the errors a user can mend into one line on stderr and exit code 2."""

    def invoke(self, context: click.Context) -> Any:
        if _SETTINGS_ERROR:
            raise click.UsageError(_SETTINGS_ERROR)
        try:
            return super().invoke(context)
        except UserError as error:
            _complain(error)
            context.exit(FAILED)
        except BrokenPipeError:
            raise  # the reader has seen enough: click leaves quietly
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _complain(f"{place}{error.strerror or error}")
            context.exit(FAILED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_version(), prog_name="izde")
def main() -> None:
    """Izde searches articles in Kyrgyz, Kazakh, Russian and English: ask in any, find in all."""


@main.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SOURCE...")
@_index_option
@click.option("--full", is_flag=True, help="Analyse every article again, also unchanged ones.")
@click.option(
    "--glossary",
    type=click.Path(path_type=Path, dir_okay=False),
    default=_SETTINGS.glossary,
    show_default=True,
    help="Terms and names in four languages (IZDE_GLOSSARY).",
)
@click.option("--model", default=_SETTINGS.model, help="Folder or Hugging Face id of another model (IZDE_MODEL).")
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait while another process builds this index.",
)
@click.option(
    "--processes",
    type=click.IntRange(0),
    default=_SETTINGS.processes,
    show_default=True,
    help="Processes that read files; 0: one per core (IZDE_PROCESSES).",
)
@click.option("--shards", type=click.IntRange(1), help="Cluster only: shards of a new index.  [default: one per node]")
@click.option("--replicas", type=click.IntRange(1), help="Cluster only: nodes that hold each shard.  [default: 2]")
@click.option("--part", metavar="I/N", help="Cluster only: do one of N parts; a run without this finishes.")
@click.option("--workers", metavar="ADDRESS", help="Cluster only: Dask scheduler whose workers do the work.")
@_json_option
def index(
    sources: tuple[Path, ...],
    index: Location,
    full: bool,
    glossary: Path,
    model: str | None,
    wait: float,
    processes: int,
    as_json: bool,
    **cluster: Any,
) -> None:
    """Make the index hold the articles of files and folders (.txt .md .html .pdf .docx .jsonl).

    Unchanged articles are taken over, changed ones analysed again, deleted ones removed. The index in use
    is replaced when the new one is complete, never before; one in a cluster is changed article by article, and
    replaced with --full. Exit code 1 when something was left out.
    """
    from indexer.build import NothingToIndex
    from indexer.destinations import builder
    from indexer.errors import UnreadableSource
    from search.lock import patiently

    settings = replace(_SETTINGS, index=index, glossary=glossary, model=model, processes=processes)
    make = builder(settings, full=full, **cluster)
    try:
        with _Progress() as shown:
            summary = patiently(lambda: make(sources, shown.name, shown.measure), wait)
    except UnreadableSource as error:
        raise UserError(str(error)) from error
    except NothingToIndex as error:
        _tell_left_out(error.problems)
        _complain(error)
        sys.exit(PARTLY)
    _tell_left_out(summary.problems)
    if as_json:
        _print_json(asdict(summary))
    else:
        click.secho(_in_words(summary), bold=True, err=True)
    sys.exit(PARTLY if summary.problems else 0)


def _tell_left_out(problems: Sequence[str]) -> None:
    for problem in problems:
        click.secho(f"left out  {problem}", fg="yellow", err=True)


def _in_words(summary: Summary) -> str:
    return (
        f"{summary.articles:,} articles, {summary.passages:,} passages, {summary.words:,} words:"
        f" {summary.added:,} added, {summary.changed:,} changed, {summary.unchanged:,} unchanged,"
        f" {summary.removed:,} removed, {len(summary.problems):,} left out"
    )


@main.command()
@click.argument("query")
@_index_option
@click.option(
    "--mode",
    type=click.Choice(MODES),
    default="hybrid",
    show_default=True,
    help="How to find.",
)
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="relevance",
    show_default=True,
    help="Best first, or latest first.",
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice([*LANGUAGES, OTHER_LANGUAGE]),
    help="Only passages in it.",
)
@click.option("--year-from", type=int, help="Only articles of this year or later.")
@click.option("--year-to", type=int, help="Only articles of this year or earlier.")
@click.option("--author", help="Only articles by this author.")
@click.option("--article", help="Only this article, by its id.")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="Hits to show.")
@click.option("--offset", type=click.IntRange(0), default=0, show_default=True, help="Hits to skip.")
@click.option("--per-article", type=click.IntRange(0), default=0, help="Hits of one article at most; 0: no limit.")
@_json_option
def search(query: str, index: Location, as_json: bool, languages: tuple[str, ...], **options: Any) -> None:
    """Find passages that answer QUERY, by word and by meaning, in all four languages."""
    from search.engine import Engine

    results = Engine.open(index).search(query, languages=languages, **options)
    if as_json:
        _print_json(results.to_json())
    else:
        _show(results)


@main.command()
@_index_option
@click.option("--host", default=_SETTINGS.host, show_default=True, help="Address to listen at (IZDE_HOST).")
@click.option("--port", type=int, default=_SETTINGS.port, show_default=True, help="Port to listen at (IZDE_PORT).")
def serve(index: Location, host: str, port: int) -> None:
    """Serve the search page and the API; a new index is taken up without a restart."""
    from webapp.server import serve as run

    run(replace(_SETTINGS, index=index, host=host, port=port))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--explain", is_flag=True, help="Each change that repair made to the text, with its rule.")
@_json_option
def extract(file: Path, explain: bool, as_json: bool) -> None:
    """Show what the indexer makes of one FILE: its passages, with language and page, or what it repaired."""
    from indexer import readers
    from indexer.errors import UnreadableSource
    from indexer.preparation import prepare

    items = list(readers.read(file, file))
    problems = [item for item in items if isinstance(item, UnreadableSource)]
    articles = [(item, prepare(item)) for item in items if not isinstance(item, UnreadableSource)]
    if as_json:
        extracted = [
            _extracted_json(prepared) | (_explained_json(read, prepared) if explain else {})
            for read, prepared in articles
        ]
        _print_json({"articles": extracted, "problems": [str(problem) for problem in problems]})
    else:
        for read, prepared in articles:
            click.secho(prepared.article.title, bold=True)
            if explain:
                _show_changes(read)
            else:
                _show_passages(prepared)
    for problem in problems:
        _complain(problem)
    sys.exit(FAILED if problems and not articles else PARTLY if problems else 0)


def _extracted_json(prepared: PreparedArticle) -> dict[str, Any]:
    return {
        **article_json(prepared.article),
        "keywords": list(prepared.article.keywords),
        "text": prepared.article.text,
        "passages": [passage_json(passage) for passage in prepared.passages],
    }


def _explained_json(read: Article, prepared: PreparedArticle) -> dict[str, Any]:
    """The text as read, what was changed in it, and the passages with their place in it."""
    from indexer.explanation import changes, raw_span, summary
    from indexer.repair import repair

    repaired, found = repair(read.text, read.pages), changes(read.text, read.pages)
    spans = [raw_span(repaired, passage.start, passage.end) for passage in prepared.passages]
    return {
        "raw": read.text,
        "passages": [
            {**passage_json(passage), "raw_start": start, "raw_end": end}
            for passage, (start, end) in zip(prepared.passages, spans, strict=True)
        ],
        "changes": [asdict(change) for change in found],
        "summary": [asdict(count) for count in summary(found)],
    }


def _show_passages(prepared: PreparedArticle) -> None:
    for passage in prepared.passages:
        page = f"  page {passage.page}" if passage.page else ""
        click.secho(f"\n{passage.id}  {passage.language}{page}", fg="cyan")
        click.echo(passage.text)


def _show_changes(read: Article) -> None:
    from indexer.explanation import changes, explained

    for line in explained(changes(read.text, read.pages)):
        click.echo(line)


@main.command()
@click.option("--language", type=click.Choice(LANGUAGES), required=True, help="Language of the words.")
@click.option("--explain", is_flag=True, help="Every reading of each word, the best first.")
@_json_option
def analyze(language: str, explain: bool, as_json: bool) -> None:
    """Lemmas of the words on stdin, one a line: form, tab, lemmas divided by |, the best first."""
    from search.languages.analysis import lemmatizer
    from search.languages.explanation import explained, readings
    from search.languages.tokens import fold

    lemmas = lemmatizer(language)
    words = ((form, fold(form.strip())) for form in _lines(sys.stdin.buffer) if form.strip())
    if as_json:
        _print_json(
            [
                {"form": form, "lemmas": list(lemmas(word))}
                | ({"readings": [asdict(each) for each in readings(word, language)]} if explain else {})
                for form, word in words
            ]
        )
        return
    for form, word in words:
        click.echo(explained(form, readings(word, language)) if explain else f"{form}\t{'|'.join(lemmas(word))}")


@main.command()
@_index_option
@_json_option
def stats(index: Location, as_json: bool) -> None:
    """Say what the index holds and what built it."""
    from search.engine import Engine

    found = asdict(Engine.open(index).stats())
    if as_json:
        _print_json(found)
        return
    for name, value in found.items():
        shown = ", ".join(f"{key} {count:,}" for key, count in value.items()) if isinstance(value, dict) else value
        click.echo(f"{name:<11} {shown:,}" if isinstance(shown, int) else f"{name:<11} {shown}")


@main.command()
@_index_option
@_json_option
def verify(index: Location, as_json: bool) -> None:
    """Check all that the index holds against its checksums. Exit code 1 when something is damaged."""
    from search.backends import store

    with _Progress() as shown:
        problems = store(index).problems(shown.count)
    if not as_json:
        for problem in problems:
            click.secho(problem, fg="red", err=True)
    remedy = "rebuild with: izde index SOURCE --full" if isinstance(index, Path) else "what to do is in docs/scaling.md"
    text = f"{len(problems)} not as they should be; {remedy}" if problems else "everything is whole"
    _answer(as_json, {"ok": not problems, "problems": problems}, text)
    sys.exit(PARTLY if problems else 0)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_index_option
@_json_option
def backup(file: Path, index: Location, as_json: bool) -> None:
    """Write the index to FILE, which can be restored anywhere; an index in use and under construction can be, too."""
    from search.backup import back_up

    with _Progress() as shown:
        made = back_up(_directory(index), file, shown.megabytes)
    text = f"{made.file}: {made.articles:,} articles, {made.bytes:,} bytes, generation {made.generation}"
    _answer(as_json, asdict(made), text)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_index_option
@click.option("--force", is_flag=True, help="Also where the index is later than the backup.")
@_json_option
def restore(file: Path, index: Location, force: bool, as_json: bool) -> None:
    """Verify the backup FILE and make the index what it was then; a server at work takes it up."""
    from search.restoring import restore as bring_back

    with _Progress() as shown:
        restored = bring_back(file, _directory(index), force=force, progress=shown.megabytes)
    text = f"{restored.index}: {restored.articles:,} articles, generation {restored.generation}"
    _answer(as_json, asdict(restored), text)


@main.command()
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True), default="-")
@_index_option
def export(file: TextIO, index: Location) -> None:
    """Write the articles of the index to FILE, or to the output, one a line: a .jsonl source for another index."""
    from search.engine import Engine

    for article in Engine.open(index).articles():
        file.write(_as_source(article) + "\n")


def _directory(index: Location) -> Path:
    """The directory of an index; raises `UserError` for one in a cluster."""
    if isinstance(index, Path):
        return index
    raise UserError(f"{index} is in a cluster, which has snapshots of its own: see docs/scaling.md")


def _as_source(article: Article) -> str:
    """An article as a line of a .jsonl source."""
    names = ("id", "title", "text", "language", "url", "authors", "year", "keywords")
    fields = asdict(article)
    return json.dumps({name: fields[name] for name in names}, ensure_ascii=False)


@main.command("eval")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_index_option
@click.option("--mode", "modes", multiple=True, type=click.Choice(MODES), help="Only this.")
@click.option("--model", help="Folder or Hugging Face id of another model, to compare: the index is made anew with it.")
@_json_option
def evaluate(file: Path, index: Location, modes: tuple[Mode, ...], model: str | None, as_json: bool) -> None:
    """Measure nDCG@10, MRR@10 and recall@50 by language pair for the judged queries of FILE."""
    from search.engine import Engine
    from search.evaluation import evaluate as measure
    from search.evaluation import read_judgements

    engine, judged = Engine.open(index), read_judgements(file)
    with TemporaryDirectory() as folder:
        if model:
            engine = _with_model(engine, model, Path(folder))
        measured = {mode: measure(engine, judged, mode) for mode in modes or MODES}
    if as_json:
        _print_json({mode: [asdict(row) for row in rows] for mode, rows in measured.items()})
        return
    click.echo("mode      query  passage  queries  nDCG@10 (95 %)      MRR@10 (95 %)       recall@50 (95 %)")
    for mode, rows in measured.items():
        for row in rows:
            measures = (row.ndcg, row.mrr, row.recall)
            means = "  ".join(f"{each.value:.3f} ({each.low:.2f}–{each.high:.2f})" for each in measures)
            click.echo(f"{mode:<9} {row.query_language:<6} {row.passage_language:<8} {row.queries:>7}  {means}")


def _with_model(engine: Engine, model: str, folder: Path) -> Engine:
    """An engine over the same articles with the vectors of another model."""
    from indexer.build import build
    from search.encoder import load_encoder
    from search.engine import Engine

    source, encoder = folder / "articles.jsonl", load_encoder(model)
    with open(source, "w", encoding="utf-8") as stream:
        stream.writelines(_as_source(article) + "\n" for article in engine.articles())
    build([source], folder / "index", encoder)
    return Engine.open(folder / "index", encoder)


def _lines(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream; raises `UserError` for one that is not UTF-8."""
    for number, line in enumerate(stream, 1):
        try:
            yield line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise UserError(f"line {number} of the input is not UTF-8 text; convert it first") from None


class _Progress:
    """A bar over the bytes read or written, with rate and remaining time, on stderr where that is a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        console = Console(stderr=True)
        # A file may be called what would be markup.
        name = TextColumn("{task.description}", markup=False)
        columns = (name, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("reading", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def name(self, done: int, total: int, name: str) -> None:
        """Show the file at hand and how many there are, or, with an empty name, that all are read."""
        self._describe(f"{done}/{total} {name}" if name else "")

    def measure(self, done: int, total: int) -> None:
        """Show how many bytes are done."""
        self._bar.update(self._task, completed=done, total=total)

    def count(self, done: int, total: int) -> None:
        """Show how much is done where it is not bytes."""
        self.measure(done, total)
        self._describe("checking")

    def megabytes(self, done: int, total: int, name: str) -> None:
        """Show how many megabytes are done, and the file at hand as `name` does."""
        self.measure(done << 20, total << 20)
        self._describe(name)

    def _describe(self, text: str) -> None:
        printable = "".join(each if each.isprintable() else "?" for each in text)
        self._bar.update(self._task, description=printable or "writing the index")


#: How the kinds of marks look.
_STYLES = {"exact": "bold black on yellow", "lemma": "bold yellow", "meaning": "underline cyan"}


def _show(results: Results) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    if results.searched != results.text:
        console.print(f"searched for: {results.searched}", markup=False, style="italic")
    if results.did_you_mean:
        console.print(f"did you mean: {results.did_you_mean}", markup=False, style="italic")
    for hit in results.hits:
        article, passage = hit.article, hit.passage
        source = ", ".join(filter(None, [*article.authors, str(article.year or "")]))
        page = f", page {passage.page}" if passage.page else ""
        console.print(f"\n{hit.rank}. {article.title}", style="bold", markup=False)
        console.print(f"   {passage.language}  {passage.id}{page}  {source}", style="dim", markup=False)
        text = Text(passage.text)
        for mark in hit.highlights:
            text.stylize(_STYLES[mark.kind], mark.start, mark.end)
        console.print(text)
    console.print(f"\n{results.total:,} passages found in {results.took_ms:.0f} ms", style="dim")


def _complain(problem: object) -> None:
    click.secho(f"izde: {problem}", fg="red", err=True)


def _answer(as_json: bool, document: Any, text: str) -> None:
    """Print one or the other."""
    if as_json:
        _print_json(document)
    else:
        click.echo(text)


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
