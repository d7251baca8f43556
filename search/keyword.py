"""The Whoosh index: which passages meet a condition, and which word was probably meant.

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

from search.languages.analysis import exact_key
from search.storage import IndexProblem

#: Words a wildcard or fuzzy word of a query stands for, at most.
MOST_EXPANSIONS = 200

#: A longer word is not corrected: the work grows with its length, and nobody mistypes an address of a page.
LONGEST_CORRECTED = 40

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

        Passages are only collected here, never scored: Whoosh's scoring matchers can skip without end.
        """
        found = np.zeros(self._reader.doc_count_all(), np.bool_)
        with self._lock:
            found[np.fromiter(self._searcher.docs_for_query(condition), np.int64)] = True
        return found

    def expansions(self, condition: query.Query) -> list[tuple[str, list[str]]]:
        """The wildcards and fuzzy words that a condition demands, each with the keys it stands for."""
        with self._lock:
            return [(leaf.text.removeprefix("="), self._words(leaf)) for leaf in _demanded(condition)]

    def correction(self, form: str) -> str | None:
        """The most frequent word of the passages within one or two letters of `form`, None when there is none."""
        if len(form) > LONGEST_CORRECTED:
            return None
        key = exact_key(form)
        with self._lock:
            for distance in range(1, 3 if len(form) > 5 else 2):
                near = sorted(self._reader.terms_within("text", key, distance, prefix=2))
                if near:
                    best = max(near, key=lambda each: self._reader.doc_frequency("text", each))
                    return str(best.removeprefix("="))
        return None

    def _words(self, leaf: query.Query) -> list[str]:
        """The keys in the passages that a wildcard or fuzzy word stands for."""
        found = islice(leaf.expanded_terms(self._reader), MOST_EXPANSIONS)
        return [key if isinstance(key, str) else key.decode("utf-8") for _, key in found]


def _demanded(condition: query.Query) -> Iterator[query.Query]:
    """The wildcards and fuzzy words of a condition that are not excluded."""
    if isinstance(condition, query.And | query.Or):
        for each in condition:
            yield from _demanded(each)
    elif isinstance(condition, query.Prefix | query.Wildcard | query.FuzzyTerm):
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
