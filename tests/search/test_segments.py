"""An index of several segments and dead articles answers every question as one that was written in one go."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from indexer import changes
from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine
from search.results import MODES, Hit, Mode
from search.storage import current_generation, generation_path, open_generation

#: Sentences articles are made of; each word is in several articles, most in several segments.
SENTENCES = (
    "The reservoir gathers water in summer and gives electricity to the cities of the valley.",
    "Labour migrants send money to their families every month.",
    "Водохранилище собирает воду летом и зимой даёт электричество городам долины.",
    "Трудовые мигранты каждый месяц отправляют деньги своим семьям.",
    "Су қоймасы жазда су жинап, қыста аңғардың қалаларына электр энергиясын береді.",
    "Суу сактагыч жайында суу топтоп, кышында өрөөндүн шаарларына электр энергиясын берет.",
    "1. Асанова Г.К. Суу // Вестник. – 2015. – № 2. – С. 10–14. Орлова Н.В. Миграция. – М.: Наука, 2012. – 80 с.",
)
AUTHORS = ("Асанова Г.К.", "Orlova N.", "Сейітов Б.М.", "Whitcombe A.")
TITLES = ("Water of the valley", "Су қоймалары", "Мигранты и деньги", "Электр энергиясы")

QUERIES = (
    "water", "суу шаар", "мигранты", '"the valley"', "title:су", "author:orlova", "эл*", "watr~", "-вода",
    "year:2001..2004", "language:kk", "vodohranilische", "reservior",
)  # fmt: skip


def _article(name: str, chance: Random) -> dict[str, object]:
    return {
        "id": name,
        "title": chance.choice(TITLES),
        "authors": chance.sample(AUTHORS, chance.randint(0, 2)),
        "year": chance.choice([None, 2000, 2003, 2019]),
        "keywords": chance.sample(["су", "миграция", "water"], chance.randint(0, 2)),
        "text": "\n\n".join(chance.sample(SENTENCES, chance.randint(1, 4))) + f" {chance.randint(1, 30)}.",
    }


def _index(articles: dict[str, dict[str, object]], folder: Path, index: str, encoder: Encoder) -> Path:
    file = folder / "articles.jsonl"
    file.write_text("\n".join(map(json.dumps, articles.values())), "utf-8")
    build([file], folder / index, encoder)
    return folder / index


@pytest.fixture(scope="module", params=range(3))
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, encoder: Encoder
) -> tuple[Engine, Engine]:
    """An index of three segments, with articles that were changed and removed between them, and one in one go."""
    folder, chance = tmp_path_factory.mktemp("segments"), Random(request.param)
    articles = {name: _article(name, chance) for name in (f"a{number}" for number in range(8))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "SMALL", 0)
        patch.setattr(changes, "MOST_CHANGED", 10.0)
        index = _index(articles, folder, "updated", encoder)
        for new in ("b", "c"):
            del articles[chance.choice(list(articles))]
            changed = chance.choice(list(articles))
            articles |= {name: _article(name, chance) for name in (changed, f"{new}0", f"{new}1")}
            index = _index(articles, folder, "updated", encoder)
    manifest = open_generation(generation_path(index, current_generation(index)))
    assert (len(manifest.segments), len(manifest.dead)) == (3, 4)
    return Engine.open(index, encoder), Engine.open(_index(articles, folder, "anew", encoder), encoder)


def test_answers(both: tuple[Engine, Engine]) -> None:
    def told(engine: Engine, query: str, mode: Mode, per_article: int) -> object:
        found = engine.search(query, mode=mode, limit=100, per_article=per_article)
        facets = {name: [(each.value, each.count) for each in values] for name, values in found.facets.items()}
        # Equals are in the order of the articles, which an update changes.
        hits = sorted(map(_hit, found.hits)) if not per_article else len(found.hits)
        return found.searched, found.did_you_mean, found.total, found.passages, facets, hits

    updated, anew = both
    for query in QUERIES:
        for mode in MODES:
            for per_article in (0, 1):
                assert told(updated, query, mode, per_article) == told(anew, query, mode, per_article), (query, mode)


def _hit(hit: Hit) -> tuple[object, ...]:
    marks = [(mark.start, mark.end, mark.kind, mark.query_word) for mark in hit.highlights]
    return hit.passage.id, hit.article.title, hit.matched, marks


def test_filters(both: tuple[Engine, Engine]) -> None:
    updated, anew = both
    for options in ({"author": "orlova n."}, {"article": "a3"}, {"languages": ["ru"]}, {"year_from": 2003}):
        found = [engine.search("water", limit=100, **options).hits for engine in both]  # type: ignore[arg-type]
        assert sorted(map(_hit, found[0])) == sorted(map(_hit, found[1])), options
    later = updated.search("water", sort="year", limit=100).hits, anew.search("water", sort="year", limit=100).hits
    assert [hit.article.year for hit in later[0]] == [hit.article.year for hit in later[1]] != []


def test_articles_and_their_passages(both: tuple[Engine, Engine]) -> None:
    updated, anew = both
    names = [f"{letter}{number}" for letter in "abc" for number in range(9)]
    for name in names:
        assert updated.article(name) == anew.article(name)
        assert updated.passages(name) == anew.passages(name)
        assert updated.references(name) == anew.references(name)
    assert any(map(updated.references, names))
    assert sorted(each.id for each in updated.articles()) == sorted(each.id for each in anew.articles())


def test_neighbours(both: tuple[Engine, Engine]) -> None:
    updated, anew = both
    for article in anew.articles():
        for passage in anew.passages(article.id):
            found = [sorted(each.similarity for each in engine.similar(passage, 50)) for engine in both]
            assert found[0] == pytest.approx(found[1], abs=1e-5)
            assert {each.article.id for each in updated.similar(passage, 50)} == {
                each.article.id for each in anew.similar(passage, 50)
            }


def test_suggestions_and_counts(both: tuple[Engine, Engine]) -> None:
    updated, anew = both
    for prefix in ("w", "су", "э", "ден"):
        assert updated.suggest(prefix) == anew.suggest(prefix)
    told = ("articles", "passages", "words", "languages", "years")
    counts = [[getattr(engine.stats(), name) for name in told] for engine in both]
    assert counts[0] == counts[1]
