"""Which passages a query finds, and in what order.

Three kinds of evidence are held for every passage: BM25 of the query's own words, BM25 of the words
that stand for them in any language, and the cosine with the query's vector. The best by any of them are
ranked anew by the alignment of their words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.alignment import Aligner
from search.catalogue import Catalogue, Mask
from search.chained import Ints
from search.fusion import for_length, fused, spread_over_languages, with_article_evidence
from search.keyindex import KeyIndex
from search.languages.analysis import exact_key
from search.query import Query
from search.results import Mode
from search.semantic import RELATED, PassageVectors, best
from search.words import Words

Floats = NDArray[np.float32]

#: Passages, ascending, and a score for each.
Scored = tuple[Ints, Floats]

#: Passages taken from each kind of evidence and ranked by the alignment of their words.
CANDIDATES = 200

#: What is left of the score of a list of references: it names every subject and answers no question.
REFERENCES_WEIGHT = 0.5

#: What an exact form adds to a match of lemmas.
EXACT_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each passage that is found in any way; all arrays have shape (found,).

    `passages` are ascending; `cosine` is 0 for those that are not found by meaning.
    """

    passages: Ints
    keyword: Floats
    counterparts: Floats
    cosine: Floats

    @classmethod
    def without_words(cls, passages: Ints) -> Evidence:
        """No evidence for some passages, which a condition without words has found."""
        none = np.zeros(len(passages), np.float32)
        return cls(passages, none, none, none)

    def of(self, chosen: NDArray[np.integer] | Mask) -> Evidence:
        """The evidence for some of the passages found."""
        return Evidence(self.passages[chosen], self.keyword[chosen], self.counterparts[chosen], self.cosine[chosen])

    def matched(self, passage: int) -> Iterator[str]:
        """The ways in which a passage was found."""
        place = int(np.searchsorted(self.passages, passage))
        if self.keyword[place] > 0:
            yield "keyword"
        if self.counterparts[place] > 0 or self.cosine[place] >= RELATED:
            yield "semantic"


class Ranker:
    """Finds and orders the passages of one generation."""

    def __init__(self, catalogue: Catalogue, keys: KeyIndex, words: Words, vectors: PassageVectors) -> None:
        self._catalogue = catalogue
        self._keys = keys
        self._words = words
        self._vectors = vectors

    def evidence(self, query: Query, aligner: Aligner, mode: Mode) -> Evidence:
        """What speaks for each passage; the keyword mode has no evidence by meaning, the semantic none by word."""
        none = np.zeros(0, np.int64), np.zeros(0, np.float32)
        keyword = none if mode == "semantic" else self._keyword(query)
        if mode == "keyword" or not query.ranking_text:
            return _together(len(self._catalogue), keyword, none, none)
        related = self._vectors.related(aligner.vector)
        return _together(len(self._catalogue), keyword, self._scored(aligner.counterparts), related)

    def ranked(self, query: Query, aligner: Aligner, evidence: Evidence, mode: Mode, depth: int) -> tuple[Ints, Floats]:
        """The best `depth` of the passages there is evidence for, or more, best first, with their scores.

        They are ranked by BM25 in keyword mode, else by alignment; those that are not among the best by any evidence
        follow, by the cosine alone.
        """
        if mode == "keyword":
            places = best(evidence.keyword, depth)
            return evidence.passages[places], evidence.keyword[places]
        kinds = (evidence.keyword, evidence.counterparts, evidence.cosine)
        candidates = np.unique(np.concatenate([best(kind, CANDIDATES) for kind in kinds]))
        scores = self._scores(query, aligner, evidence.of(candidates))
        first = np.argsort(-scores, kind="stable")
        if len(candidates) >= depth:
            return evidence.passages[candidates[first]], scores[first]
        rest = np.delete(np.arange(len(evidence.passages)), candidates)
        others = rest[best(evidence.cosine[rest], depth - len(candidates))]
        floor = float(scores.min(initial=0.0))
        return (
            evidence.passages[np.concatenate([candidates[first], others])],
            np.concatenate([scores[first], np.minimum(floor, evidence.cosine[others])]),
        )

    def _keyword(self, query: Query) -> Scored:
        """BM25 of the query's own words; a word in the form typed counts a little more."""
        exact = [{exact_key(term.form): EXACT_WEIGHT} for term in query.terms]
        return self._scored([*(term.keys for term in query.terms), *exact])

    def _scored(self, words: Sequence[Mapping[str, float]]) -> Scored:
        """BM25 of some words, with the scores of lists of references lowered."""
        passages, scores = self._keys.scores(words)
        scores[self._catalogue.references[passages]] *= REFERENCES_WEIGHT
        return passages, scores

    def _scores(self, query: Query, aligner: Aligner, candidates: Evidence) -> Floats:
        passages = candidates.passages
        scores = fused(
            aligner.scores(passages),
            self._vectors.cosines(passages, aligner.vector),
            candidates.keyword,
            candidates.counterparts,
            self._catalogue.in_languages(query.languages, passages),
            len(query.terms),
        )
        scores = for_length(scores, self._words.lengths(passages))
        scores[self._catalogue.references[passages]] *= REFERENCES_WEIGHT
        with_articles = with_article_evidence(scores, self._catalogue.articles_of(passages))
        return spread_over_languages(with_articles, self._catalogue.languages_of(passages))


def _together(count: int, *kinds: Scored) -> Evidence:
    """Evidence of three kinds, each for its own passages, for all passages of any; `count` is that of all there are."""
    found = np.zeros(count, np.bool_)
    for passages, _ in kinds:
        found[passages] = True
    together = np.flatnonzero(found)
    columns = []
    for passages, scores in kinds:
        column = np.zeros(len(together), np.float32)
        column[np.searchsorted(together, passages)] = scores
        columns.append(column)
    return Evidence(together, *columns)
