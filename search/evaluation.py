"""How well an engine answers judged queries, for each pair of query and passage language."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

import numpy as np

from search.articles import LANGUAGES, Passage
from search.engine import Engine
from search.errors import UserError
from search.results import Mode

#: Ranks that count for nDCG and MRR, and for recall.
TOP = 10
DEEP = 50

#: Resamples of the bootstrap.
RESAMPLES = 1_000


class JudgementError(UserError, ValueError):
    """A line of a file of judged queries cannot be read; the message has its number."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person says of a passage, named by its article and words it holds: 1 in part, 2 an answer.

    Words rather than a number, so that judgements outlive the way articles are cut into passages. Without
    words it is the article that is judged, and found with the first of its passages.
    """

    article: str
    quote: str
    grade: float


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and what was judged for it."""

    text: str
    language: str
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a measure over queries, between 0 and 1, and its 95 % interval by the bootstrap."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measures:
    """What the queries of one pair of languages come to."""

    query_language: str
    passage_language: str
    queries: int
    ndcg: Mean
    mrr: Mean
    recall: Mean


def read_judgements(file: Path) -> list[JudgedQuery]:
    """Judged queries, one JSON object a line: {"query", "language", "passages": [{"article", "quote", "grade"}]}.

    Without "quote" a whole article is judged. Raises `JudgementError` for a line that is something else.
    """
    judged = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            if line.strip():
                judged.append(_judged(json.loads(line)))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise JudgementError(
                f'{file.name}:{number}: not a judged query ({error!r}); a line is {{"query", "language", "passages"}}'
            ) from error
    return judged


def _judged(fields: dict[str, Any]) -> JudgedQuery:
    judgements = [
        Judgement(str(each["article"]), " ".join(str(each.get("quote", "")).split()), float(each["grade"]))
        for each in fields["passages"]
    ]
    return JudgedQuery(str(fields["query"]), str(fields["language"]), tuple(judgements))


def evaluate(engine: Engine, judged: Iterable[JudgedQuery], mode: Mode) -> list[Measures]:
    """The measures of every pair of languages for which something was judged relevant.

    For each pair only passages in the one language are asked for, so that none is hidden by those in another.
    """
    rows: defaultdict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    for query in judged:
        for language, grades in grades_by_language(engine, query).items():
            hits = engine.search(query.text, mode=mode, languages=[language], limit=DEEP).hits
            gains = gains_of([hit.passage for hit in hits], grades)
            rows[query.language, language].append(measure(gains, list(grades.values())))
    return [
        Measures(*pair, len(values), *(mean(column) for column in zip(*values, strict=True)))
        for pair, values in sorted(rows.items())
    ]


def grades_by_language(engine: Engine, query: JudgedQuery) -> dict[str, dict[str, float]]:
    """For each language the grade of every relevant passage in it, by its id, or the article's where that was judged.

    What is judged twice in one passage counts once, with the higher grade.
    """
    grades: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for judgement in query.judgements:
        unit, language = _unit(engine, judgement)
        if judgement.grade > 0 and language in LANGUAGES:
            grades[language][unit] = max(judgement.grade, grades[language].get(unit, 0.0))
    return {code: grades[code] for code in LANGUAGES if code in grades}


def gains_of(passages: Sequence[Passage], grades: Mapping[str, float]) -> list[float]:
    """The grade each passage earns in the order of the ranking; an article earns its grade once."""
    left = dict(grades)
    return [left.pop(passage.id, 0.0) or left.pop(passage.article_id, 0.0) for passage in passages]


def mean(values: Sequence[float]) -> Mean:
    """Mean and percentile bootstrap interval (Efron 1979) over 1,000 resamples, the same ones every time."""
    observed = np.array(values)
    drawn = np.random.default_rng(0).choice(observed, (RESAMPLES, len(observed))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Mean(float(observed.mean()), float(low), float(high))


def measure(gains: Sequence[float], judged: Sequence[float]) -> tuple[float, float, float]:
    """nDCG@10, reciprocal rank and recall@50 of one ranking."""
    return ndcg(gains, judged), reciprocal_rank(gains), recall(gains, judged)


def dcg(gains: Sequence[float]) -> float:
    """Discounted cumulative gain (Järvelin & Kekäläinen 2002), gains in the order of the ranking."""
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))


def ndcg(gains: Sequence[float], judged: Sequence[float]) -> float:
    """The first ten gains' DCG as a part of the best that the judged grades allow."""
    ideal = dcg(sorted(judged, reverse=True)[:TOP])
    return dcg(gains[:TOP]) / ideal if ideal else 0.0


def reciprocal_rank(gains: Sequence[float]) -> float:
    """One over the rank of the first relevant hit among the first ten, 0 when there is none."""
    return next((1 / rank for rank, gain in enumerate(gains[:TOP], 1) if gain), 0.0)


def recall(gains: Sequence[float], judged: Sequence[float]) -> float:
    """The part of the relevant passages that is among the first fifty."""
    return sum(gain > 0 for gain in gains[:DEEP]) / len(judged)


def _unit(engine: Engine, judgement: Judgement) -> tuple[str, str | None]:
    """The id of what was judged, and its language; None where it is not in the index."""
    if not judgement.quote:
        article = engine.article(judgement.article)
        return judgement.article, article.language if article else None
    held = (
        passage for passage in engine.passages(judgement.article) if judgement.quote in " ".join(passage.text.split())
    )
    passage = next(held, None)
    return (passage.id, passage.language) if passage else (judgement.article, None)
