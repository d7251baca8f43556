"""Tests of `search.backends.qdrant.files`: files come out of a cluster as they went in, or it is told."""

from __future__ import annotations

import hashlib
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from qdrant_client import QdrantClient

from search.backends.qdrant import files as files_module
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.files import ClusterManifest, Files, Segment
from search.backends.qdrant.schema import SCHEMA_VERSION, files_of, point_id
from search.index_errors import IndexIncompatible, IndexMissing, IndexProblem, IndexUnavailable
from search.manifest import StoredFile
from tests.search.backends.local_cluster import Node

GENERATION = "izde-1"

#: Files of no byte, of less than a chunk of eight bytes, of one, of a little more, and of several.
CONTENT = {"empty": b"", "short": b"abc", "one": b"01234567", "more": b"012345678", "several": bytes(range(256)) * 3}

MANIFEST = ClusterManifest(
    generation=GENERATION,
    created="2026-01-01T00:00:00+00:00",
    izde="1",
    schema=SCHEMA_VERSION,
    analysis="a",
    model="embedded",
    model_fingerprint="m",
    dimensions=512,
    articles=1,
    passages=2,
    words=3,
    mean_length=1.5,
    glossary={},
    segments=[Segment("segment-1", 2, {"words": StoredFile(bytes=1, sha256="00")})],
    digest="0000000000000000",
    sources="источники",
    shares=1,
    run="1",
    is_complete=True,
)


@pytest.fixture
def node() -> Node:
    cluster = QdrantClient(":memory:")
    cluster.create_collection(files_of(GENERATION), vectors_config={})
    return Node(cluster)


@pytest.fixture
def files(node: Node, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.setattr(files_module, "CHUNK", 8)
    return Files(Connection([node], "the cluster"), GENERATION)


@pytest.fixture
def stored(files: Files, tmp_path: Path) -> dict[str, StoredFile]:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    (folder / "below").mkdir()
    return files.upload(folder, "segment-1")


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def change(node: Node, name: str, **payload: Any) -> None:
    """Change the payload of a point in the cluster."""
    node.set_payload(files_of(GENERATION), payload, points=[point_id(name)])


def remove(node: Node, name: str) -> None:
    node.delete(files_of(GENERATION), [point_id(name)])


def test_files_come_out_as_they_went_in(files: Files, stored: dict[str, StoredFile], tmp_path: Path) -> None:
    assert stored == {
        name: {"bytes": len(each), "sha256": hashlib.sha256(each).hexdigest()} for name, each in CONTENT.items()
    }
    folder = files.copied("segment-1", stored, tmp_path / "cache")
    assert folder == tmp_path / "cache" / GENERATION / "segment-1"
    assert content(folder) == CONTENT
    assert [each.name for each in folder.parent.iterdir()] == ["segment-1"]


def test_files_are_kept_in_chunks(node: Node, stored: dict[str, StoredFile]) -> None:
    records, _ = node.scroll(files_of(GENERATION), limit=1000)
    names = [(record.payload or {})["name"] for record in records]
    counts = {name: sum(each.startswith(f"segment-1/{name}/") for each in names) for name in CONTENT}
    assert counts == {"empty": 0, "short": 1, "one": 1, "more": 2, "several": 96}
    assert {(record.payload or {})["segment"] for record in records} == {"segment-1"}


def test_a_copy_is_made_once(files: Files, node: Node, stored: dict[str, StoredFile], tmp_path: Path) -> None:
    files.copied("segment-1", stored, tmp_path)
    node.fail()
    assert content(files.copied("segment-1", stored, tmp_path)) == CONTENT


@pytest.mark.parametrize("size", [None, 0, 5])
def test_a_copy_that_is_cut_off_is_made_anew(
    files: Files, stored: dict[str, StoredFile], tmp_path: Path, size: int | None
) -> None:
    folder = files.copied("segment-1", stored, tmp_path)
    with (folder / "several").open("rb") as reader:
        (folder / "one").unlink() if size is None else os.truncate(folder / "one", size)
        assert content(files.copied("segment-1", stored, tmp_path)) == CONTENT
        # Whoever has the files of before open reads on.
        assert reader.read() == CONTENT["several"]


def test_copies_made_at_once_are_one(files: Files, stored: dict[str, StoredFile], tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: files.copied("segment-1", stored, tmp_path), range(16)))
    assert [content(folder) for folder in made] == [CONTENT] * 16
    assert [each.name for each in (tmp_path / GENERATION).iterdir()] == ["segment-1"]


def test_segments_have_copies_of_their_own(files: Files, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    one = files.upload(tmp_path, "segment-1")
    (tmp_path / "a").write_bytes(b"2")
    two = files.upload(tmp_path, "segment-2")
    copies = [files.copied(*each, tmp_path / "cache") for each in (("segment-1", one), ("segment-2", two))]
    assert [(copy / "a").read_bytes() for copy in copies] == [b"1", b"2"]


def _damages() -> dict[str, Any]:
    return {
        "another content": lambda node: change(node, "segment-1/several/3", data="AAAAAAAAAAA="),
        "no base64": lambda node: change(node, "segment-1/several/3", data="А"),
        "cut off": lambda node: change(node, "segment-1/several/3", data="AAA"),
        "empty": lambda node: change(node, "segment-1/several/95", data=""),
    }


@pytest.mark.parametrize("damage", _damages())
def test_a_damaged_chunk_is_told_of(
    files: Files, node: Node, stored: dict[str, StoredFile], tmp_path: Path, damage: str
) -> None:
    _damages()[damage](node)
    with pytest.raises(IndexProblem) as raised:
        files.copied("segment-1", stored, tmp_path / "cache")
    assert str(raised.value) == ("segment-1/several of izde-1 is not what was written; rebuild with: izde index --full")
    assert list((tmp_path / "cache" / GENERATION).iterdir()) == []


@pytest.mark.parametrize("chunk", [0, 50, 95])
def test_a_missing_chunk_is_told_of(
    files: Files, node: Node, stored: dict[str, StoredFile], tmp_path: Path, chunk: int
) -> None:
    remove(node, f"segment-1/several/{chunk}")
    with pytest.raises(IndexProblem) as raised:
        files.copied("segment-1", stored, tmp_path / "cache")
    assert str(raised.value) == "segment-1/several of izde-1 is cut off; rebuild it with: izde index --full"
    assert list((tmp_path / "cache" / GENERATION).iterdir()) == []


def test_a_cluster_that_fails_leaves_no_half_of_a_copy(
    files: Files, node: Node, stored: dict[str, StoredFile], tmp_path: Path
) -> None:
    asked = len(node.asked)

    def fail_later(name: str) -> None:
        if len(node.asked) > asked + 10:
            node.fail()
            node.before(name)

    node.before = fail_later
    with pytest.raises(IndexUnavailable):
        files.copied("segment-1", stored, tmp_path / "cache")
    assert list((tmp_path / "cache" / GENERATION).iterdir()) == []
    node.recover()
    assert content(files.copied("segment-1", stored, tmp_path / "cache")) == CONTENT


def test_a_cache_that_cannot_be_written_is_told_of(files: Files, stored: dict[str, StoredFile], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(OSError, match="cache"):
        files.copied("segment-1", stored, tmp_path / "cache")


def test_a_manifest_comes_out_as_it_went_in(files: Files) -> None:
    files.put_manifest(MANIFEST)
    assert files.manifest() == MANIFEST
    files.put_manifest(replace(MANIFEST, articles=7))
    assert files.manifest() == replace(MANIFEST, articles=7)


def test_where_there_is_no_manifest(files: Files) -> None:
    with pytest.raises(IndexMissing, match=re.escape("izde-1 has no manifest; make it anew with: izde index SOURCE")):
        files.manifest()


@pytest.mark.parametrize(
    "damage",
    [
        {"text": ""},
        {"text": "{"},
        {"text": "[1]"},
        {"text": '{"schema": 1}'},
        {"sha256": "0" * 64},
        {"sha256": None},
        {"text": None},
        {"text": 7},
    ],
)
def test_a_damaged_manifest_is_told_of(files: Files, node: Node, damage: dict[str, Any]) -> None:
    files.put_manifest(MANIFEST)
    change(node, "manifest", **damage)
    with pytest.raises(IndexProblem) as raised:
        files.manifest()
    assert str(raised.value) == "the manifest of izde-1 is damaged; rebuild with: izde index SOURCE --full"
    assert type(raised.value) is IndexProblem


def test_a_manifest_of_another_schema_is_not_read(files: Files) -> None:
    files.put_manifest(replace(MANIFEST, schema=SCHEMA_VERSION + 1))
    with pytest.raises(IndexIncompatible) as raised:
        files.manifest()
    assert str(raised.value) == (
        f"izde-1 was written in schema {SCHEMA_VERSION + 1}, this izde reads {SCHEMA_VERSION};"
        " rebuild it with: izde index SOURCE --full"
    )


def test_payloads_are_found_by_name_and_by_kind(files: Files) -> None:
    files.put({f"share/{number}": {"kind": "share", "size": number} for number in range(600)})
    files.put({"run": {"kind": "run"}})
    assert files.named(["share/7", "none", "run"]) == {
        "share/7": {"name": "share/7", "kind": "share", "size": 7},
        "run": {"name": "run", "kind": "run"},
    }
    assert sorted(each["size"] for each in files.of_kind("share", ["size"])) == list(range(600))
    assert list(files.of_kind("none", ["size"])) == []
