"""The articles the engine was made for: what each of seven questions must find first."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine
from search.results import Hit


@pytest.fixture(scope="module")
def shared_engine(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    articles = Path(__file__).resolve().parents[2] / "shared" / "articles"
    if not articles.is_dir():
        pytest.skip(f"{articles} is not here: the acceptance input is not part of the project")
    index = tmp_path_factory.mktemp("shared")
    assert build([articles], index, encoder).problems == ()
    return Engine.open(index, encoder)


def _number(hit: Hit) -> str:
    return hit.article.id.partition("_")[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("drug control conventions", "000"),
        ("ШОС экономическое сотрудничество", "001"),
        ("адам саудасымен күрес", "002"),
        ("collective security treaty organization", "003"),
        ("возврат незаконно приобретенных активов", "004"),
        ("баңгизаттарды көзөмөлдөө", "000"),
    ],
)
def test_the_article_is_found_first(shared_engine: Engine, query: str, expected: str) -> None:
    assert _number(shared_engine.search(query).hits[0]) == expected


def test_the_body_in_another_language_stands_beside_the_abstract(shared_engine: Engine) -> None:
    hits = shared_engine.search("возврат незаконно приобретенных активов").hits[:5]
    assert {"ru", "kk"} <= {hit.passage.language for hit in hits if _number(hit) == "004"}


def test_cooperation_is_found_by_lemma_in_kazakh_and_by_meaning_in_kyrgyz(shared_engine: Engine) -> None:
    marked: dict[str, set[tuple[str, str]]] = {"kk": set(), "ky": set()}
    for language, words in marked.items():
        for hit in shared_engine.search("ынтымақтастық", languages=[language], limit=5).hits:
            text = hit.passage.text
            words |= {(text[mark.start : mark.end].lower(), mark.kind) for mark in hit.highlights}
    assert marked["kk"]
    assert all(word.startswith("ынтымақтаст") and kind in ("exact", "lemma") for word, kind in marked["kk"])
    assert any(word.startswith("кызматташ") and kind == "meaning" for word, kind in marked["ky"])


def test_the_command_line_indexes_in_thirty_seconds_and_answers_in_one_and_a_half(shared: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "izde"]
    began = time.perf_counter()
    subprocess.run([*command, "index", shared / "articles", "--index", tmp_path], check=True, capture_output=True)
    assert time.perf_counter() - began < 30
    durations = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([*command, "search", "ШОС", "--index", tmp_path, "--json"], check=True, capture_output=True)
        durations.append(time.perf_counter() - began)
    assert min(durations) < 1.5
