"""The description for browsers, and suggestions in their form."""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

SPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def described(client: FlaskClient, address: str = "/opensearch.xml?ui=en") -> ElementTree.Element:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/opensearchdescription+xml"
    return ElementTree.fromstring(answer.get_data())


def templates(description: ElementTree.Element) -> dict[str, str]:
    return {each.attrib["type"]: each.attrib["template"] for each in description.findall(f"{SPACE}Url")}


def test_the_description_names_the_site(client: FlaskClient) -> None:
    description = described(client)

    assert description.tag == f"{SPACE}OpenSearchDescription"
    assert description.findtext(f"{SPACE}ShortName") == "izde"
    assert description.findtext(f"{SPACE}Description") == (
        "Izde searches articles in Kyrgyz, Kazakh, Russian and English."
    )
    assert [each.text for each in description.findall(f"{SPACE}Language")] == ["ky", "kk", "ru", "en"]


def test_its_addresses_are_whole(client: FlaskClient) -> None:
    assert templates(described(client, "/opensearch.xml?ui=ky")) == {
        "text/html": "http://localhost/search?q={searchTerms}&ui=ky",
        "application/x-suggestions+json": "http://localhost/api/v1/suggest?format=opensearch&q={searchTerms}",
        "application/atom+xml": "http://localhost/feed?ui=ky&q={searchTerms}",
        "application/opensearchdescription+xml": "http://localhost/opensearch.xml?ui=ky",
    }


def test_its_addresses_answer(client: FlaskClient) -> None:
    description = described(client)
    for mimetype, template in templates(description).items():
        answer = client.get(template.replace("{searchTerms}", quote("су суу & water")))
        assert (answer.status_code, answer.mimetype) == (200, mimetype)
    image = description.findtext(f"{SPACE}Image")
    assert image is not None
    assert client.get(image).mimetype == "image/svg+xml"


def test_it_speaks_the_language_of_the_browser(client: FlaskClient) -> None:
    answer = client.get("/opensearch.xml", headers={"Accept-Language": "ru"})

    assert "Izde ищет" in answer.get_data(as_text=True)
    assert answer.headers["Content-Language"] == "ru"
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("address", ["/", "/search?q=суу", "/articles/water-ky", "/nowhere"])
def test_every_page_leads_to_it(client: FlaskClient, address: str) -> None:
    page = client.get(address).get_data(as_text=True)

    assert (
        '<link rel="search" type="application/opensearchdescription+xml" title="izde" href="/opensearch.xml">'
    ) in page


def test_suggestions_as_browsers_read_them(client: FlaskClient) -> None:
    answer = client.get("/api/v1/suggest?q=labour&limit=1&format=opensearch")

    assert answer.mimetype == "application/x-suggestions+json"
    assert answer.json == ["labour", ["labour migration"]]
    assert client.get("/api/v1/suggest?q=&format=opensearch").json == ["", []]
    assert client.get("/api/v1/suggest?q=labour&limit=1&format=json").json == {
        "query": "labour",
        "suggestions": ["labour migration"],
    }


def test_another_format_is_refused(client: FlaskClient) -> None:
    answer = client.get("/api/v1/suggest?q=labour&format=xml")

    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "format=xml: one of json, opensearch is expected.",
        "parameter": "format",
    }
