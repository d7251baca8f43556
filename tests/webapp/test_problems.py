"""Requests that cannot be answered: a readable reason, and never status 500."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp import create_app

HOSTILE = [
    "",
    "   ",
    "\x00",
    "a\x00b",
    "🐴🔥",
    "مرحبا بالعالم",
    "‮abc",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "%s %(query)s {0}",
    '"unbalanced',
    "((((",
    "))",
    "[ { \\",
    "*",
    "~",
    "?",
    "-",
    "- -",
    "AND",
    "OR NOT",
    "NOT",
    "title:",
    "year:",
    "year:abc..xyz",
    "year:2010..2005",
    "и в на",
    "the of and",
    "a*b*c*",
    "x~9",
    "'; DROP TABLE articles; --",
    "../../etc/passwd",
    "я" * 2000,
    "слово " * 300,
    "я" * 10_000,
    "(" * 3000,
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("path", ["/search", "/api/v1/search", "/api/v1/suggest", "/articles/water-ky"])
def test_no_query_breaks_anything(client: FlaskClient, path: str, query: str) -> None:
    answer = client.get(path, query_string={"q": query})

    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("raw", ["q=%ED%A0%80", "q=%FF%FE", "q=%", "q=a&q=b", "=&&=", "q[]=x", "ui=%00&q=x"])
@pytest.mark.parametrize("path", ["/search", "/api/v1/search"])
def test_broken_addresses_are_answered(client: FlaskClient, path: str, raw: str) -> None:
    assert client.get(f"{path}?{raw}").status_code == 200


@pytest.mark.parametrize("mode", ["keyword", "semantic"])
def test_every_mode_takes_strange_queries(client: FlaskClient, mode: str) -> None:
    for query in HOSTILE:
        assert client.get("/search", query_string={"q": query, "mode": mode}).status_code in (200, 400)


def test_a_long_query_is_refused_with_a_reason(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search", query_string={"q": "я" * 10_000})

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["parameter"] == "q"
    assert "2,000" in answer.json["detail"]


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("mode=fast", "mode", "mode=fast: one of hybrid, keyword, semantic is expected."),
        ("language=ky,xx", "language", "language=xx: one of ky, kk, ru, en, other is expected."),
        ("limit=0", "limit", "limit=0: a whole number from 1 to 100 is expected."),
        ("limit=101", "limit", "limit=101: a whole number from 1 to 100 is expected."),
        ("limit=٣", "limit", "limit=٣: a whole number from 1 to 100 is expected."),
        ("offset=-1", "offset", "offset=-1: a whole number from 0 to 10000 is expected."),
        ("offset=10001", "offset", "offset=10001: a whole number from 0 to 10000 is expected."),
        ("year_from=now", "year_from", "year_from=now: a whole number from 0 to 9999 is expected."),
        ("year_from=2020&year_to=2010", "year_from", "The first year is later than the last year."),
        (
            f"per_article={'9' * 50}",
            "per_article",
            f"per_article={'9' * 39}…: a whole number from 0 to 100 is expected.",
        ),
    ],
)
def test_unusable_values_are_told(client: FlaskClient, query: str, parameter: str, detail: str) -> None:
    answer = client.get(f"/api/v1/search?q=x&{query}")

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": detail,
        "parameter": parameter,
    }
    page = client.get(f"/search?q=x&{query}", headers={"Accept-Language": "en"})
    assert page.status_code == 400
    assert detail in page.get_data(as_text=True)


def test_api_problems_are_in_english_whatever_the_browser_speaks(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?mode=x", headers={"Accept-Language": "kk"}).json

    assert answer is not None
    assert answer["detail"] == "mode=x: one of hybrid, keyword, semantic is expected."


def test_pages_explain_in_the_language_of_the_reader(client: FlaskClient) -> None:
    page = client.get("/search?q=x&mode=x&ui=ky").get_data(as_text=True)

    assert "mode=x: булардын бири керек: hybrid, keyword, semantic." in page


def test_what_is_not_there_is_not_found(client: FlaskClient) -> None:
    for address in ("/nowhere", "/articles/no-such-article", "/articles/..%2F..%2Fetc%2Fpasswd", "/static/../x"):
        page = client.get(address)
        assert page.status_code == 404
        assert page.mimetype == "text/html"
        assert '<input id="q" name="q"' in page.get_data(as_text=True)
    document = client.get("/api/v1/articles/no-such-article")
    assert document.status_code == 404
    assert document.json == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "The collection has no such article. It may have been taken out or renamed.",
    }


def test_only_reading_is_allowed(client: FlaskClient) -> None:
    answer = client.post("/api/v1/search")

    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_without_an_index_the_pages_say_what_to_do(tmp_path: Path) -> None:
    client = create_app({"INDEX": tmp_path / "none", "RATE_LIMIT": "off"}).test_client()
    page = client.get("/", headers={"Accept-Language": "en"})
    document = client.get("/api/v1/search?q=x")

    assert (page.status_code, document.status_code, client.get("/healthz").status_code) == (503, 503, 503)
    assert page.headers["Retry-After"] == "30"
    assert "izde index" in page.get_data(as_text=True)
    assert str(tmp_path) not in page.get_data(as_text=True)
    assert document.mimetype == "application/problem+json"
    assert document.json is not None
    assert document.json["detail"] == "Nothing has been indexed yet. Whoever keeps this site can run: izde index"


def test_a_mistake_of_ours_shows_no_trace(app: Flask) -> None:
    broken = create_app({"INDEX": app.config["INDEX"], "RATE_LIMIT": "off"})

    @broken.get("/api/v1/broken")
    @broken.get("/broken")
    def fail() -> str:
        raise RuntimeError("secret")

    client = broken.test_client()
    page, document = client.get("/broken"), client.get("/api/v1/broken")

    assert (page.status_code, document.status_code) == (500, 500)
    assert "secret" not in page.get_data(as_text=True) + document.get_data(as_text=True)
    assert document.mimetype == "application/problem+json"


def test_a_query_that_takes_too_long_is_ended(index_dir: Path) -> None:
    app = create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "QUERY_TIME": 0.0})
    answer = app.test_client().get("/api/v1/search?q=water")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "The search took too long. Ask in fewer words, or without wildcards.",
        "parameter": "q",
    }
    page = app.test_client().get("/search?q=вода&ui=ru")
    assert page.status_code == 503
    assert "Поиск занял слишком много времени" in page.get_data(as_text=True)
