"""The description of the API says what the API does."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient


def described(client: FlaskClient) -> dict[str, Any]:
    document = client.get("/openapi.json").json
    assert document is not None
    return document


def fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return fits(value, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    if "enum" in schema:
        return value in schema["enum"]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, dict):
        parts = schema.get("properties", {})
        inner = set(value) == set(parts) and all(fits(value[name], parts[name], document) for name in value)
        return "object" in kinds and inner
    if isinstance(value, list):
        return "array" in kinds and all(fits(each, schema["items"], document) for each in value)
    names = {str: {"string"}, int: {"integer", "number"}, float: {"number"}, type(None): {"null"}}
    return bool(names[type(value)] & set(kinds))


def test_every_path_of_the_api_is_described(app: Flask, client: FlaskClient) -> None:
    rules = {re.sub(r"<path:\w+>", "{id}", str(rule)) for rule in app.url_map.iter_rules()}
    rules = {re.sub(r"<int:(\w+)>", r"{\1}", rule) for rule in rules}
    served = {rule for rule in rules if rule.startswith("/api/") or rule == "/healthz"}

    assert set(described(client)["paths"]) == served


def test_answers_are_as_described(client: FlaskClient) -> None:
    document = described(client)
    for path, address in {
        "/api/v1/search": "/api/v1/search?q=суу энергия",
        "/api/v1/articles/{id}": "/api/v1/articles/water-ky",
        "/api/v1/articles/{id}/passages/{ordinal}/similar": "/api/v1/articles/water-ky/passages/0/similar",
        "/api/v1/suggest": "/api/v1/suggest?q=суу",
        "/healthz": "/healthz",
    }.items():
        responses = document["paths"][path]["get"]["responses"]
        schema = responses["200"]["content"]["application/json"]["schema"]
        assert fits(client.get(address).json, schema, document), path


def test_problems_are_as_described(client: FlaskClient) -> None:
    document = described(client)
    problem = client.get("/api/v1/search?limit=x").json

    assert fits(problem, document["components"]["schemas"]["Problem"], document)
    assert document["paths"]["/api/v1/search"]["get"]["responses"].keys() >= {"200", "400", "429", "503"}


def test_every_parameter_is_taken(client: FlaskClient) -> None:
    parameters = described(client)["paths"]["/api/v1/search"]["get"]["parameters"]

    assert [each["name"] for each in parameters] == [
        "q",
        "mode",
        "sort",
        "language",
        "author",
        "article",
        "year_from",
        "year_to",
        "limit",
        "offset",
        "per_article",
        "key",
    ]


def test_a_key_is_taken_where_it_is_described(client: FlaskClient) -> None:
    described_paths = described(client)["paths"]
    taken = {path for path, each in described_paths.items() if "401" in each["get"]["responses"]}

    assert taken == {path for path in described_paths if path.startswith("/api/v1/")}
    for path in taken:
        assert "key" in {each["name"] for each in described_paths[path]["get"]["parameters"]}
        address = path.format(id="water-ky", ordinal=0)
        assert client.get(f"{address}?key=made-up-0123456789").status_code == 401, path
