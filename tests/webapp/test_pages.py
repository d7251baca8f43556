"""The pages, as a browser reads them."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.build import build
from search.encoder import Encoder
from webapp import create_app
from webapp.openapi import document

HOSTILE_ARTICLE = {
    "id": 'odd/<b>"id"',
    "title": '<script>alert("title")</script> {{7*7}}',
    "authors": ['"><img src=x onerror=alert(1)>'],
    "url": "javascript:alert(1)",
    "keywords": ["<i>keyword</i>"],
    "year": 2020,
    "text": "<script>alert('text')</script> A reservoir holds <mark>water</mark> for the summer & winter {{7*7}}.",
}


def read(client: FlaskClient, address: str, **arguments: str) -> LexborHTMLParser:
    """The page at an address of a link, or at a path with arguments."""
    answer = client.get(address, query_string=None if "?" in address else {"ui": "en", **arguments})
    assert answer.status_code == 200
    return LexborHTMLParser(answer.get_data(as_text=True))


def one(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    found = page.css(selector)
    assert len(found) == 1, f"{len(found)} elements match {selector}"
    return found[0]


def texts(page: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(selector)]


def addresses(page: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [node.attributes["href"] or "" for node in page.css(selector)]


def test_start_page_shows_the_field_examples_and_the_collection(client: FlaskClient) -> None:
    page = read(client, "/")

    assert one(page, "form[role=search]").attributes["action"] == "/search?ui=en"
    assert one(page, "input[type=search]").attributes["name"] == "q"
    assert {node.attributes["lang"] for node in page.css(".examples a")} == {"ky", "kk", "ru", "en"}
    assert texts(page, ".figures span")[0] == "4 articles"
    assert texts(page, ".figures span")[2] == "years 2015–2021"


def test_examples_lead_to_searches(client: FlaskClient) -> None:
    for address in addresses(read(client, "/"), ".examples a"):
        assert client.get(address).status_code == 200


def test_a_search_shows_passages_with_their_source(client: FlaskClient) -> None:
    page = read(client, "/search", q="remittances", mode="keyword")
    hit = page.css(".hit")[0]

    assert one(page, "title").text() == "remittances – izde"
    assert texts(hit, "h2") == ["Labour migration and remittances"]
    assert texts(hit, ".authors") == ["Whitcombe A."]
    assert texts(hit, ".facts span") == ["English", "2021"]
    assert one(hit, ".passage").attributes["lang"] == "en"
    assert texts(hit, "mark.exact") == ["remittances"]
    assert one(hit, "mark.exact").attributes["title"] == "The word you asked for: “remittances”"
    assert one(page, "input[type=search]").attributes["value"] == "remittances"


def test_a_result_leads_to_its_place_in_the_article(client: FlaskClient) -> None:
    link = addresses(read(client, "/search", q="remittances", mode="keyword"), ".hit h2 a")[0]
    address, _, anchor = link.partition("#")
    page = read(client, address)

    assert address == "/articles/migration-en?q=remittances&mode=keyword&ui=en"
    target = one(page, f"#{anchor}")
    assert target.attributes["lang"] == "en"
    assert texts(target, "mark.exact") == ["remittances"]
    assert addresses(page, ".jumps a")[0] == f"#{anchor}"
    assert addresses(page, ".back a") == ["/search?q=remittances&mode=keyword&ui=en"]


def test_an_article_is_shown_whole(client: FlaskClient) -> None:
    page = read(client, "/articles/migration-en")
    document = client.get("/api/v1/articles/migration-en").json

    assert document is not None
    shown = " ".join(texts(page, ".block .body, .between .body"))
    assert "".join(shown.split()) == "".join(document["text"].split())
    assert texts(page, "h1") == ["Labour migration and remittances"]
    assert texts(page, ".keywords") == ["Keywords: labour migration, remittances"]
    assert "https://journal.example/migration" in addresses(page, "header a")
    assert page.css("mark") == []
    assert len(page.css("[id^=p]")) == len(document["passages"])


def test_filters_toggle_and_keep_the_rest_of_the_address(client: FlaskClient) -> None:
    page = read(client, "/search", q="суу", year_from="2019")
    links = dict(zip(texts(page, ".languages .tongue"), addresses(page, ".languages a"), strict=True))
    assert links["Kyrgyz"] == "/search?q=%D1%81%D1%83%D1%83&language=ky&year_from=2019&ui=en"

    chosen = read(client, links["Kyrgyz"])
    assert {node.attributes["lang"] for node in chosen.css(".hit .passage")} == {"ky"}
    assert addresses(chosen, ".languages [aria-current]") == ["/search?q=%D1%81%D1%83%D1%83&year_from=2019&ui=en"]
    assert addresses(chosen, ".chosen a") == [
        "/search?q=%D1%81%D1%83%D1%83&language=ky&ui=en",
        "/search?q=%D1%81%D1%83%D1%83&ui=en",
    ]


def test_years_and_authors_are_facets(client: FlaskClient) -> None:
    page = read(client, "/search", q="суу", language="ky")

    assert texts(page, ".filters li") == ["2019 1", "Асанова Г.К. 1"]
    year, author = addresses(page, ".filters li a")
    assert "&year_from=2019&year_to=2019&" in year
    assert texts(read(client, author), ".chosen li")[0] == "Remove the filter: Асанова Г.К. ×"


def test_modes_are_links_on_a_results_page(client: FlaskClient) -> None:
    page = read(client, "/search", q="water", mode="semantic")

    assert texts(page, "nav.modes [aria-current]") == ["by meaning"]
    assert addresses(page, "nav.modes a")[:2] == ["/search?q=water&ui=en", "/search?q=water&mode=keyword&ui=en"]


def test_results_are_sorted_by_links(client: FlaskClient) -> None:
    page = read(client, "/search", q="migrants людьми суу", mode="keyword", year_from="2015", limit="2")
    links = dict(zip(texts(page, ".sorts a"), addresses(page, ".sorts a"), strict=True))
    latest = read(client, links["Latest first"])

    assert texts(page, ".sorts [aria-current]") == ["Best first"]
    assert texts(latest, ".sorts [aria-current]") == ["Latest first"]
    assert texts(latest, ".hit .facts") == ["English 2021", "Kyrgyz 2019"]
    assert "&sort=year&" in addresses(latest, ".paging [rel=next]")[0]
    assert "&sort=year&" not in addresses(latest, ".sorts a")[0]


def test_pages_of_results(client: FlaskClient) -> None:
    first = read(client, "/search", q="суу су migrants", mode="keyword", limit="1")
    total = int(texts(first, "h1")[0].split()[0])

    assert total == 3
    address = "/search?q=%D1%81%D1%83%D1%83+%D1%81%D1%83+migrants&mode=keyword&limit=1&offset=1&ui=en"
    assert texts(first, ".paging [aria-current]") == ["1"]
    assert addresses(first, ".paging [rel=next]") == [address]
    assert first.css(".paging [rel=prev]") == []
    second = read(client, address)
    assert one(second, ".results > ol").attributes["start"] == "2"
    beyond = read(client, "/search", q="migrants", offset="500")
    assert "The results end before this page." in beyond.text()


def test_a_misspelt_word_is_offered_right(client: FlaskClient) -> None:
    page = read(client, "/search", q="remittanses migrants", mode="keyword")

    assert texts(page, ".notice") == ["Did you mean remittances migrants?"]
    assert addresses(page, ".notice a") == ["/search?q=remittances+migrants&mode=keyword&ui=en"]


def test_another_spelling_is_searched_for_and_said_so(client: FlaskClient) -> None:
    page = read(client, "/search", q="remitances", mode="keyword")

    assert texts(page, ".notice") == ["Searched for remittances. Search for remitances as typed"]
    assert addresses(page, ".notice a") == ["/search?q=%22remitances%22&mode=keyword&ui=en"]


def test_nothing_found_says_what_to_try(client: FlaskClient) -> None:
    page = read(client, "/search", q="zzzzqqqq", mode="keyword", year_from="2020")

    assert texts(page, "h1") == ["Nothing found for “zzzzqqqq”"]
    assert addresses(page, ".advice a") == [
        "/search?q=zzzzqqqq&mode=keyword&ui=en",
        "/search?q=zzzzqqqq&year_from=2020&ui=en",
    ]


def test_the_field_keeps_the_filters(client: FlaskClient) -> None:
    page = read(client, "/search", q="water", language="ky,ru", offset="10", article="water-ky")
    kept = {node.attributes["name"]: node.attributes["value"] for node in page.css(".search input[type=hidden]")}

    assert kept == {"language": "ky,ru", "ui": "en"}


@pytest.mark.parametrize(
    ("interface", "letters"), [("ky", "ңөүәғқұһі"), ("kk", "әғқңөұүһі"), ("ru", "ңөүәғқұһі"), ("en", "ңөүәғқұһі")]
)
def test_keys_for_letters_are_in_the_order_of_the_reader(client: FlaskClient, interface: str, letters: str) -> None:
    page = LexborHTMLParser(client.get(f"/?ui={interface}").get_data(as_text=True))

    assert "".join(texts(page, "#letters button")) == letters
    assert all(node.attributes["aria-label"] for node in page.css("#letters button"))


def test_what_a_script_brings_to_life_is_hidden_without_one(client: FlaskClient) -> None:
    page = read(client, "/articles/water-ky", q="суу")

    for part in ("suggestions", "letters", "recent", "matches"):
        assert "hidden" in one(page, f"#{part}").attributes
    assert read(client, "/articles/water-ky").css("#matches") == []


def test_pages_need_no_script_style_or_cookie(client: FlaskClient) -> None:
    for address in ("/", "/search?q=water", "/articles/water-ky?q=water"):
        answer = client.get(address)
        page = LexborHTMLParser(answer.get_data(as_text=True))
        assert "Set-Cookie" not in answer.headers
        assert page.css("[style], style, [onclick]") == []
        assert {node.text() for node in page.css("script")} == {""}
        assert all((node.attributes["src"] or "").startswith("/static/") for node in page.css("script"))
        loaded = addresses(page, "link:not([type$=oembed])")
        assert all(link.startswith("/") and not link.startswith("//") for link in loaded)


@pytest.fixture(scope="module")
def hostile_client(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> FlaskClient:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "articles.jsonl").write_text(json.dumps(HOSTILE_ARTICLE), "utf-8")
    build([folder / "articles.jsonl"], folder / "index", encoder)
    return create_app({"INDEX": folder / "index", "RATE_LIMIT": "off"}).test_client()


def test_markup_in_articles_stays_text(hostile_client: FlaskClient) -> None:
    results = read(hostile_client, "/search", q="water <script> reservoir", language="en")
    article = read(hostile_client, addresses(results, ".hit h2 a")[0])

    for page in (results, article):
        assert {node.text() for node in page.css("script")} == {""}
        assert page.css("img, b > b, i") == []
        assert HOSTILE_ARTICLE["title"] in [node.text().strip() for node in page.css("h1, h2")]
        assert any("<mark>" in node.text() for node in page.css(".passage"))
        assert {"exact", "lemma", "meaning"} >= {node.attributes["class"] for node in page.css("mark")}
        assert "{{7*7}}" in page.text()


def test_only_web_addresses_become_links(hostile_client: FlaskClient) -> None:
    assert "javascript:" not in hostile_client.get('/articles/odd/<b>"id"').get_data(as_text=True)


def test_the_page_of_the_api_has_every_address_and_parameter(client: FlaskClient) -> None:
    page = LexborHTMLParser(client.get("/api?ui=en").get_data(as_text=True))
    described = document()["paths"]

    assert [each.text() for each in page.css("h2 code")] == [f"GET {path}" for path in described]
    assert [each.text() for each in page.css("dt code")] == [
        each["name"] for methods in described.values() for each in methods["get"]["parameters"]
    ]
    mode = page.css("dd")[1].text()
    assert " ".join(mode.split()) == "How to look. hybrid, keyword, semantic. Default: hybrid."
    assert one(page, "footer a").attributes["href"] == "/api?ui=en"
