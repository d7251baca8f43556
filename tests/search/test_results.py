"""Tests of `search.results`: the published document of a search."""

from __future__ import annotations

from search.articles import Article, Passage
from search.results import FacetValue, Highlight, Hit, Results

ARTICLE = Article("a", "Су", "", ("Сейітов Б.М.",), 2021, None, ("су",), "kk", (0,))
HIT = Hit(
    rank=1,
    score=1.23456,
    article=ARTICLE,
    passage=Passage("a", 2, 10, 18, "kk", "Су — өмір.", 3),
    highlights=(Highlight(0, 2, "lemma", "суға"),),
    matched=("keyword", "semantic"),
)


LANGUAGES = [{"value": "kk", "probability": 0.72}, {"value": "ky", "probability": 0.28}]


LANGUAGES = [{"value": "kk", "probability": 0.72}, {"value": "ky", "probability": 0.28}]


def test_the_document_of_an_answer() -> None:
    facets = {"language": (FacetValue("kk", 1),), "year": (FacetValue("2021", 1),), "author": ()}
    results = Results("суга", "суға", "kk", {"kk": 0.72, "ky": 0.28}, "hybrid", 1, 12.345, None, (HIT,), facets)
    assert results.to_json() == {
        "query": {
            "text": "суга",
            "searched": "суға",
            "language": "kk",
            "languages": LANGUAGES,
            "mode": "hybrid",
        },
        "total": 1,
        "took_ms": 12.3,
        "did_you_mean": None,
        "hits": [
            {
                "rank": 1,
                "score": 1.2346,
                "article": {
                    "id": "a",
                    "title": "Су",
                    "url": None,
                    "language": "kk",
                    "authors": ["Сейітов Б.М."],
                    "year": 2021,
                },
                "passage": {"id": "a#2", "text": "Су — өмір.", "language": "kk", "start": 10, "end": 18, "page": 3},
                "highlights": [{"start": 0, "end": 2, "kind": "lemma", "query_word": "суға"}],
                "matched": ["keyword", "semantic"],
            }
        ],
        "facets": {
            "language": [{"value": "kk", "count": 1}],
            "year": [{"value": "2021", "count": 1}],
            "author": [],
        },
    }
