"""Tests of `search.live`: a new generation is taken up by the next question."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from indexer.build import build
from search import live
from search.encoder import Encoder
from search.engine import Engine
from search.index_errors import IndexMissing
from search.live import LiveEngine
from search.storage import current_generation, generation_path


def _index(text: str, folder: Path, encoder: Encoder) -> None:
    (folder / "a.jsonl").write_text(json.dumps({"id": "a", "title": "A", "text": text}))
    build([folder / "a.jsonl"], folder / "index", encoder, prune_after=0)


def test_the_newest_generation_answers(tmp_path: Path, encoder: Encoder) -> None:
    following = LiveEngine(tmp_path / "index", encoder)
    with pytest.raises(IndexMissing):
        following.engine()
    _index("Rivers bring water.", tmp_path, encoder)
    before = following.engine()
    assert following.engine() is before
    _index("Migrants send money.", tmp_path, encoder)
    after = following.engine()
    assert [hit.passage.text for hit in after.search("money", mode="keyword").hits] == ["Migrants send money."]


def test_an_engine_in_use_outlives_its_files(tmp_path: Path, encoder: Encoder) -> None:
    _index("Rivers bring water.", tmp_path, encoder)
    before = LiveEngine(tmp_path / "index", encoder).engine()
    before.search("water")
    _index("Migrants send money.", tmp_path, encoder)
    assert [hit.passage.text for hit in before.search("water").hits] == ["Rivers bring water."]


def test_a_thread_that_comes_late_reads_files_that_are_gone(tmp_path: Path, encoder: Encoder) -> None:
    _index("Rivers bring water.", tmp_path, encoder)
    before = LiveEngine(tmp_path / "index", encoder).engine()
    _index("Migrants send money.", tmp_path, encoder)
    with ThreadPoolExecutor(1) as late:
        hits = late.submit(before.search, "water").result().hits
    assert [hit.passage.text for hit in hits] == ["Rivers bring water."]


def test_the_generation_before_answers_on_where_the_new_one_is_damaged(
    tmp_path: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    _index("Rivers bring water.", tmp_path, encoder)
    following = LiveEngine(index, encoder)
    before = following.engine()
    _index("Migrants send money.", tmp_path, encoder)
    file = generation_path(index, current_generation(index)) / "words.strings"
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    assert [following.engine() for _ in range(3)] == [before] * 3
    assert [record.getMessage() for record in caplog.records] == [
        f"{file} is missing or cut off; rebuild with: izde index SOURCE --full"
        f" (the generation {before.generation} answers on)"
    ]
    file.write_bytes(content)
    monkeypatch.setattr(live, "RETRY_S", 0)
    assert following.engine().generation == current_generation(index)


def test_others_are_answered_while_one_opens_the_new_generation(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _index("Rivers bring water.", tmp_path, encoder)
    following = LiveEngine(tmp_path / "index", encoder)
    before = following.engine()
    _index("Migrants send money.", tmp_path, encoder)
    opening, opened = Event(), Event()

    class Slow(Engine):
        def __init__(self, path: Path, encoder: Encoder | None = None) -> None:
            opening.set()
            assert opened.wait(60)
            super().__init__(path, encoder)

    monkeypatch.setattr(live, "Engine", Slow)
    with ThreadPoolExecutor(1) as first:
        after = first.submit(following.engine)
        assert opening.wait(60)
        assert following.engine() is before
        opened.set()
        assert after.result().generation == current_generation(tmp_path / "index")
    assert following.engine() is after.result()


def test_a_pointer_that_cannot_be_read_leaves_the_engine(tmp_path: Path, encoder: Encoder) -> None:
    _index("Rivers bring water.", tmp_path, encoder)
    following = LiveEngine(tmp_path / "index", encoder)
    before = following.engine()
    (tmp_path / "index" / "CURRENT").write_bytes(b"\xff\xfe")
    assert following.engine() is before
