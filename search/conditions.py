"""Which passages meet a condition: phrases, fields, wildcards, fuzzy words, and what AND, OR and NOT make of them.

Conditions are trees of Whoosh queries (see `search.syntax`). They are worked out on masks over all passages, from the
postings of the keys and the order of the words that ranking needs anyway; Whoosh's own index and matchers are not used:
theirs took most of the time of a build, and those that score many words can skip without end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from whoosh import query

from search import deadline
from search.catalogue import Catalogue, Filters, Mask
from search.chained import Ints, Rows, first_rows
from search.keyindex import KeyIndex
from search.languages.analysis import exact_key
from search.words import Words

#: Fields of an article whose words can be asked for.
ARTICLE_FIELDS = ("title", "keywords", "author")

#: Words of a wildcard or fuzzy word that rank and are marked, at most.
MOST_EXPANSIONS = 200

#: Parts of a query that stand for many words.
_MANY_WORDS = (query.Prefix, query.Wildcard, query.FuzzyTerm)


class Conditions:
    """Answers conditions over a generation's passages. Safe to use from several threads."""

    def __init__(self, paths: Sequence[Path], catalogue: Catalogue, keys: KeyIndex, words: Words) -> None:
        self._catalogue = catalogue
        self._keys = keys
        self._words = words
        self._fields = open_fields(paths)

    def meeting(self, condition: query.Query) -> Mask:
        """Which passages meet a condition; shape (passages,)."""
        deadline.check()
        match condition:
            case query.Every():
                return np.ones(len(self._catalogue), np.bool_)
            case query.Not():
                return ~self.meeting(condition.query)
            case query.And():
                return np.logical_and.reduce([self.meeting(each) for each in condition])
            case query.Or() if not _is_word(condition):
                return np.logical_or.reduce([self.meeting(each) for each in condition])
            case query.NumericRange():
                return self._catalogue.all(Filters(year_from=condition.start, year_to=condition.end))
            case query.Term(fieldname="language"):
                return self._catalogue.all(Filters(languages=[condition.text]))
            case query.Term(fieldname="article"):
                return self._catalogue.all(Filters(article=condition.text))
            case query.Sequence():
                return self._in_a_row(condition)
        if condition.field() is None:
            return np.zeros(len(self._catalogue), np.bool_)
        return self._holding(condition.field(), self._key_numbers(condition))

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

    def _holding(self, field: str, numbers: Sequence[int]) -> Mask:
        """Which passages hold one of some keys in their own text, or are of an article that does in a field."""
        if field != "text":
            entries, offsets = self._fields[field].all()
            return self._of_articles(_any_in_rows(self._having(numbers)[entries], offsets))
        mask = np.zeros(len(self._catalogue), np.bool_)
        mask[self._keys.holding(numbers, in_text=True)] = True
        return mask

    def _in_a_row(self, phrase: query.Sequence) -> Mask:
        """Which passages, or fields of their articles, hold words one after another, `slop` places apart at most."""
        field = phrase.field()
        keys = [self._key_numbers(each) for each in phrase]
        flags = [self._having(numbers) for numbers in keys]
        if field != "text":
            entries, offsets = self._fields[field].all()
            return self._of_articles(_any_in_rows(_ends(flags, entries, offsets, phrase.slop), offsets))
        candidates = np.flatnonzero(np.logical_and.reduce([self._holding(field, numbers) for numbers in keys]))
        entries, offsets = self._words.passage_words(candidates)
        mask = np.zeros(len(self._catalogue), np.bool_)
        mask[candidates[_any_in_rows(_ends(flags, entries, offsets, phrase.slop), offsets)]] = True
        return mask

    def _having(self, numbers: Sequence[int]) -> Mask:
        """Which words of the collection have one of some keys; shape (words,)."""
        mask = np.zeros(len(self._words), np.bool_)
        mask[self._words.having(numbers)] = True
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


def _ends(flags: Sequence[Mask], entries: NDArray[np.int32], offsets: Ints, slop: int) -> Mask:
    """At which places of rows of words the last word of a phrase stands, after the others in their order.

    `flags` say for each word of the phrase which words of the collection are it.
    """
    owners = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    ends = flags[0][entries]
    for flag in flags[1:]:
        reached = np.zeros(len(ends), np.bool_)
        for step in range(1, min(slop, len(ends) - 1) + 1):
            reached[step:] |= ends[:-step] & (owners[step:] == owners[:-step])
        ends = reached & flag[entries]
    return ends


def _any_in_rows(flags: Mask, offsets: Ints) -> Mask:
    """Which rows have a flag set; shape (rows,)."""
    return np.diff(np.concatenate([[0], np.cumsum(flags)])[offsets]) > 0


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
