"""How deep an engine over a cluster looks: pages belong together, an article of many passages hides no other."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from search import ranking
from search.backends.qdrant import found as found_module
from search.backends.qdrant.found import stepped
from search.encoder import Encoder
from search.results import MODES, Mode
from tests.search.backends.both import Both

WORDS = ["river", "lake", "canal", "money", "trade", "border", "school", "police", "energy", "gas", "coal", "wheat"]


@pytest.fixture(scope="module")
def reports(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Short articles that hold water once, twice or three times, in which weights differ much from exact ones."""
    chance = random.Random(3)
    texts = [
        " ".join(["Water"] * chance.choice([1, 1, 2, 3]) + chance.choices(WORDS, k=chance.randint(3, 30)))
        for _ in range(90)
    ]
    articles = [{"id": f"{place:02}", "title": f"Report {place}", "text": text} for place, text in enumerate(texts)]
    return Both.of(articles, encoder, tmp_path_factory.mktemp("reports"))


def test_passages_are_fetched_in_steps() -> None:
    assert [stepped(depth) for depth in (0, 10, 200, 201, 800, 801, 3200)] == [200, 200, 200, 800, 800, 3200, 3200]


@pytest.mark.parametrize("mode", MODES)
def test_pages_of_one_step_belong_together(reports: Both, monkeypatch: pytest.MonkeyPatch, mode: Mode) -> None:
    for module in (ranking, found_module):
        monkeypatch.setattr(module, "CANDIDATES", 25)
    engine = reports.in_cluster
    assert engine.search("water energy", mode=mode).total == 90
    for first, end, size in ((0, 25, 5), (25, 90, 13)):
        pages = [
            engine.search("water energy", mode=mode, limit=size, offset=offset).hits
            for offset in range(first, end, size)
        ]
        whole = engine.search("water energy", mode=mode, limit=end - first, offset=first).hits
        assert [hit for page in pages for hit in page] == list(whole)
        assert len({hit.passage.id for hit in whole}) == end - first


@pytest.mark.parametrize("mode", MODES)
def test_an_article_of_many_passages_hides_no_other(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: Mode
) -> None:
    for module in (ranking, found_module):
        monkeypatch.setattr(module, "CANDIDATES", 10)
    long = "".join(f"Water and water and water of the river, the {n}th time. " for n in range(400))
    articles: list[dict[str, Any]] = [{"id": "long", "title": "Water", "text": long}]
    articles += [
        {"id": f"short{n}", "title": "Report", "text": f"Among much else some water {n}. " + "Trade grows. " * n}
        for n in range(5)
    ]
    both = Both.of(articles, encoder, tmp_path)
    assert len(both.on_disk.passages("long")) > 25
    for options in ({"limit": 6}, {"limit": 6, "sort": "year"}, {"limit": 2, "offset": 4, "more": 2}):
        found = both.in_cluster.search("water", mode=mode, per_article=1, **options)
        assert found.total == 6
        assert len({hit.article.id for hit in found.hits}) == options["limit"]
