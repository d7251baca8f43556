"""Answers that are not sent again where the client has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.build import build
from search.encoder import Encoder
from webapp import create_app

ADDRESSES = [
    "/api/v1/search?q=суу",
    "/api/v1/articles/water-ky",
    "/api/v1/suggest?q=labour",
    "/api/v1/suggest?q=labour&format=opensearch",
    "/openapi.json",
    "/feed?q=суу",
    "/opensearch.xml",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_an_answer_the_client_has_is_not_sent_again(client: FlaskClient, address: str, encoding: str) -> None:
    first = client.get(address, headers={"Accept-Encoding": encoding})
    again = client.get(address, headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]})

    assert first.headers["ETag"].startswith('W/"')
    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Content-Type" not in again.headers
    assert "accept-encoding" in first.vary
    assert again.headers["Vary"] == first.headers["Vary"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_another_answer_is_sent(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers={"If-None-Match": 'W/"another"'})

    assert answer.status_code == 200
    assert answer.get_data()


def test_tags_differ_by_content(client: FlaskClient) -> None:
    addresses = [*ADDRESSES, "/api/v1/search?q=су", "/feed?q=суу&ui=ru", "/feed?q=суу&ui=en"]

    assert len({client.get(address).headers["ETag"] for address in addresses if address != "/feed?q=суу"}) == 9


def test_a_new_generation_has_new_tags(tmp_path: Path, encoder: Encoder) -> None:
    source = tmp_path / "articles.jsonl"
    source.write_text(json.dumps({"id": "snow", "title": "Snow", "text": "Snow falls in the mountains."}), "utf-8")
    client = create_app({"INDEX": tmp_path / "index", "RATE_LIMIT": "off", "TESTING": True}).test_client()
    tags = []
    for _ in range(2):
        build([source], tmp_path / "index", encoder, full=True)
        tags.append([client.get(path).headers["ETag"] for path in ("/api/v1/articles/snow", "/feed?q=snow")])

    assert tags[0][0] != tags[1][0]
    assert tags[0][1] != tags[1][1]


def test_problems_and_health_have_no_tag(client: FlaskClient) -> None:
    for address in ("/api/v1/search?limit=x", "/api/v1/articles/none", "/feed?mode=x", "/healthz"):
        assert "ETag" not in client.get(address).headers
    refused = client.get("/api/v1/search?limit=x", headers={"If-None-Match": "*"})
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")
