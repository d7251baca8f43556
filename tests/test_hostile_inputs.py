"""Files made to bring their reader down cost themselves only, within bounds of time and memory."""

from __future__ import annotations

import io
import os
import random
import resource
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from indexer import readers
from indexer.build import Summary, build
from indexer.errors import UnreadableSource
from indexer.readers import jsonl
from indexer.repair import repair
from indexer.workers import Limits
from search.encoder import Encoder
from search.engine import Engine
from search.query import QueryError
from search.syntax import parse
from search.verification import verify

WATER = "Сырдария өзенінің суы егін суаруға қажет."

#: What a hostile file may take in these tests: short, since most are told to be hostile by nothing else.
LIMITS = Limits(seconds=15.0, seconds_per_megabyte=0.5, memory=2 << 30)

#: How many cases a fuzzing test runs: 60 seconds for all of them together.
CASES = int(os.environ.get("FUZZING_CASES", "500"))

fuzzed = settings(
    max_examples=CASES,
    deadline=timedelta(seconds=20),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
    database=None,
)


def _docx(*paragraphs: str) -> bytes:
    document, stream = docx.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(stream)
    return stream.getvalue()


def _with_parts(parts: dict[str, bytes]) -> bytes:
    """A Word document with some of its parts replaced, or with more of them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_docx(WATER))) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts.get(name) or old.read(name))
    return stream.getvalue()


_BODY = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'


def _zip_bomb() -> bytes:
    return _with_parts({"word/document.xml": _BODY % (b"<w:p><w:r><w:t>su</w:t></w:r></w:p>" * 8_000_000)})


def _many_parts() -> bytes:
    return _with_parts({f"word/media/{number}.png": b"x" for number in range(20_000)})


def _nested_docx() -> bytes:
    return _with_parts({"word/document.xml": _BODY % (b"<w:p><w:r>" * 50_000 + b"</w:r></w:p>" * 50_000)})


def _billion_laughs() -> bytes:
    entities = [b'<!ENTITY a0 "ha">', *(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))]
    laughs = b"<!DOCTYPE lolz [" + b"".join(entities) + b"]>"
    return _with_parts({"word/document.xml": laughs + _BODY % b"<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>"})


def _nested_html(depth: int = 100_000) -> bytes:
    return b"<html><body>" + b"<div>" * depth + b"deep" + b"</div>" * depth


def _pdf(*objects: bytes) -> bytes:
    numbered = (b"%d 0 obj %s endobj\n" % (number, each) for number, each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + b"".join(numbered) + b"trailer <</Root 1 0 R>>\n%%EOF\n"


_CATALOG = b"<</Type /Catalog /Pages 2 0 R>>"
_PAGE = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents %d 0 R /Resources <<>>>>"


def _cyclic_pdf() -> bytes:
    tree = b"<</Type /Pages /Kids [3 0 R 2 0 R] /Count 1000000>>"
    return _pdf(_CATALOG, tree, b"<</Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 1000000>>")


def _pdf_of_many_objects() -> bytes:
    return _pdf(_CATALOG, b"<</Type /Pages /Kids [3 0 R] /Count 1>>", _PAGE % 4, *[b"<</Next 5 0 R>>"] * 200_000)


def _pdf_of_broken_streams() -> bytes:
    streams = [
        b"<</Length %d /Filter /FlateDecode>> stream\n%s\nendstream" % (size, random.Random(size).randbytes(size))
        for size in range(1, 2_000, 10)
    ]
    pages = [_PAGE % (3 + len(streams) + at) for at in range(len(streams))]
    kids = b" ".join(b"%d 0 R" % (3 + at) for at in range(len(pages)))
    return _pdf(_CATALOG, b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, len(pages)), *pages, *streams)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip bomb.docx": _zip_bomb,
    "many parts.docx": _many_parts,
    "nested.docx": _nested_docx,
    "billion laughs.docx": _billion_laughs,
    "nested.html": _nested_html,
    "unclosed.html": lambda: b"<b>" * 300_000 + b"deep",
    "cycles.pdf": _cyclic_pdf,
    "many objects.pdf": _pdf_of_many_objects,
    "broken streams.pdf": _pdf_of_broken_streams,
    "nested.jsonl": lambda: b'{"id": ' + b"[" * 200_000 + b"]" * 200_000 + b"}\n",
    "nested quotes.md": lambda: b">" * 100_000 + b" deep",
    "yaml.md": lambda: b"---\na: &a [x]\n" + b"".join(
        b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(9)
    ) + b"title: *j\n---\ndeep\n",
    "letters.txt": lambda: "".join(map(chr, range(0x10000, 0x18000))).encode(),
    "one word.txt": lambda: b"a" * 5_000_000,
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good article."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "good.txt").write_text(WATER, "utf-8")
    return articles


@contextmanager
def _measured() -> Iterator[list[float]]:
    """Seconds, and megabytes that this process grew by."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = [0.0, 0.0]
    yield figures
    figures[:] = time.monotonic() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def _indexed(folder: Path, index: Path, encoder: Encoder) -> Summary:
    """Index a folder within bounds; the good article is in the index, which is whole."""
    with _measured() as figures:
        summary = build([folder], index, encoder, limits=LIMITS)
    seconds, megabytes = figures
    assert seconds < 60
    assert megabytes < 700
    assert verify(index) == []
    assert "good" in {article.id for article in Engine.open(index, encoder).articles()}
    assert [problem for problem in summary.problems if "; " not in problem] == [], "a message says what to do"
    assert [problem for problem in summary.problems if "\n" in problem] == []
    return summary


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_itself_only(name: str, folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    (folder / name).write_bytes(HOSTILE[name]())
    summary = _indexed(folder, tmp_path / "index", encoder)
    assert summary.articles + len(summary.problems) == 2
    if name.startswith(("zip", "many parts", "billion", "cycles", "nested.jsonl")):
        assert [problem.partition(":")[0] for problem in summary.problems] == [name]


def test_a_gigabyte_of_nothing_is_not_read(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    for name in ("zeros.txt", "zeros.jsonl"):
        with open(folder / name, "wb") as file:
            file.truncate(1 << 30)
    assert _indexed(folder, tmp_path / "index", encoder).problems == (
        "zeros.jsonl:1: the line is longer than 64 MB; divide the article",
        "zeros.txt: it has 1,024 MB, more than the 64 MB of a file in its format; divide it into articles",
    )


def test_a_long_line_costs_itself_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 100)
    monkeypatch.setattr(jsonl, "AT_ONCE", 120)
    rows = [b'{"id": "%d", "text": "%s"}' % (n, b"x" * (300 if n in (2, 5) else 20)) for n in range(6)]
    file = folder / "a.jsonl"
    file.write_bytes(b"\n".join(rows))
    items = list(readers.read(file, folder))
    read = [str(item) if isinstance(item, UnreadableSource) else item.id for item in items]
    problem = "a.jsonl:{}: the line is longer than 0 MB; divide the article"
    assert read == ["0", "1", problem.format(3), "3", "4", problem.format(6)]


@pytest.mark.parametrize(("spare", "read"), [(0, ["0", "1", "2"]), (1, ["a.jsonl:1", "1", "a.jsonl:3"])])
def test_the_longest_line(spare: int, read: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [b'{"id": "%d", "text": "%s"}\n' % (n, b"x" * size) for n, size in enumerate((76, 20, 77))]
    assert [len(row) for row in rows] == [100, 44, 101]
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 100 - spare)
    file = folder / "a.jsonl"
    file.write_bytes(b"".join(rows)[:-1])
    items = readers.read(file, folder)
    assert [str(item).partition(": ")[0] if isinstance(item, UnreadableSource) else item.id for item in items] == read


@pytest.mark.slow
def test_fifty_megabytes_in_one_line(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    (folder / "long.txt").write_text((WATER[:-1] + " ") * 650_000, "utf-8")
    summary = _indexed(folder, tmp_path / "index", encoder)
    assert len(summary.problems) == 1
    assert summary.problems[0].startswith("long.txt: reading it takes more than ")


def test_names_of_any_bytes(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    names = (b"two\nlines.txt", b"\xff\xfe bytes.txt", "😀🏔.txt".encode(), b"[bold].txt", b"\x1b[31mred.txt")
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(folder), name))).write_text(WATER, "utf-8")
        Path(os.fsdecode(os.path.join(os.fsencode(folder), name[:-3] + b"pdf"))).write_bytes(b"no pdf")
    summary = _indexed(folder, tmp_path / "index", encoder)
    assert summary.articles == 1 + len(names)
    assert sorted(problem.partition(": ")[0] for problem in summary.problems) == sorted(
        ("two\\nlines.pdf", "\\udcff\\udcfe bytes.pdf", "😀🏔.pdf", "[bold].pdf", "\\x1b[31mred.pdf")
    )
    assert _indexed(folder, tmp_path / "index", encoder).unchanged == 1 + len(names)


def test_what_is_no_file(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "to a pipe.txt").symlink_to(folder / "pipe.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "itself.txt").symlink_to("itself.txt")
    (folder / "there.txt").symlink_to("back.txt")
    (folder / "back.txt").symlink_to("there.txt")
    (folder / "above").symlink_to(folder)
    (folder / "folder.pdf").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(folder / "socket.txt"))
        summary = _indexed(folder, tmp_path / "index", encoder)
    assert sorted(summary.problems) == [
        "back.txt: too many levels of symbolic links; check the file",
        "itself.txt: too many levels of symbolic links; check the file",
        "there.txt: too many levels of symbolic links; check the file",
        "to a pipe.txt: it is a pipe or a device; copy what it gives into a file",
        "zero.txt: it is a pipe or a device; copy what it gives into a file",
    ]


def test_a_pipe_given_as_source_is_not_waited_for(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    summary = build([folder, tmp_path / "pipe.jsonl"], tmp_path / "index", encoder)
    assert summary.problems == ("pipe.jsonl: it is a pipe or a device; copy what it gives into a file",)


def test_letters_without_a_name_cost_nothing(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    (folder / "tangut.txt").write_text(
        "Торговля людьми является преступлением. Знак \U00017000 в тексте о людях.", "utf-8"
    )
    summary = _indexed(folder, tmp_path / "index", encoder)
    assert (summary.articles, summary.problems) == (2, ())


def test_a_file_that_grows_while_it_is_read(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            with open(folder / "growing.txt", "a", encoding="utf-8") as file:
                file.write(WATER + "\n")
            time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        _indexed(folder, tmp_path / "index", encoder)
    finally:
        done.set()
        writer.join()
    (folder / "growing.txt").write_text("Migrants send money.", "utf-8")
    build([folder], tmp_path / "index", encoder)
    texts = {article.id: article.text for article in Engine.open(tmp_path / "index", encoder).articles()}
    assert texts["growing"] == "Migrants send money."


_PAGES = b"<</Type /Pages /Kids [3 0 R] /Count 1>>"
_STREAM = b"<</Length 40>> stream\nBT /F1 12 Tf 20 100 Td (Hello world) Tj ET\nendstream"
_FONT = b"/Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>"

VALID = {
    "a.txt": f"Суу\n\n{WATER} ə\u0301 тар-\nмак".encode(),
    "a.md": f"---\ntitle: Суу\nyear: 2020\n---\n# Су\n\n- {WATER}\n\n| a | b |\n|---|---|\n| 1 | [x](y) |\n".encode(),
    "a.html": f'<meta charset="utf-8"><meta name="citation_title" content="Су"><article><h1>Су</h1><p>{WATER}</p>'
    "<table><tr><td>1<td>2</table><sup><a href='#1'>1</a></sup></article>".encode(),
    "a.jsonl": f'{{"id": "1", "title": "Су", "text": "{WATER}", "year": 2020, "authors": ["A", "B"]}}\n'.encode(),
    "a.docx": _docx("Суу", WATER),
    "a.pdf": _pdf(_CATALOG, _PAGES, (_PAGE % 4).replace(b"/Resources <<>>", _FONT), _STREAM),
}


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A valid file with some of its bytes replaced, taken out, doubled, or cut off."""
    name = draw(st.sampled_from(sorted(VALID)))
    data = bytearray(VALID[name])
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(("replace", "remove", "double", "cut off", "insert"))):
            case "replace":
                data[at : at + length] = draw(st.binary(min_size=length, max_size=length))
            case "remove":
                del data[at : at + length]
            case "double":
                data[at:at] = data[at : at + length] * draw(st.integers(1, 50))
            case "cut off":
                del data[len(data) - length :]
            case "insert":
                data[at:at] = draw(st.sampled_from(_TOKENS))
    return name, bytes(data)


_TOKENS = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"<![CDATA[", b"<!--", b"</", b"<svg>", b"&#x110000;", b"stream\n",
    b"9999999999", b"-1", b"<<", b">>", b"[", b"]", b"{", b'"', b"\\ud800", b"\n---\n", b"/Kids [2 0 R]", b"PK\x01\x02",
)  # fmt: skip


@fuzzed
@given(case=mutated())
def test_readers_give_articles_or_problems(case: tuple[str, bytes], tmp_path: Path) -> None:
    name, data = case
    file = tmp_path / name
    file.write_bytes(data)
    for item in readers.read(file, tmp_path):
        assert "please report this" not in str(item) if isinstance(item, UnreadableSource) else item.text.strip()
        str(item).encode("utf-8")


_LETTERS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="аəөcеo -\n\t\f\v\xad.,1–—\u0301•«»́", max_size=400),
    st.lists(
        st.sampled_from(["су", "тар-\n", "мак ", "\f", "\n\n", "1 ", "[1]", " - ", "ə", "ВОДА", "p. 3\n"]), max_size=120
    ).map("".join),
)


@fuzzed
@given(text=_LETTERS)
def test_repair_keeps_places_whatever_it_is_given(text: str) -> None:
    repaired = repair(text)
    assert len(repaired.origin) == len(repaired.text) + 1
    assert all(0 <= place <= len(text) for place in repaired.origin)


_QUERIES = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            ["вода", "суу", "AND", "OR", "NOT", "(", ")", '"', "-", "*", "?", "~", "~2", "title:", "author:", "year:",
             "2001..", "[а TO я]", "^2", "\\", "'", "{", "language:ky", "article:", "\0", "+", "energ*", ":", "\ud800"]
        ),
        max_size=30,
    ).map(" ".join),
)  # fmt: skip


@fuzzed
@given(text=_QUERIES)
def test_the_query_parser_takes_anything(text: str) -> None:
    with suppress(QueryError):
        parse(text)


@fuzzed
@given(text=_QUERIES, mode=st.sampled_from(("hybrid", "keyword", "semantic")))
def test_the_engine_answers_anything(text: str, mode: str, engine: Engine) -> None:
    with suppress(QueryError):
        results = engine.search(text, mode=mode)  # type: ignore[arg-type]
        assert len(results.hits) == min(results.total, 10)
