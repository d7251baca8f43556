"""In what order the passages found answer a query.

The best by any kind of evidence are ranked anew by the alignment of their words.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from search.alignment import Aligner
from search.backends.protocol import Asked, Found
from search.catalogue import Filters
from search.chained import Ints
from search.evidence import REFERENCES_WEIGHT, Evidence, Floats
from search.fusion import for_length, fused, spread_over_languages, with_article_evidence
from search.languages.analysis import exact_key
from search.page import Page
from search.query import Query
from search.results import Mode
from search.semantic import best

#: Passages taken from each kind of evidence and ranked by the alignment of their words.
CANDIDATES = 200

#: What an exact form adds to a match of lemmas.
EXACT_WEIGHT = 0.25


def asked(query: Query, aligner: Aligner, mode: Mode, filters: Filters, page: Page) -> Asked:
    """What a query asks of a collection: the keyword mode nothing by meaning, the semantic nothing by its own words.

    A word in the form typed counts a little more than in another.
    """
    narrowed = Asked(condition=query.condition, filters=filters, depth=page.end, by_year=page.sort == "year")
    if query.condition is not None and not query.terms:
        return narrowed
    exact = [{exact_key(term.form): EXACT_WEIGHT} for term in query.terms]
    own = () if mode == "semantic" else (*(term.keys for term in query.terms), *exact)
    if mode == "keyword" or not query.ranking_text:
        return replace(narrowed, own=own)
    return replace(narrowed, own=own, counterparts=aligner.counterparts, vector=aligner.vector)


def ranked(query: Query, aligner: Aligner, found: Found, mode: Mode, depth: int) -> tuple[Ints, Floats]:
    """The best `depth` of the passages there is evidence for, or more, best first, with their scores.

    They are ranked by BM25 in keyword mode, else by alignment; those that are not among the best by any evidence
    follow, by the cosine alone.
    """
    evidence = found.evidence.lowered(found.references(found.evidence.passages))
    if mode == "keyword":
        places = best(evidence.keyword, depth)
        return evidence.passages[places], evidence.keyword[places]
    candidates = _candidates(evidence)
    scores = _scores(query, aligner, found, evidence.of(candidates))
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


def _candidates(evidence: Evidence) -> Ints:
    """The places of the best passages by each kind of evidence; the first where there is none at all."""
    chosen = []
    for kind in (evidence.keyword, evidence.counterparts, evidence.cosine):
        places = best(kind, CANDIDATES)
        chosen.append(places[kind[places] > 0])
    together = np.unique(np.concatenate(chosen))
    return together if len(together) else np.arange(min(len(evidence.passages), CANDIDATES))


def _scores(query: Query, aligner: Aligner, found: Found, candidates: Evidence) -> Floats:
    passages = candidates.passages
    scores = fused(
        aligner.scores(*found.words(passages)),
        found.cosines(passages, aligner.vector),
        candidates.keyword,
        candidates.counterparts,
        found.in_languages(tuple(query.languages), passages),
        len(query.terms),
    )
    scores = for_length(scores, found.lengths(passages))
    scores[found.references(passages)] *= REFERENCES_WEIGHT
    with_articles = with_article_evidence(scores, found.articles(passages))
    return spread_over_languages(with_articles, found.languages(passages))
