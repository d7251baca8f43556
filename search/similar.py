"""Passages like another one: the nearest by vector, from other articles and from every language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import query

from search.articles import Article, Passage
from search.backends.protocol import Asked, Backend, Found
from search.chained import Ints
from search.evidence import Floats
from search.fusion import for_length
from search.results import article_json, passage_json


@dataclass(frozen=True, slots=True)
class Similar:
    """A passage near another; `similarity` is the cosine of their vectors. `article.text` is empty."""

    article: Article
    passage: Passage
    similarity: float

    def to_json(self) -> dict[str, Any]:
        """The public JSON document."""
        return {
            "article": article_json(self.article),
            "passage": passage_json(self.passage),
            "similarity": round(self.similarity, 4),
        }


def similar(backend: Backend, passage: Passage, limit: int) -> list[Similar]:
    """The best passage of each other article and language: the nearest of each language, then the next of each.

    Lists of references are left out, and so are passages less near than what a search finds by meaning. A passage of
    few words, which says little but what its article's title says, counts for less.
    """
    others = query.Not(query.Term("article", passage.article_id))
    found = backend.found(Asked(vector=backend.vector(passage), condition=others))
    chosen, similarities = _in_turn(found)
    shown = found.shown(chosen[:limit].tolist())
    return [
        Similar(each.article, each.passage, similarity)
        for each, similarity in zip(shown, similarities[:limit].tolist(), strict=True)
    ]


def _in_turn(found: Found) -> tuple[Ints, Floats]:
    """Passages with their cosines, one an article and language: the nearest of each language, then the second."""
    passages, cosine = found.evidence.passages, found.evidence.cosine
    listed = found.references(passages)
    passages, cosine = passages[~listed], cosine[~listed]
    order = np.argsort(-for_length(cosine, found.lengths(passages)), kind="stable")
    passages, cosine = passages[order], cosine[order]
    kinds = np.stack([found.articles(passages), found.languages(passages)])
    first = np.sort(np.unique(kinds, axis=1, return_index=True)[1])
    turns = list(_turns(found.languages(passages[first])))
    chosen = first[np.argsort(turns, kind="stable")]
    return passages[chosen], cosine[chosen]


def _turns(languages: NDArray[np.int8]) -> Iterator[int]:
    """How many of the same language come before each."""
    seen: dict[int, int] = {}
    for language in languages.tolist():
        yield seen.setdefault(language, 0)
        seen[language] += 1
