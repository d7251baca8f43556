"""The query language: what was typed -> a tree of Whoosh queries over the fields of the keyword index.

Plain words rank and exclude nothing. Phrases, field clauses, wildcards, fuzzy words, AND, OR and
NOT make a condition that passages must meet; it is None when a query has none of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from whoosh import qparser, query
from whoosh.qparser import syntax

from search.languages.analysis import exact_key
from search.languages.tokens import fold, tokenize

#: Fields a reader can name, `title:water`; `text` is the passage.
TEXT_FIELDS = ("title", "author", "keywords", "text")
_FIELDS = (*TEXT_FIELDS, "year", "language", "article")

#: Characters and words that make a query more than plain words.
_OPERATORS = re.compile(
    r'["*~?()\[\]]|(?:^|\s)[-+]\w|\b(?:AND|OR|NOT)\b|\b(?:' + "|".join(_FIELDS) + r"):", re.UNICODE
)
_YEARS = re.compile(r"\byear:(\d{1,4})?\.\.(\d{1,4})?")

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
    with_ranges = _YEARS.sub(lambda found: f"year:[{found[1] or '0'} TO {found[2] or '9999'}]", text)
    tree = qparser.QueryParser("text", None, plugins=_plugins(), group=_WordsGroup).parse(
        with_ranges, normalize=False
    )
    return tree


def ranking_text(tree: query.Query) -> str:
    """The words of a tree that passages are ranked by: those of the text and title that are not negated."""
    return " ".join(_positive_words(tree))


def condition(tree: query.Query, keys: Keys) -> query.Query | None:
    """What a passage must meet, as a query over the keyword index, or None when any passage will do."""
    children = list(tree) if isinstance(tree, _Words) else [tree]
    required = [_strict(each, keys) for each in children if _is_required(each)]
    excluded = [_strict(each.query, keys) for each in children if isinstance(each, query.Not)]
    if not required and not excluded:
        return None
    return query.And([*(required or [query.Every()]), *(query.Not(each) for each in excluded)])


def _plugins() -> list[qparser.Plugin]:
    operators = qparser.OperatorsPlugin(
        Not=r'(^|(?<=[\s(]))(NOT(?=\s)|-(?=[\w"(]))', AndNot=None, AndMaybe=None, Require=None
    )
    return [
        qparser.WhitespacePlugin(),
        qparser.PhrasePlugin(),
        qparser.FieldsPlugin(expr=r"(?P<text>" + "|".join(_FIELDS) + "):"),
        qparser.RangePlugin(),
        qparser.GroupPlugin(),
        qparser.PrefixPlugin(),
        qparser.WildcardPlugin(),
        qparser.FuzzyTermPlugin(),
        operators,
    ]


def _is_required(tree: query.Query) -> bool:
    """Whether one part of a query is a condition; a plain word of the text and a negation are not."""
    if isinstance(tree, query.Not):
        return False
    if isinstance(tree, query.Term):
        return tree.fieldname != "text"
    if isinstance(tree, _Words):
        return any(_is_required(each) for each in tree)
    return bool(list(tree.leaves()))


def _strict(tree: query.Query, keys: Keys) -> query.Query:
    """A part of the tree as a query over keys that a passage meets or does not."""
    if isinstance(tree, query.Not):
        return query.Not(_strict(tree.query, keys))
    if isinstance(tree, query.And | query.Or):
        kind = query.And if isinstance(tree, query.And) else query.Or
        return kind([_strict(each, keys) for each in tree])
    if isinstance(tree, query.Phrase):
        return _phrase(tree.fieldname, " ".join(tree.words), tree.slop, keys)
    if isinstance(tree, query.TermRange):
        return query.NumericRange("year", _year(tree.start, 0), _year(tree.end, 9999))
    if isinstance(tree, query.FuzzyTerm):
        return query.FuzzyTerm(tree.fieldname, exact_key(fold(tree.text)), tree.maxdist, prefixlength=2)
    if isinstance(tree, query.Prefix | query.Wildcard):
        return type(tree)(tree.fieldname, exact_key(fold(tree.text)))
    return _term(tree.fieldname, tree.text, keys) if isinstance(tree, query.Term) else tree


def _term(field: str, text: str, keys: Keys) -> query.Query:
    if field == "year":
        return query.NumericRange("year", _year(text, -1), _year(text, -1))
    if field in ("language", "article"):
        return query.Term(field, text)
    return _phrase(field, text, 1, keys)


def _phrase(field: str, text: str, slop: int, keys: Keys) -> query.Query:
    """The words of a text one after another, each in any of its forms."""
    words = [_alternatives(field, token.form, keys) for token in tokenize(text)]
    if len(words) < 2:
        return words[0] if words else query.NullQuery
    return query.Sequence(words, slop=slop)


def _alternatives(field: str, form: str, keys: Keys) -> query.Query:
    return query.Or([query.Term(field, key) for key in (exact_key(form), *keys(form))])


def _year(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def _positive_words(tree: query.Query) -> Iterator[str]:
    if isinstance(tree, query.Not):
        return
    if isinstance(tree, query.And | query.Or):
        for each in tree:
            yield from _positive_words(each)
    elif getattr(tree, "fieldname", None) in TEXT_FIELDS and tree.fieldname != "author":
        words: Iterable[str] = tree.words if isinstance(tree, query.Phrase) else [tree.text]
        yield from (word for word in words if not isinstance(tree, query.Prefix | query.Wildcard))
