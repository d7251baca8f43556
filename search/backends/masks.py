"""Conditions worked out on masks over all passages of an index on disk.

From the postings of the keys and the order of the words, which ranking needs anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.catalogue import Catalogue, Filters, Mask
from search.chained import Rows, first_rows
from search.conditions import ARTICLE_FIELDS, any_in_rows, follow
from search.keyindex import KeyIndex
from search.passage_words import WordsOfPassages
from search.words import Words


class MaskSelection:
    """Selects passages of a generation as masks of shape (passages,). Safe to use from several threads."""

    def __init__(
        self, paths: Sequence[Path], catalogue: Catalogue, keys: KeyIndex, words: Words, order: WordsOfPassages
    ) -> None:
        self._catalogue = catalogue
        self._keys = keys
        self._words = words
        self._order = order
        self._fields = open_fields(paths)

    def every(self) -> Mask:
        """All passages."""
        return np.ones(len(self._catalogue), np.bool_)

    def none(self) -> Mask:
        """No passage."""
        return np.zeros(len(self._catalogue), np.bool_)

    def but(self, selected: Mask) -> Mask:
        """All others."""
        return ~selected

    def all_of(self, selected: Sequence[Mask]) -> Mask:
        """Those that are in each of some selections."""
        return np.logical_and.reduce(selected)

    def any_of(self, selected: Sequence[Mask]) -> Mask:
        """Those that are in one of some selections."""
        return np.logical_or.reduce(selected)

    def passing(self, filters: Filters) -> Mask:
        """Those that pass every filter."""
        return self._catalogue.all(filters)

    def holding(self, field: str, keys: Sequence[int]) -> Mask:
        """Those that hold one of some keys in their own text, or are of an article that does in a field."""
        if field != "text":
            entries, offsets = self._fields[field].all()
            return self._of_articles(any_in_rows(self._words.mask(keys)[entries], offsets))
        mask = self.none()
        mask[self._keys.holding(keys, in_text=True)] = True
        return mask

    def in_a_row(self, field: str, words: Sequence[Sequence[int]], slop: int) -> Mask:
        """Those, or those of articles, that hold words one after another, `slop` places apart at most."""
        flags = [self._words.mask(keys) for keys in words]
        if field != "text":
            return self._of_articles(follow(flags, *self._fields[field].all(), slop))
        candidates = np.flatnonzero(self.all_of([self.holding(field, keys) for keys in words]))
        mask = self.none()
        mask[candidates[follow(flags, *self._order.take(candidates), slop)]] = True
        return mask

    def _of_articles(self, articles: Mask) -> Mask:
        """Which passages are of some articles."""
        return articles[self._every_article]

    @cached_property
    def _every_article(self) -> NDArray[np.int32]:
        return self._catalogue.articles_of(np.arange(len(self._catalogue)))


def open_fields(paths: Sequence[Path]) -> dict[str, Rows]:
    """The words of each field of the articles, a row an article."""
    firsts = first_rows(paths, "words")
    return {name: Rows.open(paths, f"fields.{name}", firsts) for name in ARTICLE_FIELDS}
