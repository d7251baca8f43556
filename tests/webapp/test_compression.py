"""Text on its way to the client."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient

TEXTS = [
    "/",
    "/search?q=суу",
    "/api/v1/articles/water-ky",
    "/openapi.json",
    "/feed?q=суу&ui=en",
    "/opensearch.xml?ui=en",
    "/static/izde.css",
]


@pytest.mark.parametrize("address", TEXTS)
def test_text_is_compressed_for_those_who_accept_it(client: FlaskClient, address: str) -> None:
    plain = client.get(address)
    small = client.get(address, headers={"Accept-Encoding": "br;q=1.0, gzip;q=0.8"})

    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.get_data()) < len(plain.get_data())
    assert len(gzip.decompress(small.get_data())) == pytest.approx(len(plain.get_data()), abs=8)  # times differ
    assert "accept-encoding" in plain.vary
    assert "accept-encoding" in small.vary


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "identity, gzip;q=0.5"])
def test_others_get_it_as_it_is(client: FlaskClient, accepted: str) -> None:
    answer = client.get("/openapi.json", headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in answer.headers
    assert answer.json is not None


def test_short_answers_are_not_worth_it(client: FlaskClient) -> None:
    answer = client.get("/api/v1/suggest?q=labour", headers={"Accept-Encoding": "gzip"})

    assert len(answer.get_data()) < 500
    assert "Content-Encoding" not in answer.headers


def test_a_part_of_a_file_is_sent_plain(client: FlaskClient) -> None:
    whole = client.get("/static/izde.css").get_data()
    part = client.get("/static/izde.css", headers={"Accept-Encoding": "gzip", "Range": "bytes=100-999"})

    assert part.status_code == 206
    assert part.get_data() == whole[100:1000]


def test_a_compressed_file_is_not_sent_twice(client: FlaskClient) -> None:
    accepted = {"Accept-Encoding": "gzip"}
    first = client.get("/static/izde.css", headers=accepted)

    assert (
        client.get("/static/izde.css", headers={**accepted, "If-None-Match": first.headers["ETag"]}).status_code == 304
    )


def test_problems_stay_readable(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?limit=x", headers={"Accept-Encoding": "gzip"})

    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == 400
