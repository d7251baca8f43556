"""The JSON API, asked as a program asks it."""

from __future__ import annotations

from flask.testing import FlaskClient

from search.engine import Engine


def test_search_answers_as_the_engine_does(client: FlaskClient, engine: Engine) -> None:
    answer = client.get("/api/v1/search", query_string={"q": "суу", "language": "ky", "limit": 2})
    expected = engine.search("суу", languages=("ky",), limit=2).to_json()

    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    found = answer.json
    assert found is not None
    assert found.pop("took_ms") >= 0
    expected.pop("took_ms")
    assert found == expected


def test_search_fields_keep_the_order_of_the_contract(client: FlaskClient) -> None:
    text = client.get("/api/v1/search?q=migration").get_data(as_text=True)
    names = ["query", "total", "took_ms", "did_you_mean", "hits", "facets"]

    assert sorted(names, key=lambda name: text.index(f'"{name}":')) == names


def test_search_narrows_by_every_filter(client: FlaskClient) -> None:
    def articles(**filters: str) -> set[str]:
        found = client.get("/api/v1/search", query_string={"q": "Asanova суу су migrants торговля", **filters}).json
        assert found is not None
        return {hit["article"]["id"] for hit in found["hits"]}

    assert articles(language="kk") == {"water-kk"}
    assert articles(language="kk,en") == {"water-kk", "migration-en"}
    assert articles(year_to="2018") == {"trafficking-ru"}
    assert articles(year_from="2019", year_to="2019") == {"water-ky"}
    assert articles(author="Whitcombe A.") == {"migration-en"}
    assert articles(article="water-ky") == {"water-ky"}


def test_search_pages_through_the_answer(client: FlaskClient) -> None:
    whole = client.get("/api/v1/search?q=суу су торговля migrants").json
    second = client.get("/api/v1/search?q=суу су торговля migrants&limit=1&offset=1").json

    assert whole is not None
    assert second is not None
    assert len(whole["hits"]) == 4
    assert second["hits"] == whole["hits"][1:2]
    assert second["total"] == whole["total"]


def test_an_empty_query_has_an_empty_answer(client: FlaskClient) -> None:
    for address in ("/api/v1/search", "/api/v1/search?q=", "/api/v1/search?q=%20%00%09"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.json is not None
        assert (answer.json["total"], answer.json["hits"]) == (0, [])


def test_cyrillic_is_not_escaped(client: FlaskClient) -> None:
    assert "Токтогул суу сактагычы жана энергетика" in client.get("/api/v1/search?q=суу").get_data(as_text=True)


def test_article_has_its_text_and_passages(client: FlaskClient, engine: Engine) -> None:
    answer = client.get("/api/v1/articles/migration-en").json
    assert answer is not None
    passages = answer.pop("passages")
    text = answer.pop("text")

    assert answer == {
        "id": "migration-en",
        "title": "Labour migration and remittances",
        "url": "https://journal.example/migration",
        "language": "en",
        "authors": ["Whitcombe A."],
        "year": 2021,
        "keywords": ["labour migration", "remittances"],
        "pages": [],
    }
    assert text.startswith("Labour migrants send remittances to their families every month.")
    assert [text[each["start"] : each["end"]] for each in passages] == [each["text"] for each in passages]
    assert len(passages) == len(engine.passages("migration-en"))


def test_suggestions_are_bounded(client: FlaskClient, engine: Engine) -> None:
    answer = client.get("/api/v1/suggest?q=labour&limit=1").json

    assert answer == {"query": "labour", "suggestions": engine.suggest("labour", 1)}
    assert client.get("/api/v1/suggest?q=").json == {"query": "", "suggestions": []}
    assert client.get("/api/v1/suggest?q=a&limit=21").status_code == 400


def test_health_says_what_is_served(client: FlaskClient, engine: Engine) -> None:
    assert client.get("/healthz").json == {
        "status": "ok",
        "generation": engine.generation,
        "articles": 4,
        "passages": engine.stats().passages,
    }
