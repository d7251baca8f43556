"""Language, year, article and authors of every passage: filters and facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.articles import LANGUAGES, OTHER_LANGUAGE, Article
from search.documents import Documents
from search.results import FacetValue

Mask = NDArray[np.bool_]

#: Values a facet lists, at most.
MOST_FACET_VALUES = 50

#: Stands for an unknown year.
NO_YEAR = -1

_CODES = (*LANGUAGES, OTHER_LANGUAGE)


@dataclass(frozen=True, slots=True)
class Filters:
    """What passages are asked for; an empty or None value asks for any."""

    languages: Sequence[str] = ()
    year_from: int | None = None
    year_to: int | None = None
    author: str | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Masks:
    """Which passages pass each filter; a facet ignores its own, so that its other values can be chosen."""

    language: Mask
    year: Mask
    author: Mask
    article: Mask

    @property
    def all(self) -> Mask:
        """Which passages pass every filter."""
        return self.language & self.year & self.author & self.article


class Catalogue:
    """What filters and facets need of a generation's passages."""

    def __init__(self, path: Path, documents: Documents) -> None:
        self._languages: NDArray[np.int8] = np.load(path / "passages.languages.npy", mmap_mode="r")
        self._years: NDArray[np.int16] = np.load(path / "passages.years.npy", mmap_mode="r")
        self._articles: NDArray[np.int32] = np.load(path / "passages.articles.npy", mmap_mode="r")
        self.references: Mask = np.load(path / "passages.references.npy", mmap_mode="r")
        self._documents = documents

    def __len__(self) -> int:
        return len(self._languages)

    @cached_property
    def heads(self) -> list[Article]:
        """Every article without its text, by number."""
        return [head for head, _, _ in self._documents.heads()]

    def article_of(self, passage: int) -> int:
        """The number of a passage's article."""
        return int(self._articles[passage])

    def articles_of(self, passages: NDArray[np.int64]) -> NDArray[np.int32]:
        """The numbers of the articles of some passages; shape (passages,)."""
        return self._articles[passages]

    def languages_of(self, passages: NDArray[np.int64]) -> NDArray[np.int8]:
        """The languages of some passages, as numbers; shape (passages,)."""
        return self._languages[passages]

    def latest_first(self, passages: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places in `passages` by year, latest first, else in their order; those without a year come last."""
        return np.argsort(-self._years[passages].astype(np.int64), kind="stable")

    def in_languages(self, codes: Iterable[str]) -> Mask:
        """Which passages are in one of these languages."""
        return np.isin(self._languages, [_CODES.index(code) for code in codes if code in _CODES])

    def masks(self, filters: Filters) -> Masks:
        """Which passages pass each filter."""
        anything = np.ones(len(self), np.bool_)
        return Masks(
            language=self.in_languages(filters.languages) if filters.languages else anything,
            year=self._in_years(filters.year_from, filters.year_to),
            author=self._of_articles(self._numbers_by(filters.author)) if filters.author else anything,
            article=self._of_articles(self._numbers_of(filters.article)) if filters.article else anything,
        )

    def facets(self, found: Mask, masks: Masks) -> Mapping[str, tuple[FacetValue, ...]]:
        """Counts of the passages found, by language, year (latest first) and author (most first)."""
        in_article = found & masks.article
        languages = np.bincount(self._languages[in_article & masks.year & masks.author], minlength=len(_CODES))
        years = Counter(self._years[in_article & masks.language & masks.author].tolist())
        articles = Counter(self._articles[in_article & masks.language & masks.year].tolist())
        authors: Counter[str] = Counter()
        for number, count in articles.items():
            authors.update(dict.fromkeys(self.heads[number].authors, count))
        return {
            "language": tuple(FacetValue(code, int(n)) for code, n in zip(_CODES, languages, strict=True) if n),
            "year": tuple(
                FacetValue(str(year), years[year]) for year in sorted(years, reverse=True) if year != NO_YEAR
            ),
            "author": tuple(FacetValue(name, count) for name, count in authors.most_common(MOST_FACET_VALUES)),
        }

    def passages_by_language(self) -> dict[str, int]:
        """How many passages each language has."""
        counts = np.bincount(self._languages, minlength=len(_CODES))
        return {code: int(count) for code, count in zip(_CODES, counts, strict=True) if count}

    def articles_by_year(self) -> dict[int, int]:
        """How many articles each year has, earliest first."""
        return dict(sorted(Counter(head.year for head in self.heads if head.year is not None).items()))

    def _in_years(self, first: int | None, last: int | None) -> Mask:
        if first is None and last is None:
            return np.ones(len(self), np.bool_)
        low, high = 0 if first is None else first, 9999 if last is None else last
        return np.asarray((self._years >= low) & (self._years <= high))

    def _of_articles(self, numbers: list[int]) -> Mask:
        return np.isin(self._articles, numbers)

    def _numbers_by(self, author: str) -> list[int]:
        wanted = author.casefold()
        return [n for n, head in enumerate(self.heads) if any(name.casefold() == wanted for name in head.authors)]

    def _numbers_of(self, article_id: str) -> list[int]:
        number = self._documents.number(article_id)
        return [] if number is None else [number]


def write_catalogue(
    path: Path,
    languages: Iterable[str],
    years: Iterable[int | None],
    articles: Iterable[int],
    references: Iterable[bool],
) -> None:
    """Write language, year and article number of every passage, and whether it is a list of references."""
    codes = [_CODES.index(code) if code in _CODES else len(LANGUAGES) for code in languages]
    np.save(path / "passages.languages.npy", np.array(codes, np.int8))
    known = [NO_YEAR if year is None else year for year in years]
    np.save(path / "passages.years.npy", np.array(known, np.int16))
    np.save(path / "passages.articles.npy", np.fromiter(articles, np.int32))
    np.save(path / "passages.references.npy", np.fromiter(references, np.bool_))
