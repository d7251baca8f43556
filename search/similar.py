"""Passages like another one: the nearest by vector, from other articles and from every language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.articles import Article, Passage
from search.catalogue import Catalogue, Filters
from search.chained import Ints
from search.documents import Documents
from search.fusion import for_length
from search.results import article_json, passage_json
from search.semantic import PassageVectors
from search.words import Words


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


class Neighbours:
    """Finds the neighbours of the passages of one generation."""

    def __init__(self, catalogue: Catalogue, documents: Documents, words: Words, vectors: PassageVectors) -> None:
        self._catalogue = catalogue
        self._words = words
        self._documents = documents
        self._vectors = vectors

    def of(self, passage: Passage, limit: int) -> list[Similar]:
        """The best passage of each other article and language: the nearest of each language, then the next of each.

        Lists of references are left out, and so are passages less near than what a search finds by meaning. A
        passage of few words, which says little but what its article's title says, counts for less.
        """
        own = np.flatnonzero(self._catalogue.all(Filters(article=passage.article_id)))
        place = [each.ordinal for each in self._documents.passages(passage.article_id)].index(passage.ordinal)
        passages, cosine = self._vectors.related(self._vectors[own[place : place + 1]][0])
        others = self._catalogue.masks(Filters(), passages).all & ~np.isin(passages, own)
        among = others & ~self._catalogue.references[passages]
        return [
            Similar(self._documents.head(self._catalogue.article_of(n)), self._documents.passage(n), similarity)
            for n, similarity in self._in_turn(passages[among], cosine[among])[:limit]
        ]

    def _in_turn(self, passages: Ints, cosine: NDArray[np.float32]) -> list[tuple[int, float]]:
        """Passages with their cosines, one an article and language: the nearest of each language, then the second."""
        order = np.argsort(-for_length(cosine, self._words.lengths(passages)), kind="stable")
        passages, cosine = passages[order], cosine[order]
        kinds = np.stack([self._catalogue.articles_of(passages), self._catalogue.languages_of(passages)])
        first = np.sort(np.unique(kinds, axis=1, return_index=True)[1])
        turns = list(_turns(self._catalogue.languages_of(passages[first])))
        chosen = first[np.argsort(turns, kind="stable")]
        return list(zip(passages[chosen].tolist(), cosine[chosen].tolist(), strict=True))


def _turns(languages: NDArray[np.int8]) -> Iterator[int]:
    """How many of the same language come before each."""
    seen: dict[int, int] = {}
    for language in languages.tolist():
        yield seen.setdefault(language, 0)
        seen[language] += 1
