"""Tests of `indexer.changes`: an index that is added to answers as one that is built anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer import changes
from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine
from search.results import MODES, Results
from search.storage import current_generation, generation_path, open_generation
from search.verification import verify

RIVERS = [
    ("en", "The river brings water to the fields of the valley.", ["Whitcombe A."]),
    ("ru", "Река приносит воду на поля долины, и крестьяне благодарны.", ["Орлова Н.В."]),
    ("kk", "Өзен алқаптың егістігіне су әкеледі.", ["Сейітов Б.М."]),
    ("ky", "Дарыя өрөөндүн талааларына суу алып келет.", ["Асанова Г.К."]),
]

QUERIES = (
    "water", "суу талаалар", "торговля людьми", "егістік", '"water to the"', "title:river", "author:орлова", "vall*",
    "wafer~", "-вода", "year:2001..2005", "language:kk", "migrants",
)  # fmt: skip


def _articles(numbers: Sequence[int]) -> list[dict[str, object]]:
    rows = []
    for number in numbers:
        language, text, authors = RIVERS[number % 4]
        title, year = f"River {number}", 2000 + number % 9
        row = {"id": f"a{number}", "title": title, "text": f"{text} {number}.", "language": language}
        rows.append({**row, "authors": authors, "year": year})
    return rows


def _write(file: Path, articles: Sequence[dict[str, object]]) -> None:
    file.write_text("\n".join(json.dumps(each) for each in articles), "utf-8")


def _answers(index: Path, encoder: Encoder) -> list[object]:
    engine = Engine.open(index, encoder)
    return [_told(engine.search(query, mode=mode, limit=100)) for query in QUERIES for mode in MODES]


def _told(results: Results) -> object:
    """An answer without what may differ: the order of equals, the last digits of scores."""
    hits = {(hit.passage.id, hit.passage.text, hit.highlights, hit.matched) for hit in results.hits}
    facets = {name: {each.value: each.count for each in values} for name, values in results.facets.items()}
    return results.total, hits, facets, results.did_you_mean


@pytest.fixture
def always_added(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small a generation, and however much of it changes, it is added to."""
    monkeypatch.setattr(changes, "SMALL", 0)
    monkeypatch.setattr(changes, "MOST_CHANGED", 10.0)


STEPS = [
    ("added to", [*_articles(range(12)), *_articles([20, 21])]),
    ("changed", [*_articles(range(11)), {**_articles([11])[0], "text": "Migrants send money home. Торговля людьми."}]),
    ("removed from", _articles(range(3, 12))),
    ("changed and removed from", [{**_articles([0])[0], "text": "Суу."}, *_articles(range(5, 12))]),
]


@pytest.mark.usefixtures("always_added")
@pytest.mark.parametrize(("articles"), [articles for _, articles in STEPS], ids=[name for name, _ in STEPS])
def test_an_index_that_is_added_to_answers_as_a_new_one(
    articles: list[dict[str, object]], tmp_path: Path, encoder: Encoder
) -> None:
    file, index = tmp_path / "a.jsonl", tmp_path / "index"
    _write(file, _articles(range(12)))
    first = build([file], index, encoder).generation
    _write(file, articles)
    second = build([file], index, encoder)
    manifest = open_generation(generation_path(index, second.generation))
    assert manifest.segments[0] == first
    assert verify(index) == []
    build([file], tmp_path / "fresh", encoder)
    assert _answers(index, encoder) == _answers(tmp_path / "fresh", encoder)
    stats, fresh = Engine.open(index, encoder).stats(), Engine.open(tmp_path / "fresh", encoder).stats()
    told = ("articles", "passages", "words", "languages", "years")
    assert [getattr(stats, name) for name in told] == [getattr(fresh, name) for name in told]


@pytest.mark.usefixtures("always_added")
def test_updates_upon_updates_and_then_all_anew(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, index = tmp_path / "a.jsonl", tmp_path / "index"
    for number in range(1, 6):
        _write(file, _articles(range(number, number + 6)))
        summary = build([file], index, encoder, prune_after=0)
        assert (summary.articles, summary.added, summary.removed) == (6, 1 if number > 1 else 6, int(number > 1))
    assert len(open_generation(generation_path(index, summary.generation)).segments) == 5
    build([file], tmp_path / "fresh", encoder)
    assert _answers(index, encoder) == _answers(tmp_path / "fresh", encoder)
    monkeypatch.setattr(changes, "MOST_SEGMENTS", 1)
    _write(file, _articles(range(5, 12)))
    merged = build([file], index, encoder, prune_after=0)
    assert (merged.articles, merged.added, merged.unchanged) == (7, 1, 6)
    assert open_generation(generation_path(index, merged.generation)).segments == [merged.generation]
    assert [path.name for path in (index / "generations").iterdir()] == [merged.generation]
    build([file], tmp_path / "fresh", encoder)
    assert _answers(index, encoder) == _answers(tmp_path / "fresh", encoder)


@pytest.mark.usefixtures("always_added")
def test_nothing_changed_leaves_the_generation_in_use(tmp_path: Path, encoder: Encoder) -> None:
    file, index, glossary = tmp_path / "a.jsonl", tmp_path / "index", tmp_path / "glossary.tsv"
    glossary.write_text("en\tru\tkk\tky\nriver\tрека\tөзен\tдарыя\n", "utf-8")
    _write(file, _articles(range(4)))
    first = build([file], index, encoder, glossary=glossary)
    again = build([file], index, encoder, glossary=glossary)
    assert (again.generation, again.unchanged, again.added) == (first.generation, 4, 0)
    assert [path.name for path in (index / "generations").iterdir()] == [first.generation]
    glossary.write_text("en\tru\tkk\tky\nfield\tполе\tегістік\tталаа\n", "utf-8")
    renewed = build([file], index, encoder, glossary=glossary)
    assert (renewed.unchanged, renewed.generation == first.generation) == (4, False)
    assert current_generation(index) == renewed.generation
    assert open_generation(generation_path(index, renewed.generation)).segments == [first.generation]
    assert "поле" in (generation_path(index, renewed.generation) / "glossary.tsv").read_text("utf-8")


def test_much_that_is_new_is_reason_to_write_all_anew(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "SMALL", 10)
    file, index = tmp_path / "a.jsonl", tmp_path / "index"
    for numbers, segments in ((range(20), 1), (range(22), 2), (range(30), 1), (range(8), 1)):
        _write(file, _articles(numbers))
        manifest = open_generation(generation_path(index, build([file], index, encoder).generation))
        assert len(manifest.segments) == segments, numbers
