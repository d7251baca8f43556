"""The answer to a query, and the JSON document it is published as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from search.articles import Article, Passage

Mode = Literal["hybrid", "keyword", "semantic"]
MODES: tuple[Mode, ...] = ("hybrid", "keyword", "semantic")

#: `relevance`: best first; `year`: latest first, the best first within a year, those without a year last.
Sort = Literal["relevance", "year"]
SORTS: tuple[Sort, ...] = ("relevance", "year")

#: `exact`: the word as typed; `lemma`: another form of it; `meaning`: a word that stands for it.
Kind = Literal["exact", "lemma", "meaning"]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A range of `Passage.text` to mark, and the query's word it answers."""

    start: int
    end: int
    kind: Kind
    query_word: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage in the answer. `article.text` is empty here: ask `Engine.article` for the whole.

    `rank` counts from 1 over the whole answer, `score` is comparable within one answer only,
    `matched` says which of "keyword" and "semantic" found the passage. `others` counts the passages of the article
    that answer beside the hits, and `more` has the best of them, with its own rank, where they were asked for.
    """

    rank: int
    score: float
    article: Article
    passage: Passage
    highlights: tuple[Highlight, ...]
    matched: tuple[str, ...]
    others: int = 0
    more: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many passages of the answer have this language, year or author."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """One page of the answer to a query.

    `searched` is the query as the words of the collection are spelt, another than `text` where they were typed
    without the letters of their language, in Latin letters or with another layout switched on.
    `language` is the likeliest language of the query, `languages` all it may be in, with their probabilities;
    `total` is the number of hits on all pages, `passages` that of the passages found: more, where the hits of one
    article are bounded; `facets` has the names "language", "year" and "author".
    """

    text: str
    searched: str
    language: str
    languages: Mapping[str, float]
    mode: Mode
    total: int
    took_ms: float
    did_you_mean: str | None
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    passages: int = 0

    def to_json(self) -> dict[str, Any]:
        """The public JSON document of a search, the same from the command line and over HTTP."""
        return {
            "query": {
                "text": self.text,
                "searched": self.searched,
                "language": self.language,
                "languages": [
                    {"value": code, "probability": round(share, 3)} for code, share in self.languages.items()
                ],
                "mode": self.mode,
            },
            "total": self.total,
            "took_ms": round(self.took_ms, 1),
            "did_you_mean": self.did_you_mean,
            "hits": [_hit_json(hit) for hit in self.hits],
            "facets": {
                name: [{"value": each.value, "count": each.count} for each in values]
                for name, values in self.facets.items()
            },
        }


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "article": article_json(hit.article),
        "passage": passage_json(hit.passage),
        "highlights": [
            {"start": mark.start, "end": mark.end, "kind": mark.kind, "query_word": mark.query_word}
            for mark in hit.highlights
        ],
        "matched": list(hit.matched),
    }


def article_json(article: Article) -> dict[str, Any]:
    """What is published of an article beside a hit: everything but its text."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "language": article.language,
        "authors": list(article.authors),
        "year": article.year,
    }


def passage_json(passage: Passage) -> dict[str, Any]:
    """A passage with its place: `start` and `end` are offsets into the article's repaired text."""
    return {
        "id": passage.id,
        "text": passage.text,
        "language": passage.language,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
    }
