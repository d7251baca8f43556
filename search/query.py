"""What the reader typed -> what it asks for: words with their keys, languages, and a condition."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from search import syntax
from search.articles import LANGUAGES
from search.errors import UserError
from search.glossary import Glossary
from search.languages.analysis import lemma_keys, stop_words
from search.languages.identify import language_distribution
from search.languages.tokens import Token, tokenize

if TYPE_CHECKING:
    from whoosh.query import Query as Condition

#: A longer query is refused: nobody types it, and its cost has no bound.
LONGEST_QUERY = 2_000

#: Words beyond these are left out of the ranking.
MOST_WORDS = 48

#: Brackets of a query, at most: deeper trees than they can make overrun the stack.
MOST_BRACKETS = 40

#: What a word of a name of several words counts for as a counterpart of the whole name's acronym.
PART_OF_NAME = 0.5

#: A language is worth analysing a query in when it is at least this probable.
PLAUSIBLE = 0.05


class QueryError(UserError, ValueError):
    """A query that cannot be answered, with a reason its author understands."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the query: as typed, folded, and its lemma keys in every plausible language, weighted.

    `counterparts` are keys that the glossary knows to stand for it, weighted. A wildcard or fuzzy word stands for
    others, and has the keys of those.
    """

    word: str
    form: str
    keys: Mapping[str, float]
    counterparts: Mapping[str, float] = field(default_factory=dict)
    stands_for_others: bool = False

    @property
    def lemma(self) -> str:
        """The first lemma in the likeliest language."""
        return next(iter(self.keys), self.form).removeprefix("=")

    @property
    def is_number(self) -> bool:
        """Whether the word is a number or holds one: only the same number answers it."""
        return any(character.isdigit() for character in self.form)


@dataclass(frozen=True, slots=True)
class Query:
    """A query understood.

    `languages` are the plausible languages with their probabilities, the likeliest first; `terms` are the words that
    rank, `ranking_text` what the encoder reads; `condition` is what passages must meet, None for plain words.
    """

    text: str
    languages: Mapping[str, float]
    terms: tuple[Term, ...]
    ranking_text: str
    condition: Condition | None

    @property
    def language(self) -> str:
        """The likeliest language."""
        return max(self.languages, key=lambda code: self.languages[code])


def understand(text: str, glossary: Glossary | None = None) -> Query:
    """Read a query, with what a glossary knows of its words; raises `QueryError` when it is too long."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"the query has {len(text):,} characters; at most {LONGEST_QUERY:,} are searched for")
    printable = (c if c.isprintable() or c == "\xad" else " " for c in unicodedata.normalize("NFC", text))
    typed = " ".join("".join(printable).split())
    tree = _tree(typed) if syntax.is_structured(typed) else None
    ranking_text = typed if tree is None else syntax.ranking_text(tree)
    languages = _plausible(ranking_text)

    def keys(form: str) -> Mapping[str, float]:
        return _keys(form, languages)

    terms = _terms(ranking_text, languages)
    if glossary:
        terms = _with_counterparts(terms, glossary, languages)
    return Query(typed, languages, terms, ranking_text, None if tree is None else syntax.condition(tree, keys))


def _tree(typed: str) -> Condition:
    if typed.count("(") > MOST_BRACKETS:
        raise QueryError(f"the query has {typed.count('(')} brackets; at most {MOST_BRACKETS} are understood")
    return syntax.parse(typed)


def _plausible(text: str) -> Mapping[str, float]:
    distribution = language_distribution(text) if text else {}
    likely_first = sorted(distribution.items(), key=lambda each: -each[1])
    plausible = {code: share for code, share in likely_first if code in LANGUAGES and share >= PLAUSIBLE}
    return plausible or {code: 1 / len(LANGUAGES) for code in reversed(LANGUAGES)}


def _terms(text: str, languages: Mapping[str, float]) -> tuple[Term, ...]:
    tokens = list({token.form: token for token in tokenize(text)}.values())
    telling = [token for token in tokens if not _is_stop_word(token.form, languages)] or tokens
    return tuple(_term(text, token, languages) for token in telling[:MOST_WORDS])


def _term(text: str, token: Token, languages: Mapping[str, float]) -> Term:
    return Term(text[token.start : token.end], token.form, _keys(token.form, languages))


def _with_counterparts(terms: tuple[Term, ...], glossary: Glossary, languages: Mapping[str, float]) -> tuple[Term, ...]:
    """The terms, each with the keys of the other names of what it names, alone or with its neighbours.

    A name of one word (ШКУ) stands for each word of the query's; the words of a longer one in part for an acronym.
    """
    named = list(terms)
    for match in glossary.translations([term.form for term in terms], list(languages)):
        keys: dict[str, float] = {}
        for _, words in match.phrases:
            if len(words) == 1 or match.end - match.start == 1:
                keys |= {key: max(keys.get(key, 0.0), 1.0 if len(words) == 1 else PART_OF_NAME) for key in words}
        for place in range(match.start, match.end):
            named[place] = replace(named[place], counterparts=keys)
    return tuple(named)


def _is_stop_word(form: str, languages: Mapping[str, float]) -> bool:
    likely = max(languages.values())
    return any(form in stop_words(code) for code, share in languages.items() if share >= likely / 2)


def _keys(form: str, languages: Mapping[str, float]) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    for code in languages:
        for key, weight in lemma_keys(form, code):
            weights[key] = max(weight, weights.get(key, 0.0))
    return weights
