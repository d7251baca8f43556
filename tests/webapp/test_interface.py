"""The language of the pages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser


def language(client: FlaskClient, address: str, accepted: str = "") -> str | None:
    answer = client.get(address, headers={"Accept-Language": accepted})
    page = LexborHTMLParser(answer.get_data(as_text=True))
    html = page.css_first("html")
    assert html is not None
    assert html.attributes["lang"] == answer.headers["Content-Language"]
    return html.attributes["lang"]


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("kk-KZ,kk;q=0.9,ru;q=0.8", "kk"), ("ky", "ky"), ("de,ru;q=0.5", "ru"), ("fr", "en"), ("", "en"), ("*", "ky")],
)
def test_the_browser_chooses(client: FlaskClient, accepted: str, expected: str) -> None:
    assert language(client, "/", accepted) == expected


def test_the_address_goes_before_the_browser(client: FlaskClient) -> None:
    assert language(client, "/search?q=x&ui=kk", "ru") == "kk"
    assert language(client, "/search?q=x&ui=xx", "ru") == "ru"


def test_the_switch_keeps_the_search(client: FlaskClient) -> None:
    page = LexborHTMLParser(client.get("/search?q=a%26b&language=ky&ui=en").get_data(as_text=True))

    assert [node.attributes["href"] for node in page.css(".tongues a")] == [
        f"?q=a%26b&language=ky&ui={code}" for code in ("ky", "kk", "ru", "en")
    ]
    assert [node.text() for node in page.css(".tongues a[aria-current]")] == ["English"]


def test_a_chosen_language_stays_in_the_links(client: FlaskClient) -> None:
    page = LexborHTMLParser(client.get("/search?q=суу&ui=kk").get_data(as_text=True))
    inner = [node.attributes["href"] or "" for node in page.css("main a, .wordmark")]

    assert inner
    assert all("ui=kk" in link for link in inner if link.startswith("/"))
    assert all(node.attributes["value"] == "kk" for node in page.css("input[name=ui]"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ky", "4 макала"),
        ("kk", "4 мақала"),
        ("ru", "4 статьи"),
        ("en", "4 articles"),
    ],
)
def test_numbers_agree(client: FlaskClient, code: str, expected: str) -> None:
    assert expected in client.get(f"/?ui={code}").get_data(as_text=True)
