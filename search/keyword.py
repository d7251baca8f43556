"""The Whoosh index: which passages meet a condition, and which word was probably meant.

Every text field holds, at each word's position, the word's exact form ("=" in front) and its lemma
keys, so that one field answers phrases in any form, wildcards and fuzzy words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import fields, index, query
from whoosh.analysis import Analyzer, Token

from search.languages.analysis import exact_key
from search.storage import IndexProblem

#: Words a wildcard or fuzzy word of a query stands for, at most.
MOST_EXPANSIONS = 200

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
    writer = index.create_in(directory, _schema()).writer(limitmb=256)
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
    """Answers conditions over a generation's passages."""

    def __init__(self, path: Path) -> None:
        try:
            self._reader = index.open_dir(path / _DIRECTORY, readonly=True).reader()
        except Exception as error:  # Whoosh raises many kinds for a damaged file
            raise IndexProblem(
                f"{path / _DIRECTORY} is damaged ({error}); rebuild with: izde index SOURCE --full"
            ) from error

    def meeting(self, condition: query.Query) -> NDArray[np.bool_]:
        """Which passages meet a condition; shape (passages,).

        Passages are only collected here, never scored: Whoosh's scoring matchers can skip without end.
        """
        found = np.zeros(self._reader.doc_count_all(), np.bool_)
        with self._searcher() as searcher:
            numbers = np.fromiter(searcher.docs_for_query(condition), np.int64)
        found[numbers] = True
        return found

    def expansions(self, condition: query.Query) -> Iterator[tuple[str, list[str]]]:
        """The wildcards and fuzzy words of a condition, each with the keys it stands for."""
        for leaf in condition.leaves():
            if isinstance(leaf, query.Prefix | query.Wildcard | query.FuzzyTerm):
                found = islice(leaf._btexts(self._reader), MOST_EXPANSIONS)
                yield leaf.text.lstrip("="), [each.decode("utf-8") for each in found]

    def correction(self, form: str) -> str | None:
        """The most frequent word of the passages within one or two letters of `form`, None when there is none."""
        key = exact_key(form)
        for distance in range(1, 3 if len(form) > 5 else 2):
            near = set(self._reader.terms_within("text", key, distance, prefix=2))
            if near:
                return max(sorted(near), key=lambda each: self._reader.doc_frequency("text", each)).removeprefix("=")
        return None

    def _searcher(self) -> Any:
        from whoosh.searching import Searcher

        return Searcher(self._reader, fromindex=None)


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
