"""The glossary of a collection, from its table to what a query finds and marks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.build import build
from search.encoder import Encoder
from search.engine import Engine

ARTICLES = [
    {"id": "ky", "title": "Саммит", "language": "ky", "text": "Саммитте ЖЗҮУга мүчө өлкөлөр сүйлөштү."},
    {"id": "other", "title": "Базар", "language": "ky", "text": "Базарда эт менен сүт сатылат."},
]
TABLE = "# names\nen\tru\tkk\tky\nOrganization of Test Rivers|OTR\tОТР\t\tЖЗҮУ\nonly one\t\t\t\n"


@pytest.fixture
def engine(tmp_path: Path, encoder: Encoder) -> Engine:
    source, table = tmp_path / "articles.jsonl", tmp_path / "names.tsv"
    source.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in ARTICLES), "utf-8")
    table.write_text(TABLE, "utf-8")
    summary = build([source], tmp_path / "index", encoder, glossary=table)
    assert [problem.partition(": ")[0] for problem in summary.problems] == ["names.tsv:4"]
    return Engine.open(tmp_path / "index", encoder)


@pytest.mark.parametrize("query", ["ОТР", "OTR", "Organization of Test Rivers"])
def test_one_name_finds_and_marks_another(engine: Engine, query: str) -> None:
    hit = engine.search(query).hits[0]
    assert hit.article.id == "ky"
    marked = {(hit.passage.text[mark.start : mark.end], mark.kind) for mark in hit.highlights}
    assert ("ЖЗҮУга", "meaning") in marked
