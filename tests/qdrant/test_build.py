"""Tests of `indexer.qdrant.run`: an index in a cluster holds what its sources do, and is replaced in one step."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from qdrant_client import models

from indexer.build import NothingToIndex
from indexer.qdrant import finish
from search.backends.address import QdrantAddress
from search.errors import UserError
from search.index_errors import IndexProblem
from tests.qdrant.building import TEXTS, Index, write
from tests.qdrant.nodes import Cluster, Node


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write(tmp_path / "articles", TEXTS)


def words_of(index: Index) -> int:
    """The passages all segments of the vocabulary speak of."""
    return sum(segment.passages for segment in index.manifest.segments)


def test_a_build_holds_the_articles_and_verifies(qdrant_node: Node, articles: Path, tmp_path: Path) -> None:
    index = Index(qdrant_node)
    (tmp_path / "glossary.tsv").write_text("en\tru\tkk\tky\nwater\tвода\tсу\tсуу\nbad line\n", "utf-8")
    summary = index.build(articles, glossary=tmp_path / "glossary.tsv")
    assert (summary.articles, summary.passages, summary.added) == (8, 8, 8)
    assert len(summary.problems) == 1
    assert index.problems == []
    assert index.texts == TEXTS
    manifest = index.manifest
    assert (manifest.articles, manifest.passages, manifest.words) == (8, 8, summary.words)
    assert manifest.mean_length == summary.words / 8
    assert manifest.is_complete
    assert list(manifest.glossary) == ["glossary.tsv"]
    assert [segment.passages for segment in manifest.segments] == [8]


def test_a_second_build_of_the_same_sources_writes_nothing(qdrant_node: Node, articles: Path) -> None:
    index = Index(qdrant_node)
    index.build(articles)
    before, held = index.manifest, sorted(map(repr, index.points(index.generation)))
    summary = index.build(articles)
    assert (summary.added, summary.changed, summary.unchanged, summary.removed) == (0, 0, 8, 0)
    assert index.manifest == before
    assert sorted(map(repr, index.points(index.generation))) == held


def test_what_changed_is_changed_in_place(qdrant_node: Node, articles: Path) -> None:
    index = Index(qdrant_node)
    generation = index.build(articles).generation
    (articles / "money.txt").unlink()
    write(articles, {"water": "Су аз.", "snow": "Снег тает весной в горах."})
    summary = index.build(articles)
    assert (summary.added, summary.changed, summary.unchanged, summary.removed) == (1, 1, 6, 1)
    assert (summary.articles, summary.generation) == (8, generation)
    assert index.problems == []
    assert index.texts == {
        **{name: text for name, text in TEXTS.items() if name != "money"},
        "water": "Су аз.",
        "snow": "Снег тает весной в горах.",
    }
    assert [segment.passages for segment in index.manifest.segments] == [8, 2]


def test_a_long_article_that_becomes_short_leaves_no_passages(qdrant_node: Node, tmp_path: Path) -> None:
    index = Index(qdrant_node)
    folder = write(tmp_path / "articles", {"long": "\n\n".join(f"{TEXTS['river']} " * 12 for _ in range(5))})
    assert index.build(folder).passages == 5
    write(folder, {"long": "Река."})
    assert index.build(folder).passages == 1
    assert index.texts == {"long": "Река."}
    assert index.problems == []


def test_an_article_that_moves_to_another_file_stays(qdrant_node: Node, tmp_path: Path) -> None:
    index = Index(qdrant_node)
    folder = tmp_path / "articles"
    folder.mkdir()
    line = '{"id": "lake", "title": "Lake", "text": "The lake is deep."}\n'
    for number in range(6):
        for old in folder.iterdir():
            old.unlink()
        (folder / f"file{number}.jsonl").write_text(line, "utf-8")
        summary = index.build(folder)
        assert (summary.articles, summary.problems) == (1, ())
        assert index.texts == {"lake": "The lake is deep."}
    assert index.problems == []


def test_many_segments_become_one(qdrant_node: Node, articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finish, "MOST_SEGMENTS", 3)
    index = Index(qdrant_node)
    index.build(articles)
    counts = []
    for number in range(4):
        write(articles, {"water": f"Су {number} литр."})
        index.build(articles)
        counts.append([segment.passages for segment in index.manifest.segments])
        assert index.problems == []
    assert counts == [[8, 1], [8, 1, 1], [11], [11, 1]]


def test_a_build_into_three_nodes(qdrant_cluster: Cluster, articles: Path) -> None:
    index = Index(*qdrant_cluster.nodes)
    summary = index.build(articles, shards=3, replicas=2)
    assert (summary.articles, index.problems, index.texts) == (8, [], TEXTS)
    with index.connection() as connection:
        made = connection.read(lambda client: client.get_collection(index.generation)).config.params
    assert (made.shard_number, made.replication_factor, made.write_consistency_factor) == (3, 2, 1)
    with pytest.raises(UserError, match="3 shards on 2 nodes each"):
        index.build(articles, shards=4)
    with pytest.raises(UserError, match="the cluster has 3"):
        index.build(articles, replicas=4, full=True)


class Reader:
    """Reads all passages by the alias again and again, and notes what it saw that it should not."""

    def __init__(self, index: Index, node: Node, expected: list[dict[str, str]]) -> None:
        self.seen: list[int] = []
        self.wrong: list[object] = []
        self._index = Index(node)
        self._index.address = QdrantAddress(self._index.address.nodes, index.address.collection)
        self._expected = expected
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._over.is_set():
            try:
                points = self._index.points(self._index.address.collection)
                texts = {each["article"]: each["text"] for each in points}
                self.seen.append(self._expected.index(texts))
            except Exception as error:
                self.wrong.append(error)


def test_a_full_build_is_switched_to_in_one_step(qdrant_cluster: Cluster, articles: Path) -> None:
    index = Index(*qdrant_cluster.nodes)
    first = index.build(articles, shards=3, replicas=2)
    changed = {name: f"{text} Дополнено." for name, text in TEXTS.items()}
    write(articles, changed)
    with Reader(index, qdrant_cluster.nodes[2], [TEXTS, changed]) as reader:
        second = index.build(articles, full=True, shards=3, replicas=2)
        count = len(reader.seen)
        while len(reader.seen) < count + 20 and not reader.wrong:
            pass
    assert reader.wrong == []
    assert reader.seen == sorted(reader.seen)
    assert set(reader.seen) == {0, 1}
    assert first.generation != second.generation
    assert index.generations == [first.generation, second.generation]
    assert index.problems == []
    index.build(articles, prune_after=0.0)
    assert index.generations == [second.generation]


def test_nothing_is_removed_where_no_file_can_be_read(qdrant_node: Node, articles: Path, tmp_path: Path) -> None:
    index = Index(qdrant_node)
    index.build(articles)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NothingToIndex):
        index.build(empty)
    assert index.texts == TEXTS
    other = Index(qdrant_node)
    (empty / "a.txt").write_text("", "utf-8")
    with pytest.raises(NothingToIndex) as raised:
        other.build(empty)
    assert raised.value.problems == ("a.txt: it holds no text; put the article in it, or remove it from the source",)
    assert other.generations == []


def test_a_collection_of_others_is_left_alone(qdrant_node: Node, articles: Path) -> None:
    index = Index(qdrant_node)
    with index.connection() as connection:
        connection.write(lambda client: client.create_collection(index.address.collection, vectors_config={}))
    with pytest.raises(IndexProblem, match="izde did not make"):
        index.build(articles)


def test_processes_make_the_same_index(qdrant_node: Node, articles: Path) -> None:
    one, other = Index(qdrant_node), Index(qdrant_node)
    one.build(articles)
    summary = other.build(articles, processes=2)
    assert (summary.articles, summary.problems, other.problems) == (8, (), [])
    assert one.manifest.digest == other.manifest.digest


def test_an_index_whose_alias_was_taken_away_is_not_removed_first(qdrant_node: Node, articles: Path) -> None:
    index = Index(qdrant_node)
    first = index.build(articles).generation
    gone = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=index.address.collection))
    with index.connection() as connection:
        connection.write(lambda client: client.update_collection_aliases([gone]))
    index.build(articles, part=(1, 2))
    assert len(index.generations) == 2
    assert index.generations[0] == first
    second = index.build(articles).generation
    assert (index.generation, index.generations, index.texts) == (second, [first, second], TEXTS)
