"""Tests of `indexer.qdrant.share`: what a share holds after each run, and after runs that were cut short."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from qdrant_client import models
from qdrant_client.http.exceptions import UnexpectedResponse

from indexer import readers
from indexer.qdrant import articles
from indexer.qdrant.records import read_kept
from indexer.qdrant.share import read_record, records, vocabulary_name
from search.backends.qdrant.schema import KEYS, MEANING, articles_of
from search.index_errors import IndexProblem
from search.strings import StringTable
from tests.indexer.qdrant.memory import GENERATION, Client, Memory, Struck, write_articles

ARTICLES = articles_of(GENERATION)

WATER = {"id": "water", "text": "Rivers bring water to the fields. Water is scarce in summer."}
PEOPLE = {"id": "people", "text": "Торговля людьми запрещена законом."}
LAKE = {"id": "lake", "text": "Көлдүн суусу муздак."}

#: Long enough for several passages.
LONG = {"id": "water", "text": "\n\n".join(f"Canal {n} brings water to the fields of village {n}." for n in range(60))}


def _state(memory: Memory) -> tuple[dict[str, Any], dict[str, Any]]:
    """All that a search can see."""
    passages = memory.passages()
    for each in passages.values():
        meaning, keys = each["vectors"][MEANING], each["vectors"][KEYS]
        each["vectors"] = np.round(meaning, 4).tolist(), dict(zip(keys.indices, keys.values, strict=True))
    return passages, memory.articles()


def _fresh(source: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    memory = Memory()
    memory.index(source)
    return _state(memory)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    write_articles(folder / "a.jsonl", [WATER, PEOPLE])
    (folder / "b.txt").write_text("The lakes are cold.", "utf-8")
    return folder


def test_a_share_holds_its_articles(memory: Memory, source: Path) -> None:
    record = memory.index(source, "1", number=4)
    passages = memory.passages()
    assert set(passages) == {"water#0", "people#0", "b#0"}
    assert {each["share"] for each in memory.articles().values()} == {4}
    assert replace(record, vocabulary={}) == replace(
        record,
        share=4,
        run="1",
        size=sum(file.stat().st_size for file in source.iterdir()),
        articles=3,
        passages=3,
        words=11 + 4 + 4,
        digest=sum(each["digest"] for each in passages.values()) % 2**64,
        added=3,
        changed=0,
        unchanged=0,
        removed=0,
        new_passages=3,
        problems=(),
        vocabulary={},
    )


def test_a_record_is_read_back(memory: Memory, source: Path) -> None:
    record = memory.index(source, "1", number=4)
    assert read_record(memory.files, 4) == record
    assert list(records(memory.files)) == [record]
    assert read_record(memory.files, 5) is None


def test_a_record_that_is_damaged_is_told(memory: Memory, source: Path) -> None:
    memory.index(source)
    memory.files.put({"share/00000": {"kind": "share", "run": "1", "contents": "AAAA"}})
    with pytest.raises(IndexProblem, match="the record of share 00000 is damaged; rebuild with"):
        memory.index(source, "2")


def test_a_share_that_is_done_is_not_done_again(memory: Memory, source: Path) -> None:
    record = memory.index(source)
    client = Client(memory.client)
    assert memory.index(source, client=client) == record
    assert client.writes == 0


def test_another_run_over_the_same_files_reads_and_changes_nothing(
    memory: Memory, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = memory.index(source)
    before, client = _state(memory), Client(memory.client)
    monkeypatch.delattr(readers, "read_lines")
    second = memory.index(source, "2", client=client)
    assert _state(memory) == before
    assert client.writes == 1  # its record
    same = replace(first, run="2", added=0, unchanged=3, new_passages=0, vocabulary={})
    assert second == same


def test_all_is_written_anew_where_that_is_asked_for(memory: Memory, source: Path) -> None:
    first = memory.index(source)
    before = _state(memory)
    second = memory.index(source, "2", full=True)
    assert _state(memory) == before
    assert (second.added, second.changed, second.unchanged, second.new_passages) == (0, 0, 3, 3)
    assert second.vocabulary == first.vocabulary


def test_what_changed_is_written_and_what_is_gone_is_removed(memory: Memory, source: Path, tmp_path: Path) -> None:
    write_articles(source / "a.jsonl", [LONG, PEOPLE])
    first = memory.index(source)
    assert first.passages > 5
    write_articles(source / "a.jsonl", [WATER, LAKE])
    second = memory.index(source, "2")
    assert set(memory.passages()) == {"water#0", "lake#0", "b#0"}
    assert _state(memory) == _fresh(source)
    assert (second.added, second.changed, second.unchanged, second.removed) == (1, 1, 1, 1)
    assert (second.articles, second.passages, second.new_passages) == (3, 3, 2)
    assert second.digest == sum(each["digest"] for each in memory.passages().values()) % 2**64
    folder = memory.files.copied(vocabulary_name(0, "2"), second.vocabulary, tmp_path / "cache")
    words = StringTable(folder / "words")
    assert words.number("ky:муздак") is not None
    assert words.number("en:lakes") is None  # of the article that stayed as it was


def test_a_share_whose_files_are_all_gone_holds_nothing(memory: Memory, source: Path) -> None:
    memory.index(source)
    for file in source.iterdir():
        file.unlink()
    record = memory.index(source, "2")
    assert _state(memory) == ({}, {})
    assert (record.articles, record.passages, record.words, record.digest, record.removed) == (0, 0, 0, 0, 3)


def test_what_cannot_be_read_is_told_and_costs_itself(memory: Memory, source: Path) -> None:
    (source / "c.txt").write_text("", "utf-8")
    (source / "d.pdf").write_bytes(b"%PDF-1.4 nothing")
    with open(source / "a.jsonl", "a", encoding="utf-8") as stream:
        stream.write("\n{")
    record = memory.index(source)
    assert record.articles == 3
    reason = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    assert record.problems == (
        f"a.jsonl:3: the line is no JSON ({reason}); "
        'write one article a line, {"id": "...", "title": "...", "text": "..."}',
        "c.txt: it holds no text; put the article in it, or remove it from the source",
        "d.pdf: it is a PDF that was cut short; fetch or save the file again",
    )
    again = memory.index(source, "2")
    assert (again.unchanged, again.problems) == (3, record.problems)


def test_two_articles_of_a_share_may_have_one_id(memory: Memory, source: Path) -> None:
    write_articles(source / "c.jsonl", [{**LAKE, "id": "water"}])
    memory.index(source)
    assert set(memory.passages()) == {"water#0", "people#0", "b#0", "water-2#0"}


def test_an_article_of_another_share_is_left_as_it_is(memory: Memory, source: Path, tmp_path: Path) -> None:
    first = memory.index(source, number=1)
    other = tmp_path / "other"
    other.mkdir()
    write_articles(other / "c.jsonl", [LAKE, {"id": "water", "text": "Көлдүн жээги кумдуу."}])
    second = memory.index(other, number=2)
    folder = memory.files.copied(vocabulary_name(2, "1"), second.vocabulary, tmp_path / "cache")
    words = StringTable(folder / "words")
    assert [words[number] for number in range(len(words))] == ["ky:көлдүн", "ky:муздак", "ky:суусу"]
    assert second.problems == (
        f"c.jsonl: the id water is that of an article in {source / 'a.jsonl'}; give one of them another id",
    )
    assert (second.articles, second.passages) == (1, 1)
    assert memory.passages()["water#0"]["language"] == "en"
    assert memory.articles()["water"]["share"] == 1
    # Once the other is gone, the same file is read again.
    (source / "a.jsonl").unlink()
    memory.index(source, "2", number=1)
    third = memory.index(other, "2", number=2)
    assert (third.problems, third.articles) == ((), 2)
    assert memory.passages()["water#0"]["language"] == "ky"
    assert first.articles == 3


def test_of_two_shares_with_one_article_the_faster_has_it(memory: Memory, source: Path) -> None:
    other = Memory()
    other.index(source, number=2)

    def overtake(number: int) -> None:
        # After it looked whose they are, and before it writes them.
        if number == 2:
            for collection in (ARTICLES, GENERATION):
                points, _ = other.client.scroll(collection, with_vectors=True)
                copies = [models.PointStruct(**each.model_dump(include={"id", "vector", "payload"})) for each in points]
                memory.client.upsert(collection, copies)

    record = memory.index(source, number=1, client=Client(memory.client, overtake))
    assert (record.articles, record.passages, record.vocabulary) == (0, 0, {})
    assert sorted(record.problems) == [
        f"a.jsonl: the id people is that of an article in {source / 'a.jsonl'}; give one of them another id",
        f"a.jsonl: the id water is that of an article in {source / 'a.jsonl'}; give one of them another id",
        f"b.txt: the id b is that of an article in {source / 'b.txt'}; give one of them another id",
    ]
    assert _state(memory) == _state(other)


def test_an_article_that_another_share_took_is_not_removed_with_ours(memory: Memory, source: Path) -> None:
    memory.index(source, number=1)
    found = memory.client.scroll(ARTICLES, limit=10)[0]
    point = next(each for each in found if each.payload and each.payload["id"] == "water")
    memory.client.set_payload(ARTICLES, {"share": 2}, points=[point.id])
    (source / "a.jsonl").unlink()
    memory.index(source, "2", number=1)
    assert set(memory.passages()) == {"water#0", "b#0"}


def test_an_article_too_long_for_a_point_is_told(memory: Memory, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "MOST_TEXT", 1 << 10)
    (source / "c.txt").write_text("Water is scarce. " * 100, "utf-8")
    record = memory.index(source)
    assert record.problems == ("c.txt: the text of c has 0 MB, a cluster takes 0 MB of one; divide it into articles",)
    assert set(memory.articles()) == {"water", "people", "b"}


def test_progress_counts_the_bytes_of_the_share(memory: Memory, source: Path) -> None:
    told: list[tuple[int, int]] = []
    record = memory.index(source, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert {total for _, total in told} == {record.size}
    assert told[-1] == (record.size, record.size)
    assert told[0][0] < record.size


def test_a_write_that_fails_is_tried_again(memory: Memory, source: Path) -> None:
    def fail_twice_each(number: int) -> None:
        if number % 3:
            raise UnexpectedResponse(503, "", b"overloaded", httpx.Headers())

    client = Client(memory.client, fail_twice_each)
    memory.index(source, client=client)
    assert client.writes > 6
    assert _state(memory) == _fresh(source)


def test_a_first_run_that_was_cut_short_leaves_nothing_behind(source: Path) -> None:
    points = 0
    for strike in range(1, 100):
        memory = Memory()
        if not _cut_short(memory, source, "1", strike):
            break
        points = max(points, len(memory.passages()))
        before = (source / "a.jsonl").read_text("utf-8")
        write_articles(source / "a.jsonl", [LAKE])
        record = memory.index(source, "2")
        assert _state(memory) == _fresh(source), strike
        assert (record.added, record.articles) == (2, 2)
        (source / "a.jsonl").write_text(before, "utf-8")
    assert strike > 5
    assert points == 3


def _cut_short(memory: Memory, source: Path, run: str, last: int) -> bool:
    """Whether a run is ended before it is done when it is before this write."""

    def strike(number: int) -> None:
        if number >= last:
            raise Struck

    try:
        memory.index(source, run, client=Client(memory.client, strike))
    except Struck:
        return True
    return False


@pytest.mark.parametrize("then", ["back", "on", "again"])
def test_an_update_that_was_cut_short_is_made_good(source: Path, tmp_path: Path, then: str) -> None:
    shutil.copytree(source, tmp_path / "first")
    later = {"back": tmp_path / "first" / "a.jsonl", "on": tmp_path / "on.jsonl", "again": tmp_path / "changed.jsonl"}
    write_articles(tmp_path / "changed.jsonl", [LONG, LAKE])
    write_articles(tmp_path / "on.jsonl", [{**LAKE, "id": "water"}, PEOPLE])
    for strike in range(1, 100):
        memory = Memory()
        shutil.copy(tmp_path / "first" / "a.jsonl", source / "a.jsonl")
        memory.index(source, "1")
        shutil.copy(tmp_path / "changed.jsonl", source / "a.jsonl")
        if not _cut_short(memory, source, "2", strike):
            break
        kept = read_kept(memory.files, 0)
        assert kept.record
        assert kept.record.run == "1"
        shutil.copy(later[then], source / "a.jsonl")
        record = memory.index(source, "3")
        assert _state(memory) == _fresh(source), strike
        assert record.digest == sum(each["digest"] for each in memory.passages().values()) % 2**64
        assert not read_kept(memory.files, 0).is_begun
    assert strike > 8
