"""What the articles of a build add up to before it is written: flat arrays over all words of all passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.analysed_article import AnalysedArticle
from indexer.reuse import PreviousGeneration
from indexer.vocabulary import Vocabulary
from search.articles import Article, Passage
from search.catalogue import PassageColumns
from search.conditions import ARTICLE_FIELDS
from search.strings import checksum
from search.vectors import Bytes, Floats

Numbers = NDArray[np.int32]


@dataclass(slots=True)
class Ragged:
    """Rows of different lengths as they are collected; `parts` hold the entries of one or many rows on end."""

    parts: list[NDArray[np.int32]] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)

    def add(self, entries: NDArray[np.int32], lengths: Sequence[int]) -> None:
        """Add rows of these lengths."""
        self.parts.append(entries)
        self.lengths.extend(lengths)

    def entries(self) -> Numbers:
        """The entries of all rows on end."""
        return np.concatenate([np.zeros(0, np.int32), *self.parts])


@dataclass(slots=True)
class Collection:
    """Articles and passages in the order they are numbered.

    `words` has the words of each passage by the vocabulary's numbers, `places` their starts and ends, `fields` the
    words of each article's title, key words and authors; `authors` has one entry an article, `vectors` have those of
    one or many passages, all other lists have one entry a passage.
    """

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    words: Ragged = field(default_factory=Ragged)
    places: list[Numbers] = field(default_factory=list)
    fields: dict[str, Ragged] = field(default_factory=lambda: {name: Ragged() for name in ARTICLE_FIELDS})
    vectors: list[tuple[Bytes, Floats]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    years: list[int | None] = field(default_factory=list)
    references: list[bool] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    checksums: list[int] = field(default_factory=list)
    authors: list[Sequence[str]] = field(default_factory=list)

    @property
    def passages(self) -> int:
        """How many passages there are."""
        return len(self.articles)

    def columns(self) -> PassageColumns:
        """What the catalogue keeps of each passage."""
        return PassageColumns(self.languages, self.years, self.articles, self.references)

    def add(self, article: AnalysedArticle) -> None:
        """Add an article."""
        numbers = self.vocabulary.numbers(article.names)
        self.words.add(numbers[article.words], article.lengths)
        self.places.append(article.places)
        for name, words in article.fields.items():
            self.fields[name].add(numbers[words], [len(words)])
        self.vectors.append(article.vectors)
        self.references.extend(article.references)
        self._add_head(article.prepared.article, article.prepared.passages)

    def take_over(self, articles: Sequence[tuple[Article, Sequence[Passage]]], previous: PreviousGeneration) -> None:
        """Add articles that the previous generation holds, with the words and vectors it has there."""
        held = previous.held([article.id for article, _ in articles])
        words, bounds = previous.order.take(held.passages)
        fields = {name: rows.take(held.articles) for name, rows in previous.fields.items()}
        numbers = self.vocabulary.taken_over(
            np.concatenate([words, *(entries for entries, _ in fields.values())]), previous
        )
        self.words.add(numbers[words], np.diff(bounds).tolist())
        self.places.append(previous.order.places(held.passages))
        for name, (entries, offsets) in fields.items():
            self.fields[name].add(numbers[entries], np.diff(offsets).tolist())
        self.vectors.append(previous.vectors.quantised(held.passages))
        self.references.extend(previous.references[held.passages].tolist())
        for article, passages in articles:
            self._add_head(article, passages)

    def _add_head(self, article: Article, passages: Sequence[Passage]) -> None:
        self.articles.extend([len(self.authors)] * len(passages))
        self.years.extend([article.year] * len(passages))
        self.languages.extend(passage.language for passage in passages)
        self.checksums.extend(checksum(passage.id) for passage in passages)
        self.authors.append(article.authors)
