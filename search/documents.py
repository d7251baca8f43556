"""The articles and passages of a generation, in one read-only SQLite file a segment."""

from __future__ import annotations

import errno
import json
import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from search.articles import Article, Passage
from search.chained import bounds_of
from search.index_errors import REMEDY, IndexProblem

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
        with self._told():
            self._database = sqlite3.connect(file)
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Finish the file."""
        with self._told(), closing(self._database):
            self._database.commit()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's own errors (a full disk, above all) as the `OSError` they come from."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OSError(errno.EIO, str(error), str(self._file)) from error


class Documents:
    """Reads the articles and passages of a generation by number or id. Safe to use from several threads.

    Both are numbered on through the segments; articles with a number in `dead` are gone or were written anew later.
    """

    def __init__(self, files: Sequence[Path], dead: Container[int] = ()) -> None:
        self._files = [_File(file) for file in files]
        counts = [file.counts() for file in self._files]
        self._articles = bounds_of([articles for articles, _ in counts]).tolist()
        self._passages = bounds_of([passages for _, passages in counts]).tolist()
        self._dead = dead

    def article(self, article_id: str) -> Article | None:
        """An article with its whole text, None when there is none of this id."""
        found = self._place(article_id)
        return self._files[found[0]].article(found[1]) if found else None

    def head(self, number: int) -> Article:
        """An article without its text."""
        part = bisect_right(self._articles, number) - 1
        return self._files[part].head(number - self._articles[part])

    def number(self, article_id: str) -> int | None:
        """The number of an article, None when there is none of this id."""
        found = self._place(article_id)
        return self._articles[found[0]] + found[1] if found else None

    def passage(self, number: int) -> Passage:
        """The passage of this number."""
        part = bisect_right(self._passages, number) - 1
        return self._files[part].passage(number - self._passages[part])

    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article in order."""
        found = self._place(article_id)
        return self._files[found[0]].passages(found[1]) if found else []

    def heads(self) -> Iterator[tuple[int, Article, int, int]]:
        """Every article without its text: its number, it, the number of its first passage and how many it has."""
        for file, articles, passages in zip(self._files, self._articles, self._passages, strict=False):
            for number, (head, first, count) in enumerate(file.heads(), articles):
                if number not in self._dead:
                    yield number, head, passages + first, count

    def contents(self) -> dict[str, tuple[str, int]]:
        """Content digest and number of every article, by id."""
        return {
            article_id: (content, first + number)
            for file, first in zip(self._files, self._articles, strict=False)
            for article_id, content, number in file.contents()
            if first + number not in self._dead
        }

    def _place(self, article_id: str) -> tuple[int, int] | None:
        """The place of the file an article is in, and its number there; the latest of this id is the only one alive."""
        for part in reversed(range(len(self._files))):
            number = self._files[part].number(article_id)
            if number is not None and self._articles[part] + number not in self._dead:
                return part, number
        return None


class _File:
    """The articles and passages of one segment, by the numbers they have there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        # Opened at once, and one for all threads: a file that is pruned can be read on, but not opened any more.
        self._database = self._opened()

    def counts(self) -> tuple[int, int]:
        """How many articles and passages there are."""
        after_last = "SELECT ifnull(max(number) + 1, 0) FROM"
        (articles,), (passages,) = self._rows(f"{after_last} articles UNION ALL {after_last} passages")
        return articles, passages

    def article(self, number: int) -> Article:
        return _article(self._rows(f"SELECT {_HEAD}, text FROM articles WHERE number = ?", number)[0])

    def head(self, number: int) -> Article:
        return _article((*self._rows(f"SELECT {_HEAD} FROM articles WHERE number = ?", number)[0], ""))

    def number(self, article_id: str) -> int | None:
        rows = self._rows("SELECT number FROM articles WHERE id = ?", article_id)
        return int(rows[0][0]) if rows else None

    def passage(self, number: int) -> Passage:
        return self._passages("passages.number = ?", number)[0]

    def passages(self, article: int) -> list[Passage]:
        return self._passages("passages.article = ?", article)

    def heads(self) -> Iterator[tuple[Article, int, int]]:
        for row in self._rows(f"SELECT first_passage, passages, {_HEAD} FROM articles ORDER BY number"):
            yield _article((*row[2:], "")), row[0], row[1]

    def contents(self) -> list[tuple[Any, ...]]:
        return self._rows("SELECT id, content, number FROM articles")

    def _passages(self, condition: str, value: object) -> list[Passage]:
        rows = self._rows(
            'SELECT articles.id, ordinal, start, "end", passages.language, passages.text, page'
            " FROM passages JOIN articles ON articles.number = passages.article"
            f" WHERE {condition} ORDER BY passages.number",
            value,
        )
        return [Passage(*row) for row in rows]

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def _opened(self) -> sqlite3.Connection:
        try:
            address = f"{self._file.absolute().as_uri()}?immutable=1"
            return sqlite3.connect(address, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def _damaged(self, error: sqlite3.Error) -> IndexProblem:
        return IndexProblem(f"{self._file} is damaged ({error}); {REMEDY}")


def _article(row: tuple[Any, ...]) -> Article:
    article_id, title, authors, year, url, keywords, language, pages, text = row
    return Article(
        article_id,
        title,
        text,
        authors=tuple(json.loads(authors)),
        year=year,
        url=url,
        keywords=tuple(json.loads(keywords)),
        language=language,
        pages=tuple(json.loads(pages)),
    )


def _dump(values: Iterable[object]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
