"""Tests of `search.live`: a new generation is taken up by the next question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.build import build
from search.encoder import Encoder
from search.live import LiveEngine
from search.storage import IndexMissing


def _index(text: str, folder: Path, encoder: Encoder) -> None:
    (folder / "a.jsonl").write_text(json.dumps({"id": "a", "title": "A", "text": text}))
    build([folder / "a.jsonl"], folder / "index", encoder, prune_after=0)


def test_the_newest_generation_answers(tmp_path: Path, encoder: Encoder) -> None:
    live = LiveEngine(tmp_path / "index", encoder)
    with pytest.raises(IndexMissing):
        live.engine()
    _index("Rivers bring water.", tmp_path, encoder)
    before = live.engine()
    assert live.engine() is before
    _index("Migrants send money.", tmp_path, encoder)
    after = live.engine()
    assert [hit.passage.text for hit in after.search("money", mode="keyword").hits] == ["Migrants send money."]


def test_an_engine_in_use_outlives_its_files(tmp_path: Path, encoder: Encoder) -> None:
    _index("Rivers bring water.", tmp_path, encoder)
    before = LiveEngine(tmp_path / "index", encoder).engine()
    before.search("water")
    _index("Migrants send money.", tmp_path, encoder)
    assert [hit.passage.text for hit in before.search("water").hits] == ["Rivers bring water."]
