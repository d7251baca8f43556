"""The query language: what was typed -> a tree of Whoosh queries, which `search.conditions` works out.

Plain words rank and exclude nothing. Phrases, field clauses, wildcards, fuzzy words, AND, OR and
NOT make a condition that passages must meet; it is None when a query has none of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from whoosh import qparser, query
from whoosh.qparser import syntax

from search.languages.analysis import exact_key
from search.languages.tokens import fold, tokenize

#: Fields a reader can name, `title:water`; `text` is the passage.
TEXT_FIELDS = ("title", "author", "keywords", "text")
_WHOLE_FIELDS = ("language", "article")
_FIELDS = (*TEXT_FIELDS, *_WHOLE_FIELDS, "year")
_FIELD = "|".join(_FIELDS)

#: Characters and words that make a query more than plain words.
_OPERATORS = re.compile(rf'["*~()]|\w\?\w|(?:^|\s)-[\w"(]|\b(?:AND|OR|NOT)\b|\b(?:{_FIELD}):')

#: A question mark at the end of a word ends a question; a hyphen before a word excludes it.
_END_OF_QUESTION = re.compile(r"\?+(?!\w)")
_EXCLUSION = re.compile(r'(?:^|(?<=[\s(]))-(?=[\w"(])')

_YEARS = re.compile(r"(?P<only>[0-9]{1,4})|(?P<first>[0-9]{0,4})\.\.(?P<last>[0-9]{0,4})")

#: A folded form -> the lemma keys it may have, with weights.
Keys = Callable[[str], Mapping[str, float]]


class _Words(query.Or):  # type: ignore[misc]
    """Words side by side, with no operator between them."""


class _WordsGroup(syntax.GroupNode):  # type: ignore[misc]
    qclass = _Words
    many = True


def is_structured(text: str) -> bool:
    """Whether a query uses the query language beyond plain words."""
    return bool(_OPERATORS.search(text))


def parse(text: str) -> query.Query:
    """The tree of a structured query; unbalanced quotes and brackets are read as far as they make sense."""
    plain = _EXCLUSION.sub("NOT ", _END_OF_QUESTION.sub("", text))
    return qparser.QueryParser("text", None, plugins=_plugins(), group=_WordsGroup).parse(plain, normalize=False)


def ranking_text(tree: query.Query) -> str:
    """The words of a tree that passages are ranked by: those of text fields that are not excluded."""
    return " ".join(_ranking_words(tree))


def condition(tree: query.Query, keys: Keys) -> query.Query | None:
    """What a passage must meet, as a tree over keys (see `search.keyindex`), or None when any passage will do."""
    children = list(tree) if isinstance(tree, _Words) else [tree]
    excluded = [_strict(each, keys) for each in children if isinstance(each, query.Not) and _says_something(each)]
    required = [_strict(each, keys) for each in children if _is_required(each)]
    if not required and not excluded:
        return None
    return query.And([*(required or [query.Every()]), *excluded])


def _plugins() -> list[qparser.Plugin]:
    return [
        qparser.WhitespacePlugin(),
        qparser.PhrasePlugin(),
        qparser.FieldsPlugin(expr=rf"(?P<text>{_FIELD}):"),
        qparser.GroupPlugin(),
        qparser.PrefixPlugin(),
        qparser.WildcardPlugin(),
        qparser.FuzzyTermPlugin(),
        qparser.OperatorsPlugin(AndNot=None, AndMaybe=None, Require=None),
    ]


def _is_required(tree: query.Query) -> bool:
    """Whether one part of a query is a condition; a plain word of the text and an exclusion are not."""
    if isinstance(tree, query.Not) or not _says_something(tree):
        return False
    if isinstance(tree, _Words):
        return any(_is_required(each) for each in tree)
    return not isinstance(tree, query.Term) or tree.fieldname != "text"


def _says_something(tree: query.Query) -> bool:
    """Whether a part of a query has a word at all; empty quotes and brackets have none."""
    if isinstance(tree, query.Not):
        return _says_something(tree.query)
    if isinstance(tree, query.And | query.Or):
        return any(_says_something(each) for each in tree)
    if isinstance(tree, query.Prefix | query.Wildcard | query.FuzzyTerm):
        return True
    return any(tokenize(_typed(tree)))


def _strict(tree: query.Query, keys: Keys) -> query.Query:
    """A part of the tree as a query over keys that a passage meets or does not."""
    if isinstance(tree, query.Not):
        return query.Not(_strict(tree.query, keys))
    if isinstance(tree, query.And | query.Or):
        kind = query.And if isinstance(tree, query.And) else query.Or
        return kind([_strict(each, keys) for each in tree if _says_something(each)])
    if tree.fieldname == "year":
        return _years(_typed(tree))
    if tree.fieldname in _WHOLE_FIELDS:
        return query.Term(tree.fieldname, _typed(tree))
    if isinstance(tree, query.FuzzyTerm):
        return query.FuzzyTerm(tree.fieldname, exact_key(fold(tree.text)), min(tree.maxdist, 2), prefixlength=2)
    if isinstance(tree, query.Prefix | query.Wildcard):
        return type(tree)(tree.fieldname, exact_key(fold(tree.text)))
    return _in_a_row(tree.fieldname, _typed(tree), getattr(tree, "slop", 1), keys)


def _in_a_row(field: str, text: str, slop: int, keys: Keys) -> query.Query:
    """The words of a text one after another, each in any of its forms."""
    words = [_any_form(field, token.form, keys) for token in tokenize(text)]
    return words[0] if len(words) == 1 else query.Sequence(words, slop=slop)


def _any_form(field: str, form: str, keys: Keys) -> query.Query:
    return query.Or([query.Term(field, key) for key in (exact_key(form), *keys(form))])


def _years(text: str) -> query.Query:
    """A year, or a range `2005..2010` with either end left open."""
    found = _YEARS.fullmatch(text)
    if not found:
        return query.NullQuery
    only = found["only"]
    return query.NumericRange("year", int(only or found["first"] or 0), int(only or found["last"] or 9999))


def _ranking_words(tree: query.Query) -> Iterator[str]:
    if isinstance(tree, query.And | query.Or):
        for each in tree:
            yield from _ranking_words(each)
    elif tree.field() in ("text", "title", "keywords") and not isinstance(tree, query.Prefix | query.Wildcard):
        yield _typed(tree)


def _typed(tree: query.Query) -> str:
    """The text of a leaf as it was typed."""
    return " ".join(tree.words) if isinstance(tree, query.Phrase) else getattr(tree, "text", "")
