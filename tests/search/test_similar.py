"""Neighbours of passages, and passages folded under a hit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine

EN = "The reservoir gathers water in summer and gives electricity to the cities of the valley in the cold winter."
RU = "Аннотация. Водохранилище собирает воду летом и зимой даёт электричество городам долины."
KY = "Аннотация. Суу сактагыч жайында суу топтоп, кышында өрөөндүн шаарларына электр энергиясын берет."
KK = "Су қоймасы жазда су жинап, қыста аңғардың қалаларына электр энергиясын береді."
LIST = "Литература\n1. Орлова Н.В. Право // Вестник. – 2015. – № 2. – С. 10–14.\n2. Законы. – М.: Наука, 2012. – 80 с."
MONEY = "The bank lends money to small shops and asks for it back with interest at the end of every month."


@pytest.fixture(scope="module")
def rivers(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Engine:
    folder = tmp_path_factory.mktemp("rivers")
    articles = [
        {"id": "valley", "title": "Water of the valley", "text": f"{RU}\n\n{KY}\n\n{EN}"},
        {"id": "plain", "title": "Reservoirs", "text": f"{EN} Fields are watered from it as well.\n\n{RU}"},
        {"id": "жазық", "title": "Су қоймалары", "text": KK},
        {"id": "bank", "title": "Loans", "text": f"{MONEY}\n\n{LIST}"},
    ]
    (folder / "a.jsonl").write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in articles), "utf-8")
    build([folder / "a.jsonl"], folder / "index", encoder)
    return Engine.open(Path(folder / "index"), encoder)


def test_neighbours_come_from_other_articles_and_from_each_language_in_turn(rivers: Engine) -> None:
    passage = rivers.passages("valley")[2]
    found = rivers.similar(passage)

    assert {(each.article.id, each.passage.language) for each in found} == {
        ("plain", "en"),
        ("plain", "ru"),
        ("жазық", "kk"),
    }
    assert found[0].similarity == max(each.similarity for each in found)
    assert [each.passage.id for each in rivers.similar(passage, 1)] == [found[0].passage.id]


def test_nothing_is_like_a_passage_that_stands_alone(rivers: Engine) -> None:
    assert rivers.similar(rivers.passages("bank")[0]) == []


def test_a_neighbour_as_a_document(rivers: Engine) -> None:
    document = rivers.similar(rivers.passages("valley")[2], 1)[0].to_json()

    assert list(document) == ["article", "passage", "similarity"]
    assert document["passage"]["text"].startswith("The reservoir gathers water")


def test_the_next_best_passages_of_an_article_are_folded_under_its_best(rivers: Engine) -> None:
    open_, folded = rivers.search("reservoir"), rivers.search("reservoir", per_article=1, more=1)

    assert (open_.total, open_.passages) == (6, 6)
    assert (folded.total, folded.passages) == (3, 6)
    assert {hit.article.id: (hit.others, len(hit.more)) for hit in folded.hits} == {
        "valley": (2, 1),
        "plain": (1, 1),
        "жазық": (0, 0),
    }
    best = {hit.passage.id: hit for hit in open_.hits}
    for hit in folded.hits:
        for other in hit.more:
            assert other.rank == hit.rank
            assert other.highlights == best[other.passage.id].highlights
            assert other.score == best[other.passage.id].score <= hit.score


def test_folding_keeps_the_pages_of_an_answer(rivers: Engine) -> None:
    whole = rivers.search("reservoir", per_article=1, more=3)
    second = rivers.search("reservoir", per_article=1, more=3, limit=1, offset=1)

    assert second.hits == whole.hits[1:2]


def test_lists_of_references_are_known(rivers: Engine) -> None:
    assert [rivers.references(article) for article in ("valley", "bank")] == [set(), {1}]
