"""The frame that other sites are told to show for the address of a search."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from webapp import create_app

SEARCH = "http://localhost/search?q=суу+%26+%22энергия%22&language=ky,kk&offset=10&ui=ky"


def test_a_saved_search_is_a_frame(client: FlaskClient) -> None:
    answer = client.get("/oembed", query_string={"url": SEARCH, "ui": "en"})

    assert answer.mimetype == "application/json"
    assert answer.json == {
        "version": "1.0",
        "type": "rich",
        "provider_name": "izde",
        "provider_url": "http://localhost/?ui=en",
        "title": 'Search the articles: суу & "энергия"',
        "html": '<iframe src="//localhost/embed?q=%D1%81%D1%83%D1%83+%26+%22%D1%8D%D0%BD%D0%B5%D1%80%D0%B3%D0%B8%D1%8F'
        '%22&amp;language=ky%2Ckk&amp;offset=10&amp;ui=ky" title="Search the articles: суу &amp; &#34;энергия&#34;" '
        'width="600" height="600" loading="lazy" referrerpolicy="strict-origin"></iframe>',
        "width": 600,
        "height": 600,
        "cache_age": 3600,
    }


def test_its_frame_can_be_fetched(client: FlaskClient) -> None:
    answer = client.get("/oembed", query_string={"url": SEARCH})
    assert answer.json is not None
    source = LexborHTMLParser(answer.json["html"]).css_first("iframe").attributes["src"]
    assert source is not None
    assert client.get(f"http:{source}").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "size"),
    [
        ({"maxwidth": "320"}, (320, 600)),
        ({"maxwidth": "480", "maxheight": "200"}, (480, 200)),
        ({"maxwidth": "5000", "maxheight": "5000"}, (600, 600)),
    ],
)
def test_it_is_no_larger_than_wanted(client: FlaskClient, wanted: dict[str, str], size: tuple[int, int]) -> None:
    answer = client.get("/oembed", query_string={"url": SEARCH, "format": "json", **wanted})
    assert answer.json is not None
    assert (answer.json["width"], answer.json["height"]) == size
    assert f'width="{size[0]}" height="{size[1]}"' in answer.json["html"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://localhost/search",
        "http://localhost/search?q=+",
        "http://localhost/search?q=a&mode=other",
        "http://localhost/articles/water-ky?q=a",
        "http://localhost/",
        "http://localhost:81/search?q=a",
        "http://localhost@evil.example/search?q=a",
        "http://evil.example/search?q=a",
        "http://[/search?q=a",
        "//localhost/search?q=a",
        "/search?q=a",
        "javascript://localhost/search?q=a",
    ],
)
def test_there_is_nothing_for_other_addresses(client: FlaskClient, address: str) -> None:
    answer = client.get("/oembed", query_string={"url": address})
    assert (answer.status_code, "Location" in answer.headers) == (404, False)


@pytest.mark.parametrize(("wanted", "status"), [({"format": "xml"}, 501), ({"maxwidth": "0"}, 400)])
def test_what_is_not_offered_is_refused(client: FlaskClient, wanted: dict[str, str], status: int) -> None:
    assert client.get("/oembed", query_string={"url": SEARCH, **wanted}).status_code == status


def test_a_refusal_is_a_document_that_says_so(client: FlaskClient) -> None:
    answer = client.get("/oembed", query_string={"url": SEARCH, "format": "xml"})
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "Not Implemented",
        "status": 501,
        "detail": "Its address is not one this site knows how to answer.",
    }


def test_its_frame_has_the_key_it_was_asked_with(index_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(
        '[journal]\nkey = "journal-0123456789"\norigins = ["https://journal.example"]\nrate_limit = "9 per minute"\n'
    )
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "KEYS": file}).test_client()
    answer = client.get("/oembed", query_string={"url": SEARCH, "key": "journal-0123456789"}).json
    assert answer is not None
    assert "&amp;ui=ky&amp;key=journal-0123456789" in answer["html"]
    assert client.get("/oembed", query_string={"url": SEARCH, "key": "journal-9876543210"}).status_code == 401


def test_markup_in_a_query_stays_text(client: FlaskClient) -> None:
    hostile = {"url": 'http://localhost/search?q="><script>alert(1)</script>'}
    answer = client.get("/oembed", query_string=hostile)
    assert answer.json is not None
    frame = LexborHTMLParser(answer.json["html"])
    assert [node.tag for node in frame.css("body *")] == ["iframe"]


def test_the_page_of_results_names_it(index_dir: Path) -> None:
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "NAME": "Journal of Water"}).test_client()
    page = LexborHTMLParser(client.get("/search?q=суу&language=ky").get_data(as_text=True))
    (link,) = page.css('link[rel="alternate"][type="application/json+oembed"]')
    address = link.attributes["href"]
    assert address is not None
    answer = client.get(address).json
    assert answer is not None
    assert answer["provider_name"] == "Journal of Water"
    assert 'src="//localhost/embed?q=%D1%81%D1%83%D1%83&amp;language=ky"' in answer["html"]
