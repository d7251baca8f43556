"""What a condition asks of passages: phrases, fields, wildcards, fuzzy words, and what AND, OR and NOT make of them.

Conditions are trees of Whoosh queries (see `search.syntax`). Which passages meet their leaves is found by what holds
the collection (`Selection`); Whoosh's own index and matchers are not used: theirs took most of the time of a build, and
those that score many words can skip without end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

import numpy as np
from whoosh import query

from search import deadline
from search.catalogue import Filters, Mask
from search.chained import Ints
from search.keys import Keys
from search.languages.analysis import exact_key
from search.passage_words import Numbers
from search.words import Words

#: Fields of an article whose words can be asked for.
ARTICLE_FIELDS = ("title", "keywords", "author")

#: Words of a wildcard or fuzzy word that rank and are marked, at most.
MOST_EXPANSIONS = 200

#: Parts of a query that stand for many words.
_MANY_WORDS = (query.Prefix, query.Wildcard, query.FuzzyTerm)

#: Some of the passages of a collection, in the form its backend has for them.
S = TypeVar("S")


class Selection(Protocol[S]):
    """Selects passages of a collection. Words are given as the numbers of the keys they stand for."""

    def every(self) -> S:
        """All passages."""

    def none(self) -> S:
        """No passage."""

    def but(self, selected: S) -> S:
        """All others."""

    def all_of(self, selected: Sequence[S]) -> S:
        """Those that are in each of some selections, of which there is one at least."""

    def any_of(self, selected: Sequence[S]) -> S:
        """Those that are in one of some selections, of which there is one at least."""

    def passing(self, filters: Filters) -> S:
        """Those that pass every filter."""

    def holding(self, field: str, keys: Sequence[int]) -> S:
        """Those that hold a word in their own text, the field "text", or in another field of their article."""

    def in_a_row(self, field: str, words: Sequence[Sequence[int]], slop: int) -> S:
        """Those where words follow one another in a field, `slop` places apart at most."""


class Conditions:
    """Understands conditions in the words of a collection. Safe to use from several threads."""

    def __init__(self, keys: Keys, words: Words) -> None:
        self._keys = keys
        self._words = words

    def meeting(self, condition: query.Query, passages: Selection[S]) -> S:
        """The passages that meet a condition."""
        deadline.check()
        match condition:
            case query.Every():
                return passages.every()
            case query.Not():
                return passages.but(self.meeting(condition.query, passages))
            case query.And():
                return passages.all_of([self.meeting(each, passages) for each in condition])
            case query.Or() if not _is_word(condition):
                return passages.any_of([self.meeting(each, passages) for each in condition])
            case query.NumericRange():
                return passages.passing(Filters(year_from=condition.start, year_to=condition.end))
            case query.Term(fieldname="language"):
                return passages.passing(Filters(languages=(condition.text,)))
            case query.Term(fieldname="article"):
                return passages.passing(Filters(article=condition.text))
            case query.Sequence():
                words = [self._key_numbers(each) for each in condition]
                return passages.in_a_row(condition.field(), words, condition.slop)
        if condition.field() is None:
            return passages.none()
        return passages.holding(condition.field(), self._key_numbers(condition))

    def expansions(self, condition: query.Query) -> list[tuple[str, list[str]]]:
        """The wildcards and fuzzy words that a condition demands, each with the keys it stands for."""
        return [(leaf.text.removeprefix("="), self._expanded(leaf)) for leaf in _demanded(condition)]

    def _expanded(self, leaf: query.Query) -> list[str]:
        """The first keys that a wildcard or fuzzy word stands for, each once however many segments hold it."""
        keys: dict[str, None] = {}
        for number in self._many(leaf):
            keys[self._keys.key(number)] = None
            if len(keys) == MOST_EXPANSIONS:
                break
        return list(keys)

    def _key_numbers(self, word: query.Query) -> list[int]:
        """The numbers of the keys that a word stands for: a key, one of several, a wildcard or a fuzzy word."""
        if isinstance(word, query.Or):
            return [number for each in word for number in self._key_numbers(each)]
        return list(self._many(word)) if isinstance(word, _MANY_WORDS) else self._keys.numbers(word.text)

    def _many(self, leaf: query.Query) -> Iterator[int]:
        """The numbers of the keys that a wildcard or fuzzy word stands for."""
        if isinstance(leaf, query.Prefix):
            yield from self._keys.beginning(leaf.text)
        elif isinstance(leaf, query.Wildcard):
            yield from self._keys.matching(leaf.text)
        else:
            for _, form in self._words.near(leaf.text.removeprefix("="), leaf.maxdist):
                if (key := exact_key(form)).startswith(leaf.text[: leaf.prefixlength]):
                    yield from self._keys.numbers(key)


def follow(words: Sequence[Mask], entries: Numbers, offsets: Ints, slop: int) -> Mask:
    """In which rows of words the words of a phrase follow one another; shape (rows,).

    `words` say for each word of the phrase which words of the collection are it; `entries` are the numbers of the words
    of all rows on end, `offsets` lie between the rows.
    """
    return any_in_rows(_ends(words, entries, offsets, slop), offsets)


def any_in_rows(flags: Mask, offsets: Ints) -> Mask:
    """Which rows have a flag set; shape (rows,)."""
    return np.diff(np.concatenate([[0], np.cumsum(flags)])[offsets]) > 0


def _ends(flags: Sequence[Mask], entries: Numbers, offsets: Ints, slop: int) -> Mask:
    """At which places of rows of words the last word of a phrase stands, after the others in their order."""
    owners = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    ends = flags[0][entries]
    for flag in flags[1:]:
        reached = np.zeros(len(ends), np.bool_)
        for step in range(1, min(slop, len(ends) - 1) + 1):
            reached[step:] |= ends[:-step] & (owners[step:] == owners[:-step])
        ends = reached & flag[entries]
    return ends


def _is_word(condition: query.Query) -> bool:
    """Whether a condition is a word in any of its forms."""
    fields = {each.fieldname if isinstance(each, query.Term) else None for each in condition}
    return len(fields) == 1 and fields <= {"text", *ARTICLE_FIELDS}


def _demanded(condition: query.Query) -> Iterator[query.Query]:
    """The wildcards and fuzzy words of a condition that are not excluded."""
    if isinstance(condition, query.And | query.Or):
        for each in condition:
            yield from _demanded(each)
    elif isinstance(condition, _MANY_WORDS):
        yield condition
