"""What the pages offer beside the best passage: others of its article, others like it, its original."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from indexer.build import build
from search.encoder import Encoder
from tests.webapp.chromium import needs_chromium, serving
from webapp import create_app

ARTICLES = [
    {
        "id": "2020/valley & plain",
        "title": "Water of the valley",
        "language": "en",
        "text": "Аннотация. Водохранилище собирает воду летом и зимой даёт электричество городам долины.\n\n"
        "Аннотация. Суу сактагыч жайында суу топтоп, кышында өрөөндүн шаарларына электр энергиясын берет.\n\n"
        "The reservoirs gather water in summer and give electricity to the cities of the valley in winter.",
    },
    {
        "id": "su",
        "title": "Су қоймалары",
        "language": "kk",
        "url": "https://journal.example/su",
        "text": "Су қоймасы жазда су жинап, қыста аңғардың қалаларына электр энергиясын береді.",
    },
]
VALLEY = "/articles/2020/valley%20&%20plain"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    folder = tmp_path_factory.mktemp("valley")
    (folder / "a.jsonl").write_text("\n".join(json.dumps(each) for each in ARTICLES), "utf-8")
    build([folder / "a.jsonl"], folder / "index", encoder)
    return folder / "index"


@pytest.fixture
def client(index: Path) -> FlaskClient:
    originals = "https://files.example.org/{id}.pdf"
    return create_app({"INDEX": index, "RATE_LIMIT": "off", "ORIGINALS": originals}).test_client()


def read(client: FlaskClient, address: str) -> LexborHTMLParser:
    answer = client.get(address)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.get_data(as_text=True))


def texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(selector)]


def addresses(page: LexborHTMLParser, selector: str) -> list[str]:
    return [node.attributes["href"] or "" for node in page.css(selector)]


def test_more_passages_of_an_article_are_folded_under_its_best(client: FlaskClient) -> None:
    page = read(client, "/search?q=reservoir&ui=en")

    assert texts(page, "h1")[0].startswith("4 passages found in 2 articles, in ")
    assert texts(page, ".folded summary") == ["2 more passages of this article"]
    assert sorted(node.attributes["lang"] or "" for node in page.css(".folded .passage")) == ["ky", "ru"]
    places = sorted(addresses(page, ".folded .where a"))
    assert places == [f"{VALLEY}?q=reservoir&ui=en#p{n}" for n in (0, 1)]
    assert addresses(page, ".folded .whole") == ["/search?q=reservoir&article=2020/valley+%26+plain&ui=en"]


def test_all_passages_of_one_article_are_hits(client: FlaskClient) -> None:
    page = read(client, "/search?q=reservoir&article=2020/valley+%26+plain&ui=en")

    assert len(page.css(".hit")) == 3
    assert page.css(".folded") == []


def test_each_hit_and_passage_leads_to_those_like_it(client: FlaskClient) -> None:
    hits = addresses(read(client, "/search?q=reservoir&ui=en"), ".hit .like")
    passages = addresses(read(client, f"{VALLEY}?ui=en"), ".block .like")

    assert passages == [f"{VALLEY}/similar?passage={n}&ui=en" for n in range(3)]
    assert passages[2] in hits
    page = read(client, passages[2])
    assert texts(page, "h1") == ["Passages like this one"]
    assert texts(page, ".hit h2") == ["Су қоймалары"]
    assert page.css(".hit .passage")[0].attributes["lang"] == "kk"


@pytest.mark.parametrize(
    "address",
    [
        f"{VALLEY}/similar?passage=3",
        f"{VALLEY}/similar",
        f"{VALLEY}/similar?passage=x",
        "/articles/none/similar?passage=0",
        "/api/v1/articles/su/passages/9/similar",
        "/api/v1/articles/none/passages/0/similar",
    ],
)
def test_what_is_not_there_has_nothing_like_it(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_programs_get_the_same(client: FlaskClient) -> None:
    answer = client.get("/api/v1/articles/su/passages/0/similar?limit=2").json

    assert answer is not None
    assert (answer["article"]["id"], answer["passage"]["id"]) == ("su", "su#0")
    assert len(answer["similar"]) == 2
    assert len({each["passage"]["language"] for each in answer["similar"]}) == 2
    assert client.get("/api/v1/articles/su/passages/0/similar?limit=0").status_code == 400


def test_passages_in_other_languages_are_listed(client: FlaskClient) -> None:
    page = read(client, f"{VALLEY}?ui=en")

    assert texts(page, ".foreign caption") == ["In other languages"]
    assert texts(page, ".foreign th") == ["Russian", "Kyrgyz"]
    assert addresses(page, ".foreign a") == ["#p0", "#p1"]
    assert read(client, "/articles/su?ui=en").css(".foreign") == []


def test_originals_are_offered_where_they_are_published(client: FlaskClient, index: Path) -> None:
    original = "https://files.example.org/2020/valley%20%26%20plain.pdf"

    assert original in addresses(read(client, VALLEY), "header a")
    assert addresses(read(client, "/articles/su"), "header [rel~=external]") == ["https://journal.example/su"]
    without = create_app({"INDEX": index, "RATE_LIMIT": "off"}).test_client()
    assert read(without, VALLEY).css("header [rel~=external]") == []


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with serving(create_app({"INDEX": index, "RATE_LIMIT": "off"})) as at:
        yield at


@needs_chromium
def test_marks_say_why_when_focused(browser: Chrome, address: str) -> None:
    browser.get(f"{address}{VALLEY}?q=reservoir&ui=en")
    marks = browser.find_elements(By.CSS_SELECTOR, "#p2 mark")
    why = browser.find_element(By.ID, "why")

    assert [mark.get_attribute("tabindex") for mark in marks] == ["0", *["-1"] * (len(marks) - 1)]
    browser.execute_script("arguments[0].focus()", marks[0])
    assert why.text == "reservoir ↔ reservoirs: another form of the word"
    assert marks[0].get_attribute("aria-description") == why.text
    marks[0].send_keys(Keys.ESCAPE)
    assert not why.is_displayed()


@needs_chromium
def test_keys_of_one_character_can_be_switched_off(browser: Chrome, address: str) -> None:
    def pressed(key: str) -> str:
        browser.get(f"{address}{VALLEY}?q=reservoir&ui=en")
        browser.find_element(By.TAG_NAME, "body").send_keys(key)
        return str(browser.switch_to.active_element.tag_name)

    assert (pressed("n"), pressed("/")) == ("mark", "input")
    browser.execute_script("document.querySelector('.keys').open = true; document.querySelector('.keys input').click()")
    assert (pressed("n"), pressed("/")) == ("body", "body")
    assert browser.find_element(By.CSS_SELECTOR, "#matches button").get_attribute("aria-keyshortcuts") is None
    browser.execute_script("document.querySelector('.keys input').click()")
    assert browser.find_element(By.NAME, "q").get_attribute("aria-keyshortcuts") == "/ Control+K Meta+K"
    assert (pressed("n"), pressed("/")) == ("mark", "input")
