"""The name and the logo of a collection, its examples and its chart of years."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine
from search.settings import SettingError
from webapp import create_app, examples
from webapp.chart import Bar, year_bars
from webapp.examples import EXAMPLES, Example, chosen, in_collection
from webapp.identity import LOGO_POLICY, read_logo

NAME = 'Вестник "права" & <i>общества</i>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><circle r="4"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 25


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    file = tmp_path / "logo.svg"
    file.write_bytes(SVG)
    return file


@pytest.fixture
def named(index_dir: Path, logo: Path) -> FlaskClient:
    config = {"INDEX": index_dir, "RATE_LIMIT": "off", "TESTING": True, "NAME": NAME, "LOGO": logo}
    return create_app(config).test_client()


def page(client: FlaskClient, address: str) -> LexborHTMLParser:
    return LexborHTMLParser(client.get(address).get_data(as_text=True))


def attribute(parsed: LexborHTMLParser, selector: str, name: str) -> str | None:
    (found,) = parsed.css(selector)
    return found.attributes[name]


def test_the_start_page_is_headed_with_the_name(named: FlaskClient) -> None:
    start = page(named, "/?ui=en")

    assert [each.text() for each in start.css("h1")] == [NAME]
    assert start.css("h1")[0].attributes == {"class": "long"}
    assert [each.text() for each in start.css("head title")] == [f"{NAME}: One question, answers in four languages"]
    assert attribute(start, "link[rel=search]", "title") == 'Вестник "права"'


def test_other_pages_lead_to_it_by_name(named: FlaskClient) -> None:
    problem = page(named, "/nowhere?ui=en")

    assert [each.text() for each in problem.css("title")] == [f"Nothing is here – {NAME}"]
    assert attribute(problem, ".wordmark", "aria-label") == f"{NAME}: start page"
    assert [each.text() for each in problem.css(".wordmark span")] == [NAME]


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/search?q=суу&ui=en", f"суу – {NAME}"),
        ("/articles/water-ky?ui=en", f"Токтогул суу сактагычы жана энергетика – {NAME}"),
        (
            "/articles/water-ky/similar?passage=0&ui=en",
            f"Passages like this one: Токтогул суу сактагычы жана энергетика – {NAME}",
        ),
        ("/embed?ui=en", f"Search the articles – {NAME}"),
    ],
)
def test_titles_end_with_it(named: FlaskClient, address: str, title: str) -> None:
    assert [each.text() for each in page(named, address).css("head title")] == [title]


def test_feeds_and_browsers_are_told_the_name(named: FlaskClient) -> None:
    feed = ElementTree.fromstring(named.get("/feed?q=суу&ui=en").get_data())
    described = ElementTree.fromstring(named.get("/opensearch.xml?ui=en").get_data())
    atom, space = "{http://www.w3.org/2005/Atom}", "{http://a9.com/-/spec/opensearch/1.1/}"

    assert feed.findtext(f"{atom}title") == f"New articles on “суу” – {NAME}"
    assert feed.findtext(f"{atom}author/{atom}name") == NAME
    assert described.findtext(f"{space}ShortName") == 'Вестник "права"'
    assert described.findtext(f"{space}LongName") == NAME
    assert (described.findtext(f"{space}Description") or "").startswith(f"{NAME}. ")
    image = described.find(f"{space}Image")
    assert image is not None
    assert image.attrib["type"] == "image/svg+xml"
    assert named.get(image.text or "").data == SVG


def test_a_script_in_the_logo_cannot_run(named: FlaskClient) -> None:
    start = page(named, "/")
    address = attribute(start, ".emblem img", "src")
    assert address is not None
    answer = named.get(address)

    assert attribute(start, ".emblem img", "alt") == NAME
    assert attribute(start, "link[rel=icon]", "href") == address
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/svg+xml", SVG)
    assert answer.headers["Content-Security-Policy"] == LOGO_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_no_other_address_has_a_logo(named: FlaskClient, client: FlaskClient, logo: Path) -> None:
    assert named.get("/logo/0000000000000000").status_code == 404
    assert client.get(f"/logo/{read_logo(logo).digest}").status_code == 404


def test_a_logo_is_known_by_its_content(logo: Path) -> None:
    logo.write_bytes(PNG)
    assert read_logo(logo).mimetype == "image/png"
    logo.write_bytes(b'<?xml version="1.0"?><!-- drawn by hand -->' + SVG)
    assert read_logo(logo).mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is neither an SVG nor a PNG image"),
        (b"GIF89a", "is neither an SVG nor a PNG image"),
        (b"<html><svg/></html>", "is neither an SVG nor a PNG image"),
        (b"<svg", "is neither an SVG nor a PNG image"),
        (PNG + b"\0" * 200_000, "has 200 kB or more; make it smaller"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_bad_logo_is_told_at_the_start(index_dir: Path, tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "logo.svg"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingError) as problem:
        create_app({"INDEX": index_dir, "LOGO": file})
    assert str(problem.value) == f"IZDE_LOGO names {str(file)!r}, which {reason}"


def test_examples_come_from_the_collection_where_ours_find_nothing(engine: Engine) -> None:
    ours = (Example("en", "labour migrants"), Example("en", "space telescopes"), Example("ru", "туманность"))

    assert chosen(engine, ours) == (
        Example("ky", "электр энергиясы"),
        Example("kk", "ынтымақтастық"),
        Example("ru", "торговля людьми"),
        Example("en", "labour migrants"),
        Example("en", "remittances"),
    )


def test_articles_without_key_words_lend_their_words(tmp_path: Path, encoder: Encoder) -> None:
    article = {
        "id": "a",
        "title": "On the many uses which a mountain glacier may have for the valley below it",
        "text": "Mountain glaciers feed rivers. When mountain glaciers melt early, the fields lie dry in August.",
    }
    source = tmp_path / "articles.jsonl"
    source.write_text(json.dumps(article), "utf-8")
    build([source], tmp_path / "index", encoder)

    found = chosen(Engine.open(tmp_path / "index", encoder), EXAMPLES)
    assert [each.query for each in found if each.language == "en"] == ["mountain glaciers"]


def test_readers_of_two_generations_get_examples_each(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    class Replaced:
        """An engine during whose every use readers of later generations arrive."""

        uses = 0

        @property
        def generation(self) -> str:
            self.uses += 1
            with app.app_context():
                g.engine = SimpleNamespace(generation=f"later-{self.uses}")
                in_collection()
            return "first"

    monkeypatch.setattr(examples, "chosen", lambda source, preferred: (Example("en", source.generation),))
    with app.app_context():
        g.engine = Replaced()

        assert in_collection() == (Example("en", "first"),)


def test_years_are_bars() -> None:
    assert year_bars({2019: 1, 2022: 4}) == [
        Bar(2019, 2019, 1, 25.0),
        Bar(2020, 2020, 0, 0.0),
        Bar(2021, 2021, 0, 0.0),
        Bar(2022, 2022, 4, 100.0),
    ]
    assert year_bars({2019: 3}) == year_bars({}) == []


def test_many_years_share_bars() -> None:
    bars = year_bars({1900: 1, 1901: 1, 2024: 4})

    assert len(bars) == 42
    assert [(bar.years, bar.articles) for bar in bars if bar.articles] == [("1900–1902", 2), ("2023–2024", 4)]


def test_the_chart_can_be_read_out(client: FlaskClient) -> None:
    start = page(client, "/?ui=en")

    assert attribute(start, ".years svg", "aria-label") == "Articles by year: 2015: 1, 2019: 1, 2021: 2"
    assert [each.text() for each in start.css(".years title")] == ["2015: 1", "2019: 1", "2021: 2"]


def test_an_index_that_is_not_there_yet_can_be_tried_again(tmp_path: Path) -> None:
    client = create_app({"INDEX": tmp_path / "none", "NAME": NAME}).test_client()
    problem = page(client, "/?ui=ru")

    assert [each.text() for each in problem.css("code")] == ["izde index"]
    assert attribute(problem, "main a", "href") == ""
    assert [each.text() for each in problem.css("main a")] == ["Попробовать ещё раз"]
