"""The Whoosh index: which passages meet a condition.

Every text field holds, at each word's position, the word's exact form ("=" in front) and its lemma
keys, so that one field answers phrases in any form, wildcards and fuzzy words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import fields, index, query
from whoosh.analysis import Analyzer, Token

from search.storage import IndexProblem

#: Words of a wildcard or fuzzy word that rank and are marked, at most.
MOST_EXPANSIONS = 200

#: Parts of a query that stand for many words.
_MANY_WORDS = (query.Prefix, query.Wildcard, query.FuzzyTerm)

_DIRECTORY = "keyword"


class _KeyAnalyzer(Analyzer):  # type: ignore[misc]
    """Reads keys that are made already: words are divided by spaces, the keys of one word by tabs."""

    def __call__(self, value: str, **options: Any) -> Iterator[Token]:
        token = Token(positions=True)
        for position, keys in enumerate(value.split(" ")):
            for key in keys.split("\t"):
                token.text, token.pos, token.boost, token.stopped = key, position, 1.0, False
                yield token


@dataclass(frozen=True, slots=True)
class KeywordEntry:
    """A passage as Whoosh indexes it: for each text field the keys of each word in order."""

    article: str
    language: str
    year: int | None
    text: Sequence[Sequence[str]]
    title: Sequence[Sequence[str]]
    author: Sequence[Sequence[str]]
    keywords: Sequence[Sequence[str]]


def write_keyword_index(path: Path, entries: Iterable[KeywordEntry]) -> None:
    """Write the Whoosh index of a generation; entries come in the order of their passage numbers."""
    directory = path / _DIRECTORY
    directory.mkdir()
    writer = index.create_in(str(directory), _schema()).writer(limitmb=256)
    for entry in entries:
        writer.add_document(
            article=entry.article,
            language=entry.language,
            year=entry.year,
            text=_joined(entry.text),
            title=_joined(entry.title),
            author=_joined(entry.author),
            keywords=_joined(entry.keywords),
        )
    # One segment keeps Whoosh's document numbers equal to passage numbers.
    writer.commit(optimize=True)


class KeywordIndex:
    """Answers conditions over a generation's passages. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        try:
            self._searcher = index.open_dir(str(path / _DIRECTORY), readonly=True).searcher()
        except Exception as error:  # Whoosh raises many kinds for a damaged file
            raise IndexProblem(
                f"{path / _DIRECTORY} is damaged ({error}); rebuild with: izde index SOURCE --full"
            ) from error
        self._reader = self._searcher.reader()
        # Whoosh keeps state while it reads.
        self._lock = Lock()

    def meeting(self, condition: query.Query) -> NDArray[np.bool_]:
        """Which passages meet a condition; shape (passages,).

        Whoosh answers single words and phrases, and what they add up to is worked out here on masks: its matchers
        of many words are slow, and those that score can skip without end.
        """
        with self._lock:
            return self._mask(condition)

    def expansions(self, condition: query.Query) -> list[tuple[str, list[str]]]:
        """The wildcards and fuzzy words that a condition demands, each with the keys it stands for."""
        with self._lock:
            return [
                (leaf.text.removeprefix("="), list(islice(self._words(leaf), MOST_EXPANSIONS)))
                for leaf in _demanded(condition)
            ]

    def _mask(self, condition: query.Query) -> NDArray[np.bool_]:
        if isinstance(condition, query.Every):
            return np.ones(self._reader.doc_count_all(), np.bool_)
        if isinstance(condition, query.Not):
            return ~self._mask(condition.query)
        if isinstance(condition, query.And):
            return np.logical_and.reduce([self._mask(each) for each in condition])
        if isinstance(condition, query.Or):
            return np.logical_or.reduce([self._mask(each) for each in condition])
        found = np.zeros(self._reader.doc_count_all(), np.bool_)
        for passages in self._passages(condition):
            found[np.fromiter(passages, np.int64)] = True
        return found

    def _passages(self, leaf: query.Query) -> Iterator[Iterable[int]]:
        """The numbers of the passages that hold a word, any word of a wildcard, or a phrase."""
        if isinstance(leaf, _MANY_WORDS):
            for key in self._words(leaf):
                yield self._reader.postings(leaf.fieldname, key).all_ids()
        elif not isinstance(leaf, query.Term):
            yield self._searcher.docs_for_query(leaf)
        elif (leaf.fieldname, leaf.text) in self._reader:
            yield self._reader.postings(leaf.fieldname, leaf.text).all_ids()

    def _words(self, leaf: query.Query) -> Iterator[str]:
        """The keys in the passages that a wildcard or fuzzy word stands for."""
        for _, key in leaf.expanded_terms(self._reader):
            yield key if isinstance(key, str) else key.decode("utf-8")


def _demanded(condition: query.Query) -> Iterator[query.Query]:
    """The wildcards and fuzzy words of a condition that are not excluded."""
    if isinstance(condition, query.And | query.Or):
        for each in condition:
            yield from _demanded(each)
    elif isinstance(condition, _MANY_WORDS):
        yield condition


def _schema() -> fields.Schema:
    def keys() -> fields.TEXT:
        return fields.TEXT(analyzer=_KeyAnalyzer(), phrase=True)

    return fields.Schema(
        article=fields.ID,
        language=fields.ID,
        year=fields.NUMERIC(int),
        text=keys(),
        title=keys(),
        author=keys(),
        keywords=keys(),
    )


def _joined(words: Sequence[Sequence[str]]) -> str | None:
    return " ".join("\t".join(keys) for keys in words) or None
