"""The feed of new articles, read with an XML parser as a feed reader does."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient

from indexer.build import build
from search.encoder import Encoder
from webapp import create_app
from webapp.feed import ENTRIES

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

HOSTILE_TITLE = "<script>alert('title')</script> & {{7*7}} ]]>\x0b\x1b"
HOSTILE_AUTHOR = '"><img src=x onerror=alert(1)>'
HOSTILE_TEXT = "<mark>Glaciers</mark> melt & rivers rise\x08 \ufffe {{7*7}} ]]>."


def read(client: FlaskClient, **arguments: str) -> Element:
    answer = client.get("/feed", query_string={"ui": "en", **arguments})
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    return ElementTree.fromstring(answer.get_data())


def texts(node: Element, path: str) -> list[str | None]:
    return [each.text for each in node.findall(path.replace("/", f"/{ATOM}").join((ATOM, "")))]


def years(feed: Element) -> list[str]:
    return [(each or "")[:4] for each in texts(feed, "entry/published")]


def link(node: Element, relation: str) -> str:
    (found,) = [each.attrib["href"] for each in node.findall(f"{ATOM}link") if each.attrib["rel"] == relation]
    return found


def client_over(folder: Path, articles: list[dict[str, object]], encoder: Encoder) -> FlaskClient:
    source = folder / "articles.jsonl"
    source.write_text("\n".join(json.dumps(article) for article in articles), "utf-8")
    build([source], folder / "index", encoder)
    return create_app({"INDEX": folder / "index", "RATE_LIMIT": "off", "TESTING": True}).test_client()


def test_an_entry_names_its_article(client: FlaskClient) -> None:
    feed = read(client, q="remittances", mode="keyword")
    (entry,) = feed.findall(f"{ATOM}entry")

    assert texts(feed, "id") == ["tag:localhost,2026:feed?q=remittances&mode=keyword"]
    assert texts(feed, "title") == ["New articles on “remittances” – izde"]
    assert link(feed, "self") == "http://localhost/feed?q=remittances&mode=keyword&ui=en"
    assert link(feed, "alternate") == "http://localhost/search?q=remittances&mode=keyword&ui=en"
    assert texts(entry, "id") == ["tag:localhost,2026:articles/migration-en"]
    assert texts(entry, "title") == ["Labour migration and remittances"]
    assert texts(entry, "author/name") == ["Whitcombe A."]
    assert texts(entry, "published") == texts(entry, "updated") == ["2021-01-01T00:00:00Z"]
    assert link(entry, "alternate") == ("http://localhost/articles/migration-en?q=remittances&mode=keyword&ui=en#p0")
    assert link(entry, "related") == "https://journal.example/migration"
    summary = entry.find(f"{ATOM}summary")
    assert summary is not None
    assert summary.attrib[LANG] == "en"
    assert (summary.text or "").startswith("Labour migrants send remittances to their families every month.")


def test_the_page_of_an_entry_is_there(client: FlaskClient) -> None:
    for entry in read(client, q="суу migrants").findall(f"{ATOM}entry"):
        assert client.get(link(entry, "alternate")).status_code == 200


def test_newest_articles_come_first_once_each(client: FlaskClient) -> None:
    feed = read(client, q="торговля суу су migrants")

    assert years(feed) == ["2021", "2021", "2019", "2015"]
    assert len(set(texts(feed, "entry/id"))) == 4


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"language": "kk"}, ["2021"]),
        ({"year_to": "2019"}, ["2019", "2015"]),
        ({"author": "asanova g.k."}, ["2015"]),
        ({"article": "water-ky"}, ["2019"]),
        ({"limit": "1", "offset": "3"}, ["2021", "2021", "2019", "2015"]),
    ],
)
def test_filters_are_those_of_the_search(client: FlaskClient, filters: dict[str, str], expected: list[str]) -> None:
    assert years(read(client, q="торговля суу су migrants", **filters)) == expected


def test_new_articles_do_not_wait_behind_better_old_ones(tmp_path: Path, encoder: Encoder) -> None:
    old = [{"id": f"old{n}", "title": f"Glaciers {n}", "text": "Glaciers melt.", "year": 1990 + n} for n in range(35)]
    new: dict[str, object] = {
        "id": "new",
        "title": "Report",
        "text": "A long report on many things; the glaciers have a small place in it beside roads and taxes.",
        "year": 2030,
    }
    undated: dict[str, object] = {"id": "undated", "title": "Glaciers", "text": "Glaciers melt."}
    feed = read(client_over(tmp_path, [*old, new, undated], encoder), q="glaciers", mode="keyword")

    assert years(feed) == ["2030", *(str(2024 - n) for n in range(ENTRIES - 1))]
    assert texts(feed, "entry/id")[0] == "tag:localhost,2026:articles/new"


def test_articles_without_a_year_come_last(tmp_path: Path, encoder: Encoder) -> None:
    articles: list[dict[str, object]] = [
        {"id": "undated", "title": "Glaciers", "text": "Glaciers melt."},
        {"id": "dated", "title": "Ice", "text": "All of the glaciers of that valley melt in summer.", "year": 1999},
    ]
    feed = read(client_over(tmp_path, articles, encoder), q="glaciers", mode="keyword")

    assert texts(feed, "entry/title") == ["Ice", "Glaciers"]
    assert texts(feed, "entry/updated")[1] == texts(feed, "updated")[0]


def test_nothing_in_an_article_becomes_markup(tmp_path: Path, encoder: Encoder) -> None:
    article: dict[str, object] = {
        "id": 'odd/<b>"id"',
        "title": HOSTILE_TITLE,
        "authors": [HOSTILE_AUTHOR],
        "url": "javascript:alert(1)",
        "text": HOSTILE_TEXT,
    }
    feed = read(client_over(tmp_path, [article], encoder), q='glaciers "><script>', mode="keyword")
    (entry,) = feed.findall(f"{ATOM}entry")

    assert {each.tag.removeprefix(ATOM) for each in entry.iter()} == {
        *("entry", "id", "title", "author", "name", "updated", "link", "summary")
    }
    assert "<script>alert('title')</script> & {{7*7}} ]]>" in (texts(entry, "title")[0] or "")
    assert texts(entry, "author/name") == [HOSTILE_AUTHOR]
    assert texts(entry, "id") == ["tag:localhost,2026:articles/odd/%3Cb%3E%22id%22"]
    assert "<mark>Glaciers</mark> melt & rivers rise" in (texts(entry, "summary")[0] or "")


@pytest.mark.parametrize("query", ["", "\x00", "\x0b￾", "<&>'\"", "((((", "🐴", "я" * 2000])
def test_every_query_has_a_valid_feed(client: FlaskClient, query: str) -> None:
    read(client, q=query)


def test_problems_are_told(client: FlaskClient) -> None:
    assert client.get("/feed?q=x&language=xx").status_code == 400
    assert client.get("/feed?q=" + "я" * 2001).status_code == 400


def test_the_search_page_names_its_feed(client: FlaskClient) -> None:
    page = client.get("/search?q=суу&language=ky&offset=10&ui=ky").get_data(as_text=True)

    assert (
        '<link rel="alternate" type="application/atom+xml" title="«суу» боюнча жаңы макалалар"'
        ' href="/feed?q=%D1%81%D1%83%D1%83&amp;language=ky&amp;ui=ky">'
    ) in page
    assert "atom+xml" not in client.get("/").get_data(as_text=True)
