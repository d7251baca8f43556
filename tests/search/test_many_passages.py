"""No query takes over a second on 20,000 passages: a Whoosh of 2013 looped for ever on one OR query in 1,500."""

from __future__ import annotations

import json
import random
import time

import pytest

from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine
from search.results import Mode

PASSAGES = 20_000
WORDS_EACH = 40

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def vocabulary() -> list[str]:
    """4,000 made-up words, the commonest first."""
    syllables = [consonant + vowel for consonant in "бгджзклмнпрст" for vowel in "аеиоу"]
    return [first + second + "нт" for first in syllables for second in syllables][:4000]


@pytest.fixture(scope="module")
def many(vocabulary: list[str], encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine over 20,000 articles of one passage, their words as unevenly frequent as those of a language."""
    folder = tmp_path_factory.mktemp("many")
    chance = random.Random(1)
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    with (folder / "many.jsonl").open("w", encoding="utf-8") as file:
        for number in range(PASSAGES):
            text = " ".join(chance.choices(vocabulary, weights, k=WORDS_EACH))
            row = {"id": str(number), "title": str(number), "text": text + ".", "language": "ru"}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    assert build([folder], folder / "index", encoder).passages == PASSAGES
    return Engine.open(folder / "index", encoder)


def _slowest(engine: Engine, queries: list[str], mode: Mode) -> tuple[float, str]:
    durations = []
    for query in queries:
        began = time.process_time()
        engine.search(query, mode=mode)
        durations.append((time.process_time() - began, query))
    return max(durations)


def test_random_queries(many: Engine, vocabulary: list[str]) -> None:
    chance = random.Random(2)
    words = [chance.sample(vocabulary, chance.randint(2, 4)) for _ in range(1500)]
    many.search('"а"')  # opens the index
    duration, query = _slowest(many, [(" OR ", " ")[n % 2].join(each) for n, each in enumerate(words)], "keyword")
    assert duration < 1, query


def test_every_kind_of_query(many: Engine, vocabulary: list[str]) -> None:
    common, rare = vocabulary[:50], vocabulary[-50:]
    queries = [
        " ".join(common),
        " OR ".join(common),
        " AND ".join(common[:5]),
        f'"{common[0]} {common[1]}"',
        f"{common[0]} -{common[1]}",
        "-" + common[0],
        "*",
        "б*",
        "*нт",
        "*а*н*",
        "*" + common[0][1:],
        common[0] + "~",
        common[0] + "~2",
        f"({common[0]} OR {rare[0]}) AND ({common[1]} OR б*) -{rare[1]}",
        f"title:1* {common[0]}",
        " ".join(word + "ш" for word in rare),
        " ".join("ъ" + word for word in rare),
        "year:2000..2020",
        "language:ru",
    ]
    for mode in ("keyword", "hybrid"):
        duration, query = _slowest(many, queries, mode)
        assert duration < 1, query
