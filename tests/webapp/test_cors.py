from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp import create_app

JOURNAL = {"Origin": "https://journal.example"}
SEARCH = "/api/v1/search?q=water"


def _client(index_dir: Path, *origins: str, rate: str = "off") -> FlaskClient:
    return create_app({"INDEX": index_dir, "RATE_LIMIT": rate, "ORIGINS": origins}).test_client()


def _sharing(answer: TestResponse) -> dict[str, str]:
    """The headers of CORS; of `Vary` what it says of the origin."""
    headers = {name: value for name, value in answer.headers.items() if name.startswith("Access-Control")}
    return headers | ({"Vary": "Origin"} if "Origin" in answer.vary else {})


def test_nobody_else_may_read_unless_set(index_dir: Path) -> None:
    assert _sharing(_client(index_dir).get(SEARCH, headers=JOURNAL)) == {}


def test_a_named_origin_may_read(index_dir: Path) -> None:
    client = _client(index_dir, "https://journal.example", "https://press.example:8443")

    assert _sharing(client.get(SEARCH, headers=JOURNAL)) == {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": "https://journal.example",
        "Access-Control-Expose-Headers": (
            "Retry-After, ETag, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
        ),
    }


@pytest.mark.parametrize(
    "origin", ["https://journal.example.evil", "http://journal.example", "https://journal.example:444", "null", ""]
)
def test_another_origin_may_not(index_dir: Path, origin: str) -> None:
    client = _client(index_dir, "https://journal.example")

    assert _sharing(client.get(SEARCH, headers={"Origin": origin})) == {"Vary": "Origin"}


def test_everybody_may_where_so_set(index_dir: Path) -> None:
    answer = _client(index_dir, "*").get(SEARCH, headers=JOURNAL)

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Origin" not in answer.vary


def test_a_preflight_is_answered(index_dir: Path) -> None:
    asked = JOURNAL | {"Access-Control-Request-Method": "GET"}
    answer = _client(index_dir, "https://journal.example").options(SEARCH, headers=asked)

    assert answer.status_code == 200
    assert _sharing(answer) == {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": "https://journal.example",
        "Access-Control-Expose-Headers": (
            "Retry-After, ETag, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
        ),
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Allow-Headers": "Content-Type, If-None-Match",
        "Access-Control-Max-Age": "7200",
    }


def test_a_refusal_can_be_read_too(index_dir: Path) -> None:
    client = _client(index_dir, "https://journal.example", rate="1 per minute")
    client.get(SEARCH)
    refused = client.get(SEARCH, headers=JOURNAL)

    assert refused.status_code == 429
    assert refused.headers["Access-Control-Allow-Origin"] == "https://journal.example"
    assert "Retry-After" in refused.headers


@pytest.mark.parametrize("address", ["/", "/search?q=water", "/healthz", "/openapi.json"])
def test_only_the_api_is_shared(index_dir: Path, address: str) -> None:
    headers = _client(index_dir, "*").get(address, headers=JOURNAL).headers

    assert "Access-Control-Allow-Origin" not in headers
