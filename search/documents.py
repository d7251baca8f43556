"""The articles and passages of a generation, in one read-only SQLite file."""

from __future__ import annotations

import errno
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from search.articles import Article, Passage
from search.storage import IndexProblem

_SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, content TEXT NOT NULL, title TEXT NOT NULL,
    authors TEXT NOT NULL, year INTEGER, url TEXT, keywords TEXT NOT NULL, language TEXT, pages TEXT NOT NULL,
    text TEXT NOT NULL, first_passage INTEGER NOT NULL, passages INTEGER NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, article INTEGER NOT NULL, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, page INTEGER
);
CREATE INDEX passages_of_article ON passages (article);
"""

_HEAD = "id, title, authors, year, url, keywords, language, pages"


class DocumentWriter:
    """Writes articles with their passages; both are numbered from 0 in the order they come."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._database = sqlite3.connect(file)
        with self._told():
            self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        self._articles = 0
        self._passages = 0

    def add(self, article: Article, content: str, passages: Iterable[Passage]) -> None:
        """Add an article; `content` is the digest by which a later build knows it is unchanged."""
        rows = [
            (
                self._passages + place,
                self._articles,
                each.ordinal,
                each.start,
                each.end,
                each.language,
                each.text,
                each.page,
            )
            for place, each in enumerate(passages)
        ]
        head = (article.id, content, article.title, _dump(article.authors), article.year, article.url)
        tail = (_dump(article.keywords), article.language, _dump(article.pages), article.text)
        with self._told():
            self._database.execute(
                "INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (self._articles, *head, *tail, self._passages, len(rows)),
            )
            self._database.executemany("INSERT INTO passages VALUES (?,?,?,?,?,?,?,?)", rows)
        self._articles += 1
        self._passages += len(rows)

    def close(self) -> None:
        """Finish the file."""
        with self._told():
            self._database.commit()
            self._database.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's own errors (a full disk, above all) as the `OSError` they come from."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OSError(errno.EIO, str(error), str(self._file)) from error


class Documents:
    """Reads articles and passages by number or id. Safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connections = threading.local()
        self._rows("SELECT 1 FROM articles LIMIT 1")

    def article(self, article_id: str) -> Article | None:
        """An article with its whole text, None when there is none of this id."""
        rows = self._rows(f"SELECT {_HEAD}, text FROM articles WHERE id = ?", article_id)
        return _article(rows[0]) if rows else None

    def head(self, number: int) -> Article:
        """An article without its text."""
        return _article((*self._rows(f"SELECT {_HEAD} FROM articles WHERE number = ?", number)[0], ""))

    def number(self, article_id: str) -> int | None:
        """The number of an article, None when there is none of this id."""
        rows = self._rows("SELECT number FROM articles WHERE id = ?", article_id)
        return int(rows[0][0]) if rows else None

    def passage(self, number: int) -> Passage:
        """The passage of this number."""
        return self._passages("passages.number = ?", number)[0]

    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article in order."""
        return self._passages("articles.id = ?", article_id)

    def heads(self) -> Iterator[tuple[Article, int, int]]:
        """Every article without its text, with the number of its first passage and how many it has."""
        for row in self._rows(f"SELECT first_passage, passages, {_HEAD} FROM articles ORDER BY number"):
            yield _article((*row[2:], "")), row[0], row[1]

    def contents(self) -> dict[str, tuple[str, int]]:
        """Content digest and number of every article, by id."""
        rows = self._rows("SELECT id, content, number FROM articles")
        return {row[0]: (row[1], row[2]) for row in rows}

    def _passages(self, condition: str, value: object) -> list[Passage]:
        rows = self._rows(
            'SELECT articles.id, ordinal, start, "end", passages.language, passages.text, page'
            " FROM passages JOIN articles ON articles.number = passages.article"
            f" WHERE {condition} ORDER BY passages.number",
            value,
        )
        return [Passage(*row) for row in rows]

    def _rows(self, statement: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._connection().execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise IndexProblem(f"{self._file} is damaged ({error}); rebuild with: izde index SOURCE --full") from error

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._connections, "open"):
            self._connections.open = sqlite3.connect(f"{self._file.absolute().as_uri()}?immutable=1", uri=True)
        connection: sqlite3.Connection = self._connections.open
        return connection


def _article(row: tuple) -> Article:  # type: ignore[type-arg]
    article_id, title, authors, year, url, keywords, language, pages, text = row
    lists = {name: tuple(json.loads(value)) for name, value in (("authors", authors), ("keywords", keywords))}
    article = Article(article_id, title, text, year=year, url=url, language=language, **lists)
    return replace(article, pages=tuple(json.loads(pages)))


def _dump(values: Iterable[object]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
