"""The API does what /openapi.json says: requests made from the description, answers checked against it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import hypothesis
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.conftest import ARTICLES
from webapp.openapi import document

PATHS = document()["paths"]

#: Values that the collection has an answer to, which values made at random hardly ever are.
KNOWN = {
    "q": ["суу энергиясы", "торговля людьми", "labour migration", '"electric" -water', "ынтымақ*", "сотруднечество"],
    "id": [str(article["id"]) for article in ARTICLES],
    "author": [str(article["authors"][0]) for article in ARTICLES],
}

_NAMELESS = "\U00017600"

# The same requests each time, and none remembered from an earlier run.
_settled = hypothesis.settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)

_known = strategies.fixed_dictionaries({}, optional={name: strategies.sampled_from(KNOWN[name]) for name in KNOWN})


@pytest.fixture(scope="module")
def described(app: Flask) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


@pytest.mark.parametrize("path", PATHS)
def test_described_requests_are_answered_as_described(described: schemathesis.BaseSchema, path: str) -> None:
    @_settled
    @hypothesis.given(case=described[path]["GET"].as_strategy(), known=_known)
    def answered(case: schemathesis.Case, known: dict[str, str]) -> None:
        case.query |= {name: value for name, value in known.items() if name in case.query}
        case.path_parameters |= {name: value for name, value in known.items() if name in case.path_parameters}
        # That the first year is not later than the last is more than a schema can say.
        hypothesis.assume(case.query.get("year_from", 0) <= case.query.get("year_to", 9999))
        _check(case)

    answered()


@pytest.mark.parametrize("path", [path for path in PATHS if PATHS[path]["get"]["parameters"] and "{" not in path])
def test_other_requests_are_refused_as_described(described: schemathesis.BaseSchema, path: str) -> None:
    other = schemathesis.GenerationMode.NEGATIVE

    @_settled
    @hypothesis.given(case=described[path]["GET"].as_strategy(generation_mode=other))
    def refused(case: schemathesis.Case) -> None:
        _check(case, plain=True)

    refused()


def test_letters_without_a_name_are_answered(client: FlaskClient) -> None:
    assert client.get("/api/v1/search", query_string={"q": _NAMELESS}).status_code == 200


def _check(case: schemathesis.Case, *, plain: bool = False) -> None:
    # Schemathesis asks for compressed answers of an application in process, but does not unpack them.
    response = case.call(headers={"Accept-Encoding": "identity"})
    sent = parse_qs(urlsplit(response.request.url or "").query, keep_blank_values=True)
    hypothesis.assume(not plain or all(_plain(values[0]) for values in sent.values()))
    # Schemathesis cannot read `prefixItems` in the schema of an answer; test_opensearch.py has whole answers.
    tuples = sent.get("format") == ["opensearch"]
    case.validate_response(response, excluded_checks=[response_schema_conformance] if tuples else [])


def _plain(value: str) -> bool:
    """Whether nothing is left out in reading: empty values, as forms send them, and blanks say nothing."""
    return value.isprintable() and all(part and part == " ".join(part.split()) for part in value.split(","))
