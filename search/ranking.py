"""Which passages a query finds, and in what order.

Three kinds of evidence are held for every passage: BM25 of the query's own words, BM25 of the words
that stand for them in any language, and the cosine with the query's vector. The best by any of them are
ranked anew by the alignment of their words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.alignment import Aligner
from search.catalogue import Catalogue, Mask
from search.encoder import Encoder
from search.fusion import for_length, fused, spread_over_languages, with_article_evidence
from search.keyindex import KeyIndex
from search.languages.analysis import exact_key
from search.query import Query
from search.results import Mode
from search.semantic import PassageVectors, best
from search.words import Words

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

#: Passages taken from each kind of evidence and ranked by the alignment of their words.
CANDIDATES = 200

#: Cosine from which a passage counts as found by meaning.
RELATED = 0.3

#: What is left of the score of a list of references: it names every subject and answers no question.
REFERENCES_WEIGHT = 0.5

#: What an exact form adds to a match of lemmas.
EXACT_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each passage; all arrays have shape (passages,)."""

    keyword: Floats
    counterparts: Floats
    cosine: Floats

    @property
    def by_meaning(self) -> Mask:
        """Which passages are found by meaning."""
        return (self.counterparts > 0) | (self.cosine >= RELATED)

    @property
    def any(self) -> Mask:
        """Which passages are found in any way."""
        return (self.keyword > 0) | self.by_meaning

    def matched(self, passage: int) -> Iterator[str]:
        """The ways in which a passage was found."""
        if self.keyword[passage] > 0:
            yield "keyword"
        if self.counterparts[passage] > 0 or self.cosine[passage] >= RELATED:
            yield "semantic"


class Ranker:
    """Finds and orders the passages of one generation."""

    def __init__(
        self, catalogue: Catalogue, keys: KeyIndex, words: Words, vectors: PassageVectors, encoder: Encoder
    ) -> None:
        self._catalogue = catalogue
        self._keys = keys
        self._words = words
        self._vectors = vectors
        self._encoder = encoder

    def evidence(self, query: Query, aligner: Aligner, mode: Mode) -> Evidence:
        """What speaks for each passage; the keyword mode has no evidence by meaning, the semantic none by word."""
        none = np.zeros(len(self._catalogue), np.float32)
        keyword = none if mode == "semantic" else self._keyword(query)
        if mode == "keyword" or not query.ranking_text:
            return Evidence(keyword, none, none)
        cosine = self._vectors.similarities(self._encoder.encode([query.ranking_text])[0])
        return Evidence(keyword, self._counterparts(aligner), cosine)

    def ranked(
        self, query: Query, aligner: Aligner, evidence: Evidence, found: Mask, mode: Mode, depth: int
    ) -> tuple[Numbers, Floats]:
        """The best `depth` of the passages found, or more, best first, with their scores.

        They are ranked by BM25 in keyword mode, else by alignment; those that are not among the best by any evidence
        follow, by the cosine alone.
        """
        if mode == "keyword":
            order = best(evidence.keyword, depth, found)
            return order, evidence.keyword[order]
        kinds = (evidence.keyword, evidence.counterparts, evidence.cosine)
        candidates = np.unique(np.concatenate([best(kind, CANDIDATES, found) for kind in kinds]))
        scores = self._scores(query, aligner, evidence, candidates)
        first = np.argsort(-scores, kind="stable")
        if len(candidates) >= depth:
            return candidates[first], scores[first]
        rest = found.copy()
        rest[candidates] = False
        others = best(evidence.cosine, depth - len(candidates), rest)
        floor = float(scores.min(initial=0.0))
        return (
            np.concatenate([candidates[first], others]),
            np.concatenate([scores[first], np.minimum(floor, evidence.cosine[others])]),
        )

    def _keyword(self, query: Query) -> Floats:
        total = np.zeros(len(self._catalogue), np.float32)
        for term in query.terms:
            total += self._keys.scores(term.keys)
            total += EXACT_WEIGHT * self._keys.scores({exact_key(term.form): 1.0})
        return self._without_references(total)

    def _counterparts(self, aligner: Aligner) -> Floats:
        """BM25 of the words that stand for those of the query."""
        total = np.zeros(len(self._catalogue), np.float32)
        for keys in aligner.counterparts:
            total += self._keys.scores(keys)
        return self._without_references(total)

    def _without_references(self, total: Floats) -> Floats:
        """Scores of all passages with those of lists of references lowered."""
        total[self._catalogue.references] *= REFERENCES_WEIGHT
        return total

    def _scores(self, query: Query, aligner: Aligner, evidence: Evidence, candidates: Numbers) -> Floats:
        in_language = self._catalogue.in_languages(query.languages)[candidates]
        alignment = aligner.scores(candidates)
        scores = fused(
            alignment,
            evidence.cosine[candidates],
            evidence.keyword[candidates],
            evidence.counterparts[candidates],
            in_language,
            len(query.terms),
        )
        scores = for_length(scores, self._words.lengths(candidates))
        scores[self._catalogue.references[candidates]] *= REFERENCES_WEIGHT
        with_articles = with_article_evidence(scores, self._catalogue.articles_of(candidates))
        return spread_over_languages(with_articles, self._catalogue.languages_of(candidates))
