"""Tests of what other programs rely on: commands, options, settings and the JSON documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from izde import main
from webapp import create_app

COMMANDS = {
    "index": {"sources", "--index", "--full", "--json"},
    "search": {"query", "--index", "--mode", "--language", "--limit", "--offset", "--json"},
    "serve": {"--index", "--host", "--port"},
    "extract": {"file", "--json"},
    "analyze": {"--language", "--json"},
    "stats": {"--index"},
    "verify": {"--index"},
    "export": {"file", "--index"},
    "backup": {"file", "--index", "--json"},
    "restore": {"file", "--index", "--force", "--json"},
    "eval": {"file"},
}

#: The type of every value of a search's document; a list has the type of each of its items.
DOCUMENT = {
    "query": {
        "text": str,
        "searched": str,
        "language": str,
        "languages": [{"value": str, "probability": float}],
        "mode": str,
    },
    "total": int,
    "took_ms": (int, float),
    "did_you_mean": (str, type(None)),
    "hits": [
        {
            "rank": int,
            "score": float,
            "article": {
                "id": str,
                "title": str,
                "url": (str, type(None)),
                "language": (str, type(None)),
                "authors": [str],
                "year": (int, type(None)),
            },
            "passage": {
                "id": str,
                "text": str,
                "language": str,
                "start": int,
                "end": int,
                "page": (int, type(None)),
            },
            "highlights": [{"start": int, "end": int, "kind": str, "query_word": str}],
            "matched": [str],
        }
    ],
    "facets": {name: [{"value": str, "count": int}] for name in ("language", "year", "author")},
}


@pytest.fixture(scope="module")
def client(index_dir: Path) -> FlaskClient:
    return create_app({"INDEX": index_dir, "RATE_LIMIT": "off"}).test_client()


def _assert_shape(value: Any, shape: Any) -> None:
    if isinstance(shape, dict):
        assert list(value) == list(shape)
        for name, inner in shape.items():
            _assert_shape(value[name], inner)
    elif isinstance(shape, list):
        assert isinstance(value, list)
        for item in value:
            _assert_shape(item, shape[0])
    else:
        assert isinstance(value, shape)
        assert not isinstance(value, bool)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_options_and_help(name: str) -> None:
    command = main.commands[name]
    found = {each for parameter in command.params for each in (*parameter.opts, *parameter.secondary_opts)}
    assert COMMANDS[name] <= found
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert command.help
    assert all(each.help for each in command.params if isinstance(each, click.Option))


def test_no_command_is_without_a_promise() -> None:
    assert set(main.commands) == set(COMMANDS)


@pytest.mark.parametrize(
    "query", ["торговля людьми", "migr*", "суу -Токтогул", "author:Орлова", "ынтымақтастық", "xqzwv", ""]
)
def test_the_document_of_a_search(client: FlaskClient, query: str) -> None:
    document = client.get("/api/v1/search", query_string={"q": query}).get_json()
    _assert_shape(document, DOCUMENT)
    for hit in document["hits"]:
        marks = [(mark["start"], mark["end"]) for mark in hit["highlights"]]
        assert marks == sorted(marks)
        assert all(0 <= start < end <= len(hit["passage"]["text"]) for start, end in marks)
        assert {mark["kind"] for mark in hit["highlights"]} <= {"exact", "lemma", "meaning"}
        assert set(hit["matched"]) <= {"keyword", "semantic"}


def test_the_command_line_prints_the_document_of_the_api(client: FlaskClient, index_dir: Path) -> None:
    options = {"mode": "keyword", "language": "ru", "year_from": "2010", "limit": "3"}
    over_http = client.get("/api/v1/search", query_string={"q": "торговля людьми", **options}).get_json()
    arguments = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", value)]
    command = ["search", "торговля людьми", "--index", str(index_dir), "--json", *arguments]
    printed = json.loads(CliRunner().invoke(main, command).stdout)
    assert printed | {"took_ms": 0} == over_http | {"took_ms": 0}
    assert printed["total"] == 1


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"language": "ky,kk"}, {"water-ky", "water-kk"}),
        ({"year_from": "2020"}, {"water-kk", "migration-en"}),
        ({"year_to": "2015"}, {"trafficking-ru"}),
        ({"author": "Whitcombe A."}, {"migration-en"}),
        ({"article": "water-ky"}, {"water-ky"}),
        ({"limit": "2", "offset": "3"}, {"migration-en"}),
        ({"per_article": "1"}, {"water-ky", "water-kk", "trafficking-ru", "migration-en"}),
    ],
)
def test_parameters_of_the_api(client: FlaskClient, parameters: dict[str, str], expected: set[str]) -> None:
    document = client.get("/api/v1/search", query_string={"q": "year:2000..2030", **parameters}).get_json()
    assert {hit["article"]["id"] for hit in document["hits"]} == expected


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/search?q=a&mode=best", 400),
        ("/api/v1/search?q=a&limit=many", 400),
        ("/api/v1/search?q=a&limit=-1", 400),
        ("/api/v1/search?q=a&year_from=2020&year_to=2010", 400),
        ("/api/v1/search?q=a&language=xx", 400),
        ("/api/v1/articles/none", 404),
        ("/api/v1/none", 404),
    ],
)
def test_problems_are_told_as_rfc_9457_says(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    document = json.loads(answer.text)
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]


def test_the_other_addresses(client: FlaskClient) -> None:
    article = client.get("/api/v1/articles/water-kk").get_json()
    assert (article["id"], article["year"], article["authors"]) == ("water-kk", 2021, ["Сейітов Б.М."])
    for passage in article["passages"]:
        assert article["text"][passage["start"] : passage["end"]] == passage["text"]
    assert client.get("/api/v1/suggest?q=Labour").get_json()["suggestions"] == [
        "labour migration",
        "Labour migration and remittances",
    ]
    assert client.get("/healthz").get_json()["status"] == "ok"
    assert "/api/v1/search" in client.get("/openapi.json").get_json()["paths"]


def test_without_an_index_it_is_unavailable(tmp_path: Path) -> None:
    client = create_app({"INDEX": tmp_path, "RATE_LIMIT": "off"}).test_client()
    assert client.get("/healthz").status_code == 503
    assert client.get("/api/v1/search?q=a").mimetype == "application/problem+json"
    assert client.get("/search?q=a").status_code == 503
