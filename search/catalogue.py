"""Language, year, article and authors of every passage: filters and facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.articles import LANGUAGES, OTHER_LANGUAGE, Article
from search.chained import Ints, Rows, bounds_of, first_rows, joined, mapped, shifted, whole
from search.documents import Documents
from search.results import FacetValue
from search.semantic import best
from search.strings import Strings, StringTable, in_order

Mask = NDArray[np.bool_]

#: Values a facet lists, at most.
MOST_FACET_VALUES = 50

#: Stands for an unknown year.
NO_YEAR = -1

#: Languages in the order of their numbers.
LANGUAGE_CODES = (*LANGUAGES, OTHER_LANGUAGE)


def language_numbers(codes: Iterable[str]) -> list[int]:
    """The numbers of some languages, of those that passages can have."""
    return [LANGUAGE_CODES.index(code) for code in codes if code in LANGUAGE_CODES]


@dataclass(frozen=True, slots=True)
class Filters:
    """What passages are asked for; an empty or None value asks for any."""

    languages: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    author: str | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Masks:
    """Which of some passages pass each filter; a facet ignores its own, so that its other values can be chosen."""

    language: Mask
    year: Mask
    author: Mask
    article: Mask

    @property
    def all(self) -> Mask:
        """Which passages pass every filter; `article` leaves out those of articles that are gone."""
        return self.language & self.year & self.author & self.article


@dataclass(frozen=True, slots=True)
class PassageColumns:
    """What the catalogue keeps of each passage of a segment: language, year, number of the article, whether it is a
    list of references."""

    languages: Sequence[str]
    years: Sequence[int | None]
    articles: Sequence[int]
    references: Sequence[bool]


class Catalogue:
    """What filters and facets need of a generation's passages."""

    def __init__(self, paths: Sequence[Path], documents: Documents, dead: Collection[int] = ()) -> None:
        """Open the catalogue of these segments; passages of the articles numbered in `dead` pass no filter."""
        self._languages: NDArray[np.int8] = whole(paths, "passages.languages")
        self._years: NDArray[np.int16] = whole(paths, "passages.years")
        firsts = first_rows(paths, "articles.authors")
        self._articles: NDArray[np.int32] = joined(shifted(mapped(paths, "passages.articles"), firsts))
        self.references: Mask = whole(paths, "passages.references")
        self._authors = Strings(paths, "authors")
        self._by = Rows.open(paths, "articles.authors", self._authors.firsts)
        self._documents = documents
        self._dead = np.array(sorted(dead), np.int32)

    def __len__(self) -> int:
        return len(self._languages)

    @cached_property
    def heads(self) -> list[Article]:
        """Every article without its text."""
        return [head for _, head, _, _ in self._documents.heads()]

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

    def in_languages(self, codes: Iterable[str], passages: Ints) -> Mask:
        """Which of some passages are in one of these languages; shape (passages,)."""
        return np.isin(self._languages[passages], language_numbers(codes))

    def masks(self, filters: Filters, passages: Ints) -> Masks:
        """Which of some passages pass each filter."""
        anything = np.ones(len(passages), np.bool_)
        articles = self._articles[passages]
        return Masks(
            language=self.in_languages(filters.languages, passages) if filters.languages else anything,
            year=self._in_years(filters.year_from, filters.year_to, passages),
            author=np.isin(articles, self._numbers_by(filters.author)) if filters.author else anything,
            article=np.isin(articles, self._numbers_of(filters.article)) if filters.article else self._alive(articles),
        )

    def all(self, filters: Filters) -> Mask:
        """Which passages of the generation pass every filter; shape (passages of the generation,)."""
        return self.masks(filters, np.arange(len(self))).all

    def facets(self, passages: Ints, masks: Masks) -> Mapping[str, tuple[FacetValue, ...]]:
        """Counts of the passages found, by language, year (latest first) and author (most first)."""
        languages = self._by_language(passages[masks.article & masks.year & masks.author])
        years = np.bincount(self._years[passages[masks.article & masks.language & masks.author]] - NO_YEAR)
        articles = self._articles[passages[masks.article & masks.language & masks.year]]
        of_articles = np.bincount(articles, minlength=len(self._by))
        return {
            "language": tuple(FacetValue(code, count) for code, count in languages.items()),
            "year": tuple(
                FacetValue(str(place + NO_YEAR), int(years[place])) for place in np.flatnonzero(years)[::-1] if place
            ),
            "author": tuple(FacetValue(*each) for each in self._by_author(of_articles)),
        }

    def _alive(self, articles: NDArray[np.int32]) -> Mask:
        """Which of some articles are not dead."""
        return ~np.isin(articles, self._dead) if len(self._dead) else np.ones(len(articles), np.bool_)

    def _by_author(self, of_articles: NDArray[np.int64]) -> list[tuple[str, int]]:
        """Authors with the passages found of their articles, most first, in the order of the alphabet where equal."""
        authors, offsets = self._by.all()
        names, ranks = self._author_names
        counts = np.bincount(ranks[authors], np.repeat(of_articles, np.diff(offsets)))
        most = best(counts.astype(np.float32), MOST_FACET_VALUES).tolist()
        return [(names[rank], int(counts[rank])) for rank in most if counts[rank]]

    def _by_language(self, passages: Ints) -> dict[str, int]:
        counts = np.bincount(self._languages[passages], minlength=len(LANGUAGE_CODES))
        return {code: int(count) for code, count in zip(LANGUAGE_CODES, counts, strict=True) if count}

    def passages_by_language(self) -> dict[str, int]:
        """How many passages each language has."""
        return self._by_language(np.flatnonzero(self.all(Filters())))

    def articles_by_year(self) -> dict[int, int]:
        """How many articles each year has, earliest first."""
        return dict(sorted(Counter(head.year for head in self.heads if head.year is not None).items()))

    def _in_years(self, first: int | None, last: int | None, passages: Ints) -> Mask:
        if first is None and last is None:
            return np.ones(len(passages), np.bool_)
        low, high = 0 if first is None else first, 9999 if last is None else last
        years = self._years[passages]
        return np.asarray((years >= low) & (years <= high))

    def _numbers_by(self, author: str) -> NDArray[np.int64]:
        wanted = author.casefold()
        names, ranks = self._author_names
        same = [rank for rank, name in enumerate(names) if name.casefold() == wanted]
        authors, offsets = self._by.all()
        return np.repeat(np.arange(len(self._by)), np.diff(offsets))[np.isin(ranks[authors], same)]

    @cached_property
    def _author_names(self) -> tuple[list[str], Ints]:
        """The authors in the order of the alphabet, and the place among them of each number; shape (numbers,).

        A name has a number in each segment that holds it, and one place.
        """
        numbered = np.array([self._authors[number] for number in range(len(self._authors))], object)
        names, places = np.unique(numbered, return_inverse=True)
        return names.tolist(), places

    def _numbers_of(self, article_id: str) -> list[int]:
        number = self._documents.number(article_id)
        return [] if number is None else [number]


def write_catalogue(path: Path, passages: PassageColumns, authors: Sequence[Sequence[str]]) -> None:
    """Write the catalogue of a segment: columns of its passages, and the authors of each of its articles."""
    codes = [LANGUAGE_CODES.index(code) if code in LANGUAGE_CODES else len(LANGUAGES) for code in passages.languages]
    np.save(path / "passages.languages.npy", np.array(codes, np.int8))
    known = [NO_YEAR if year is None else year for year in passages.years]
    np.save(path / "passages.years.npy", np.array(known, np.int16))
    np.save(path / "passages.articles.npy", np.array(passages.articles, np.int32))
    np.save(path / "passages.references.npy", np.array(passages.references, np.bool_))
    names = in_order(name for each in authors for name in each)
    StringTable.write(path / "authors", names)
    numbers = {name: number for number, name in enumerate(names)}
    distinct = [dict.fromkeys(each) for each in authors]
    entries = np.array([numbers[name] for each in distinct for name in each], np.int32)
    Rows.write(path, "articles.authors", bounds_of([len(each) for each in distinct]), entries)
