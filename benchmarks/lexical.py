"""The engines that Izde's keyword ranking is held against, each given the same tokens."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Passages as lists of tokens, in batches.
Batches = Iterable[Sequence[Sequence[str]]]

#: The numbers of the ten passages that answer an OR of some tokens best.
Search = Callable[[Sequence[str]], Sequence[int]]

TOP = 10

#: Memory that an engine which asks may write with.
_WRITER_BYTES = 512_000_000

#: Izde's own parameters of BM25, where an engine takes them.
_K1, _B = 1.2, 0.5


@dataclass(frozen=True, slots=True)
class Lexical:
    """An engine: `build` makes an index of passages at a path, `open` opens it; `most` is for how many it is asked."""

    build: Callable[[Batches, Path], None]
    open: Callable[[Path], Search]
    most: int = 1_000_000_000


def _numbered(batches: Batches) -> Iterator[tuple[int, str]]:
    number = 0
    for batch in batches:
        for tokens in batch:
            yield number, " ".join(tokens)
            number += 1


def _build_whoosh(batches: Batches, path: Path) -> None:
    from whoosh import fields, index
    from whoosh.analysis import SpaceSeparatedTokenizer

    path.mkdir()
    schema = fields.Schema(
        number=fields.STORED, text=fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False, stored=False)
    )
    writer = index.create_in(path, schema).writer(limitmb=256)
    for number, text in _numbered(batches):
        writer.add_document(number=number, text=text)
    writer.commit()


def _open_whoosh(path: Path) -> Search:
    from whoosh import index, query, scoring

    searcher = index.open_dir(path).searcher(weighting=scoring.BM25F(B=_B, K1=_K1))

    def search(tokens: Sequence[str]) -> Sequence[int]:
        found = searcher.search(query.Or([query.Term("text", token) for token in tokens]), limit=TOP)
        return [hit["number"] for hit in found]

    return search


def _tantivy_schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=True)
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _build_tantivy(batches: Batches, path: Path) -> None:
    import tantivy

    path.mkdir()
    index = tantivy.Index(_tantivy_schema(), str(path))
    writer = index.writer(_WRITER_BYTES)
    for number, text in _numbered(batches):
        document = tantivy.Document()
        document.add_unsigned("number", number)
        document.add_text("text", text)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _open_tantivy(path: Path) -> Search:
    import tantivy

    schema = _tantivy_schema()
    searcher = tantivy.Index.open(str(path)).searcher()

    def search(tokens: Sequence[str]) -> Sequence[int]:
        parts = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", token, "freq")) for token in tokens]
        found = searcher.search(tantivy.Query.boolean_query(parts), TOP, count=False)
        return [searcher.doc(address)["number"][0] for _, address in found.hits]

    return search


def _build_bm25s(batches: Batches, path: Path) -> None:
    import bm25s

    retriever = bm25s.BM25(k1=_K1, b=_B, method="lucene", backend="numba")
    retriever.index([tokens for batch in batches for tokens in batch], show_progress=False)
    retriever.save(path, show_progress=False)


def _open_bm25s(path: Path) -> Search:
    import bm25s

    retriever = bm25s.BM25.load(path, mmap=True, show_progress=False)

    def search(tokens: Sequence[str]) -> Sequence[int]:
        found, scores = retriever.retrieve([list(tokens)], k=TOP, show_progress=False)
        return [number for number, score in zip(found[0].tolist(), scores[0].tolist(), strict=True) if score > 0]

    return search


def _build_fts5(batches: Batches, path: Path) -> None:
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -256000;")
    database.execute(
        "CREATE VIRTUAL TABLE passages USING"
        " fts5(text, content='', detail=column, tokenize='unicode61 remove_diacritics 0')"
    )
    with database:
        database.executemany("INSERT INTO passages (rowid, text) VALUES (?, ?)", _numbered(batches))
        database.execute("INSERT INTO passages (passages) VALUES ('optimize')")
    database.close()


def _open_fts5(path: Path) -> Search:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)

    def search(tokens: Sequence[str]) -> Sequence[int]:
        wanted = " OR ".join(f'"{token}"' for token in tokens)
        rows = database.execute(
            "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?", (wanted, TOP)
        )
        return [number for (number,) in rows]

    return search


ENGINES = {
    "tantivy": Lexical(_build_tantivy, _open_tantivy),
    "bm25s": Lexical(_build_bm25s, _open_bm25s),
    "fts5": Lexical(_build_fts5, _open_fts5),
    "whoosh": Lexical(_build_whoosh, _open_whoosh, most=20_000),
}
