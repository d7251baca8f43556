"""The description of the API: an OpenAPI 3.1 document."""

from __future__ import annotations

from typing import Any

from search.query import LONGEST_QUERY
from search.results import MODES, SORTS
from webapp.opensearch import SUGGESTIONS_TYPE
from webapp.parameters import BOUNDS, FILTER_LANGUAGES

#: Lowest, highest and default number of suggestions.
SUGGESTIONS = (1, 20, 8)

#: Lowest, highest and default number of passages like another one.
SIMILAR = (1, 50, 12)

#: Forms of suggestions: the API's own, and that of OpenSearch.
SUGGESTION_FORMATS = ("json", "opensearch")

_STRING = {"type": "string"}
_INTEGER = {"type": "integer"}
_NUMBER = {"type": "number"}
_STRINGS = {"type": "array", "items": _STRING}
_NULLABLE_STRING = {"type": ["string", "null"]}
_NULLABLE_INTEGER = {"type": ["integer", "null"]}

_ORDINAL = {
    "name": "ordinal",
    "in": "path",
    "required": True,
    "description": "The passage's place in its article, from 0: what follows # in its id.",
    "schema": _INTEGER | {"minimum": 0},
}

#: The key is unknown; the key is not for the origin of the request.
_KEY_PROBLEMS = (401, 403)


def document() -> dict[str, Any]:
    """The whole description, for `/openapi.json`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Izde",
            "version": "1",
            "description": "Search in articles in Kyrgyz, Kazakh, Russian and English.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": _paths(),
        "components": {"schemas": _schemas()},
    }


def _paths() -> dict[str, Any]:
    article_id = {"name": "id", "in": "path", "required": True, "description": "May hold slashes."}
    return {
        "/api/v1/search": _get("Search the articles", "Results", _search_parameters(), (400, *_KEY_PROBLEMS, 429, 503)),
        "/api/v1/articles/{id}": _get(
            "One article with its text and passages",
            "WholeArticle",
            [article_id | {"schema": _STRING}, _key()],
            (*_KEY_PROBLEMS, 404, 429, 503),
        ),
        "/api/v1/articles/{id}/passages/{ordinal}/similar": _get(
            "The passages of other articles nearest to one in meaning",
            "SimilarPassages",
            [
                article_id | {"schema": _STRING},
                _ORDINAL,
                _whole_number("limit", SIMILAR),
                _key(),
            ],
            (400, *_KEY_PROBLEMS, 404, 429, 503),
        ),
        "/api/v1/suggest": _suggest(),
        "/healthz": _get("Whether searches can be answered", "Health", [], (503,), kept=False),
    }


def _suggest() -> dict[str, Any]:
    forms = {"type": "string", "enum": list(SUGGESTION_FORMATS), "default": SUGGESTION_FORMATS[0]}
    parameters = [
        _query("q", _STRING, "What has been typed so far."),
        _whole_number("limit", SUGGESTIONS),
        _query("format", forms, "The form of the answer."),
        _key(),
    ]
    described = _get("Completions of what is typed", "Suggestions", parameters, (400, *_KEY_PROBLEMS, 429, 503))
    described["get"]["responses"]["200"]["content"][SUGGESTIONS_TYPE] = {"schema": _reference("OpenSearchSuggestions")}
    return described


def _get(
    summary: str, schema: str, parameters: list[Any], problems: tuple[int, ...], *, kept: bool = True
) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": summary, "content": {"application/json": {"schema": _reference(schema)}}}
    problem = {
        "description": "A problem, as in RFC 9457",
        "content": {"application/problem+json": {"schema": _reference("Problem")}},
    }
    responses: dict[str, Any] = {"200": answer}
    if kept:
        answer["headers"] = {"ETag": {"description": "For If-None-Match in the next request.", "schema": _STRING}}
        responses["304"] = {"description": "The answer is the one whose ETag was sent in If-None-Match"}
    responses |= {str(status): problem for status in problems}
    return {"get": {"summary": summary, "parameters": parameters, "responses": responses}}


def _search_parameters() -> list[Any]:
    languages = {"type": "array", "items": {"type": "string", "enum": list(FILTER_LANGUAGES)}}
    typed = _STRING | {"maxLength": LONGEST_QUERY}
    by_commas = {"style": "form", "explode": False}
    return [
        _query("q", typed, "What to look for; an empty query has an empty answer."),
        _query("mode", {"type": "string", "enum": list(MODES), "default": "hybrid"}, "How to look."),
        _query("sort", {"type": "string", "enum": list(SORTS), "default": "relevance"}, "Best first, or latest first."),
        _query("language", languages, "Languages of passages, separated by commas.") | by_commas,
        _query("author", _STRING, "Passages of this author's articles only."),
        _query("article", _STRING, "Passages of the article of this id only."),
        *(_whole_number(name, bounds) for name, bounds in BOUNDS.items()),
        _key(),
    ]


def _key() -> dict[str, Any]:
    return _query("key", _STRING, "A public key, for pages of its origins and at its own rate limit.")


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _whole_number(name: str, bounds: tuple[int, int, int | None]) -> dict[str, Any]:
    low, high, default = bounds
    schema = _INTEGER | {"minimum": low, "maximum": high}
    return _query(name, schema if default is None else schema | {"default": default}, _MEANINGS[name])


_MEANINGS = {
    "year_from": "First year of the articles.",
    "year_to": "Last year of the articles.",
    "limit": "How many to answer with at most.",
    "offset": "How many of the first passages to leave out.",
    "per_article": "How many passages of one article at most; 0 for no limit.",
}


def _schemas() -> dict[str, Any]:
    article = {
        "id": _STRING,
        "title": _STRING,
        "url": _NULLABLE_STRING,
        "language": _NULLABLE_STRING,
        "authors": _STRINGS,
        "year": _NULLABLE_INTEGER,
    }
    whole = article | {
        "keywords": _STRINGS,
        "pages": _list(_INTEGER),
        "text": _STRING,
        "passages": _list(_reference("Passage")),
    }
    passage = {
        "id": _STRING,
        "text": _STRING,
        "language": {"type": "string", "enum": list(FILTER_LANGUAGES)},
        "start": _INTEGER,
        "end": _INTEGER,
        "page": _NULLABLE_INTEGER,
    }
    return {
        "Results": _results(),
        "Hit": _hit(),
        "Article": _object(article),
        "WholeArticle": _object(whole),
        "Passage": _object(passage),
        "Highlight": _highlight(),
        "SimilarPassages": _object(
            {
                "article": _reference("Article"),
                "passage": _reference("Passage"),
                "similar": _list(_reference("SimilarPassage")),
            }
        ),
        "SimilarPassage": _object(
            {"article": _reference("Article"), "passage": _reference("Passage"), "similarity": _NUMBER}
        ),
        "Suggestions": _object({"query": _STRING, "suggestions": _STRINGS}),
        "OpenSearchSuggestions": {"type": "array", "prefixItems": [_STRING, _STRINGS], "items": False},
        "Health": _object({"status": _STRING, "generation": _STRING, "articles": _INTEGER, "passages": _INTEGER}),
        "Problem": _problem(),
    }


def _results() -> dict[str, Any]:
    facet = _list(_object({"value": _STRING, "count": _INTEGER}))
    return _object(
        {
            "query": _object(
                {
                    "text": _STRING,
                    "searched": _STRING,
                    "language": _STRING,
                    "languages": _list(_object({"value": _STRING, "probability": _NUMBER})),
                    "mode": {"enum": list(MODES)},
                }
            ),
            "total": _INTEGER,
            "took_ms": _NUMBER,
            "did_you_mean": _NULLABLE_STRING,
            "hits": _list(_reference("Hit")),
            "facets": _object({"language": facet, "year": facet, "author": facet}),
        }
    )


def _hit() -> dict[str, Any]:
    return _object(
        {
            "rank": _INTEGER,
            "score": _NUMBER,
            "article": _reference("Article"),
            "passage": _reference("Passage"),
            "highlights": _list(_reference("Highlight")),
            "matched": _list({"enum": ["keyword", "semantic"]}),
        }
    )


def _highlight() -> dict[str, Any]:
    kinds = {"enum": ["exact", "lemma", "meaning"]}
    return _object({"start": _INTEGER, "end": _INTEGER, "kind": kinds, "query_word": _STRING})


def _problem() -> dict[str, Any]:
    always = {"type": _STRING, "title": _STRING, "status": _INTEGER, "detail": _STRING}
    described = _object(always)
    return described | {"properties": always | {"parameter": _STRING}}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _reference(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}
