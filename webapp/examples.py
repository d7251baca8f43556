"""Searches to try on the start page: such as find something in the collection at hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from flask import Flask, current_app

from search.articles import LANGUAGES
from search.engine import Engine
from search.query import QueryError
from search.results import Hit
from webapp.collection import engine


@dataclass(frozen=True, slots=True)
class Example:
    """A search to try, in its language."""

    language: str
    query: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """The examples of one generation."""

    generation: str
    examples: tuple[Example, ...]


#: Our own, taken where the collection holds their words.
EXAMPLES = (
    Example("ky", "эмгек миграциясы"),
    Example("ky", "баңгизатка каршы күрөш"),
    Example("kk", "адам саудасымен күрес"),
    Example("kk", "су және энергетика"),
    Example("ru", "возврат незаконно приобретённых активов"),
    Example("ru", "региональное сотрудничество"),
    Example("en", "drug control conventions"),
    Example("en", "collective security"),
)

_PER_LANGUAGE = 2

#: Articles looked at in each language, and phrases of one kind tried, so that a big collection starts as fast.
_ARTICLES = 100
_TRIED = 10

#: Letters of an example, at most; longer ones would not fit beside others.
_LENGTH = 48

#: How likely the language of an example has to be, so that it is not announced and read out in another one.
_SURE = 0.5

#: Letters of the words that phrases are made of where articles have no key words: shorter ones mostly join others.
_LONG_WORD = 6

#: Forms of a word share their first letters.
_STEM = 5

_WORD = re.compile(r"\w+")
_PAIR = re.compile(rf"(?=\b([^\W\d_]{{{_LONG_WORD},}} [^\W\d_]{{{_LONG_WORD},}})\b)")


def install(app: Flask) -> None:
    """Keep the examples of the generation in use, none at first."""
    app.extensions["izde.examples"] = _Kept("", ())


def in_collection() -> tuple[Example, ...]:
    """Examples for the collection in use, chosen once for each generation of its index."""
    source = engine()
    kept: _Kept = current_app.extensions["izde.examples"]
    if kept.generation != source.generation:
        # Replaced whole: another thread may be at another generation.
        kept = current_app.extensions["izde.examples"] = _Kept(source.generation, chosen(source, EXAMPLES))
    return kept.examples


def chosen(source: Engine, preferred: Sequence[Example]) -> tuple[Example, ...]:
    """Two examples in each language at most.

    The preferred ones come first where the collection holds their words in their language, then what its
    articles say they are about. Where they say nothing, two of their words make one; for a language the
    collection does not hold, a preferred one that finds others by meaning.
    """
    return tuple(Example(code, query) for code in LANGUAGES for query in _in_language(source, code, preferred))


def _in_language(source: Engine, code: str, preferred: Sequence[Example]) -> list[str]:
    ours = [example.query for example in preferred if example.language == code]
    found: list[str] = []
    for query in chain(ours, _phrases(source, code)):
        if len(found) == _PER_LANGUAGE:
            break
        if not any(_alike(query, other) for other in found) and _finds(source, code, query):
            found.append(query)
    if found:
        return found
    pairs = (pair for pair in _pairs(source, code) if _finds(source, code, pair))
    by_meaning = (query for query in ours if _finds_by_meaning(source, query))
    return [*islice(pairs, 1)] or [*islice(by_meaning, 1)]


def _finds(source: Engine, code: str, query: str) -> bool:
    """Whether a query is in the language, and a passage in it holds the query's word, or two of its words."""
    wanted = min(len(_WORD.findall(query)), 2)
    try:
        results = source.search(query, mode="keyword", languages=(code,), limit=3)
    except QueryError:
        return False
    if results.languages.get(code, 0.0) < _SURE:
        return False
    return any(len({mark.query_word for mark in hit.highlights}) >= wanted for hit in results.hits)


def _finds_by_meaning(source: Engine, query: str) -> bool:
    return any("semantic" in hit.matched for hit in source.search(query, limit=1).hits)


def _phrases(source: Engine, code: str) -> Iterator[str]:
    """What articles in a language are about: their key words, those of several words first, and their titles."""
    articles = [hit.article for hit in _passages(source, code) if hit.article.language in (None, code)]
    keywords = [word for word, _ in Counter(word for each in articles for word in each.keywords).most_common()]
    yield from _tried(word for word in keywords if " " in word)
    yield from _tried(word for word in keywords if " " not in word)
    yield from _tried(article.title for article in articles)


def _pairs(source: Engine, code: str) -> Iterator[str]:
    """Two words that most often stand side by side in a language."""
    pairs = Counter(pair for hit in _passages(source, code) for pair in set(_PAIR.findall(hit.passage.text.lower())))
    return _tried(pair for pair, _ in pairs.most_common())


def _passages(source: Engine, code: str) -> Sequence[Hit]:
    return source.search(f"language:{code}", mode="keyword", limit=_ARTICLES, per_article=1).hits


def _tried(phrases: Iterable[str]) -> Iterator[str]:
    return islice((phrase for phrase in phrases if 0 < len(phrase) <= _LENGTH), _TRIED)


def _alike(query: str, other: str) -> bool:
    """Whether two queries share a word, in whatever form."""
    return not _stems(query).isdisjoint(_stems(other))


def _stems(query: str) -> set[str]:
    return {word[:_STEM].lower() for word in _WORD.findall(query) if len(word) >= _STEM}
