"""How well an engine answers judged queries, for each pair of query and passage language."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

from search.articles import LANGUAGES
from search.engine import Engine
from search.errors import UserError
from search.results import Mode

#: Ranks that count for nDCG and MRR, and for recall.
TOP = 10
DEEP = 50


class JudgementError(UserError, ValueError):
    """A line of a file of judged queries cannot be read; the message has its number."""


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and the grade (0 to 2) of each passage or article judged for it, by id."""

    text: str
    language: str
    grades: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measures:
    """Means over the queries of one pair of languages; each measure is between 0 and 1."""

    query_language: str
    passage_language: str
    queries: int
    ndcg: float
    mrr: float
    recall: float


def read_judgements(file: Path) -> list[JudgedQuery]:
    """Judged queries, one JSON object a line: {"query", "language", "grades": {id: grade}}.

    An id is that of a passage (`article#3`) or of an article, whose first hit then counts.
    Raises `JudgementError` for a line that is something else.
    """
    judged = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            fields: dict[str, Any] = json.loads(line)
            grades = {str(key): float(grade) for key, grade in fields["grades"].items()}
            judged.append(JudgedQuery(str(fields["query"]), str(fields["language"]), grades))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise JudgementError(
                f'{file.name}:{number}: not a judged query ({error!r}); a line is {{"query", "language", "grades"}}'
            ) from error
    return judged


def evaluate(engine: Engine, judged: Iterable[JudgedQuery], mode: Mode) -> list[Measures]:
    """The measures of every pair of languages for which a passage or article was judged relevant."""
    rows: defaultdict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    for query in judged:
        for language in LANGUAGES:
            relevant = _relevant(engine, query, language)
            if relevant:
                found = _found(engine, query, language, mode)
                gains = [relevant.get(each, 0.0) for each in found]
                rows[query.language, language].append(_measure(gains, list(relevant.values())))
    return [
        Measures(*pair, len(values), *(sum(column) / len(values) for column in zip(*values, strict=True)))
        for pair, values in sorted(rows.items())
    ]


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
    """The part of the relevant that is among the first fifty."""
    return sum(gain > 0 for gain in gains[:DEEP]) / len(judged)


def _measure(gains: Sequence[float], judged: Sequence[float]) -> tuple[float, float, float]:
    return ndcg(gains, judged), reciprocal_rank(gains), recall(gains, judged)


def _relevant(engine: Engine, query: JudgedQuery, language: str) -> dict[str, float]:
    """Grades above 0 of passages in a language, or of articles that are mainly in it."""
    relevant = {}
    for unit, grade in query.grades.items():
        article_id, _, ordinal = unit.rpartition("#")
        if ordinal and article_id:
            held = {passage.id: passage.language for passage in engine.passages(article_id)}
            matches = held.get(unit) == language
        else:
            article = engine.article(unit)
            matches = article is not None and article.language == language
        if grade > 0 and matches:
            relevant[unit] = grade
    return relevant


def _found(engine: Engine, query: JudgedQuery, language: str, mode: Mode) -> list[str]:
    """Ids of the hits in the unit of the judgements, best first."""
    by_passage = any("#" in unit for unit in query.grades)
    hits = engine.search(
        query.text, mode=mode, languages=[language], limit=DEEP, per_article=0 if by_passage else 1
    ).hits
    return [hit.passage.id if by_passage else hit.article.id for hit in hits]
