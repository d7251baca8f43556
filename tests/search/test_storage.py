"""Tests of `search.storage`: generations, manifests, the switch between them."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from pathlib import Path

import pytest

from search import verification
from search.index_errors import IndexBusy, IndexIncompatible, IndexMissing, IndexProblem
from search.lock import building
from search.storage import (
    current_generation,
    generation_path,
    new_generation,
    open_generation,
    open_newest,
    prune,
    seal,
    switch,
)
from search.verification import verify

BUILT_BY = {
    "analysis": "1",
    "model": "embedded",
    "model_fingerprint": "f" * 64,
    "dimensions": 2,
    "articles": 1,
    "passages": 3,
    "words": 40,
    "segments": [],
    "dead": [],
    "mean_length": 13.3,
    "glossary": "",
}


def _generation(index: Path) -> str:
    """A sealed generation of two files, made current."""
    with new_generation(index) as path:
        (path / "words.txt").write_text("words")
        (path / "keyword").mkdir()
        (path / "keyword" / "MAIN").write_text("segments")
        seal(path, **BUILT_BY)
    switch(index, path.name)
    return path.name


def _age(index: Path, generation: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(generation_path(index, generation) / "manifest.json", (then, then))


def test_an_index_that_was_never_built_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing) as problem:
        current_generation(tmp_path)
    assert str(problem.value) == (
        f"there is no index in {tmp_path}; make one with: izde index SOURCE --index {tmp_path}"
    )


def test_the_newest_switched_generation_is_current(tmp_path: Path) -> None:
    first, second = _generation(tmp_path), _generation(tmp_path)
    with new_generation(tmp_path):
        assert current_generation(tmp_path) == second != first


def test_a_generation_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def cut_off() -> None:
        with new_generation(tmp_path) as path:
            (path / "words.txt").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_off()
    assert list((tmp_path / "generations").iterdir()) == []


def test_the_manifest_says_what_built_it_and_holds_every_file(tmp_path: Path) -> None:
    manifest = open_generation(generation_path(tmp_path, _generation(tmp_path)))
    assert {name: getattr(manifest, name) for name in BUILT_BY} == BUILT_BY
    assert list(manifest.files) == ["keyword/MAIN", "words.txt"]
    sha256 = "dba36bffa5cab0f922d087a3aeb179f9d4e745df40b323e1b1471402848c8a3e"  # by sha256sum
    assert manifest.files["words.txt"] == {"bytes": 5, "sha256": sha256}


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 2}', "\0\0\0\0"])
def test_a_damaged_manifest_is_a_problem_with_a_remedy(tmp_path: Path, content: str) -> None:
    path = generation_path(tmp_path, _generation(tmp_path))
    (path / "manifest.json").write_text(content)
    with pytest.raises(IndexProblem, match=r"manifest.json is damaged .*izde index SOURCE --full"):
        open_generation(path)


@pytest.mark.parametrize("content", [None, "", "wor", "words!"])
def test_a_file_that_is_missing_or_cut_off_is_named(tmp_path: Path, content: str | None) -> None:
    file = generation_path(tmp_path, _generation(tmp_path)) / "words.txt"
    file.unlink() if content is None else file.write_text(content)
    with pytest.raises(IndexProblem) as problem:
        open_generation(file.parent)
    assert str(problem.value) == f"{file} is missing or cut off; rebuild with: izde index SOURCE --full"


def test_another_format_is_incompatible_not_damaged(tmp_path: Path) -> None:
    file = generation_path(tmp_path, _generation(tmp_path)) / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"format": 99}))
    with pytest.raises(IndexIncompatible, match="written in index format 99, this izde reads 2"):
        open_generation(file.parent)


@pytest.mark.parametrize("content", ["", "20200101T000000-abcdef\n", "\0", "../../etc"])
def test_a_pointer_to_nowhere_is_a_problem(tmp_path: Path, content: str) -> None:
    _generation(tmp_path)
    (tmp_path / "CURRENT").write_text(content)
    with pytest.raises(IndexProblem):
        open_generation(generation_path(tmp_path, current_generation(tmp_path)))


def test_a_pointer_of_noise_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(IndexProblem):
        open_generation(generation_path(tmp_path, current_generation(tmp_path)))


def test_two_cannot_build_at_once(tmp_path: Path) -> None:
    with building(tmp_path / "new"), pytest.raises(IndexBusy) as problem, building(tmp_path / "new"):
        pass
    holder = f"process {os.getpid()} on {socket.gethostname()}, since "
    assert str(problem.value).startswith(f"{tmp_path / 'new'} is being built by {holder}")
    assert str(problem.value).endswith(" UTC; wait until it is done, or use --wait SECONDS")
    with building(tmp_path / "new"):
        pass


def test_verify_names_the_files_that_changed_or_are_gone(tmp_path: Path) -> None:
    path = generation_path(tmp_path, _generation(tmp_path))
    assert verify(tmp_path) == []
    (path / "words.txt").write_text("wordz")
    (path / "keyword" / "MAIN").unlink()
    assert verify(tmp_path) == [
        f"{path / 'keyword/MAIN'}: No such file or directory",
        f"{path / 'words.txt'}: its content is not what was written",
    ]


def test_a_generation_that_is_replaced_while_it_is_verified_is_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _generation(tmp_path), _generation(tmp_path)
    (tmp_path / "CURRENT").write_text(first)
    verified = []

    def sha256(file: Path) -> str:
        if current_generation(tmp_path) == first:
            switch(tmp_path, second)
            prune(tmp_path, after=0)
        verified.append(file.relative_to(tmp_path / "generations").parts[0])
        return checksum(file)

    checksum = verification.sha256
    monkeypatch.setattr(verification, "sha256", sha256)
    assert verify(tmp_path) == []
    assert verified == [first, first, second, second]


def test_pruning_keeps_what_may_still_be_read(tmp_path: Path) -> None:
    old, current = _generation(tmp_path), _generation(tmp_path)
    assert prune(tmp_path, after=60) == []
    assert generation_path(tmp_path, old).exists()
    assert prune(tmp_path, after=0) == [old]
    assert [path.name for path in (tmp_path / "generations").iterdir()] == [current]


def test_pruning_removes_what_was_replaced_long_ago(tmp_path: Path) -> None:
    names = ["20260101T000000-aaaaaa", "20260102T000000-aaaaaa", "20260103T000000-aaaaaa"]
    for name, age in zip(names, (300, 200, 30), strict=True):
        path = generation_path(tmp_path, name)
        path.mkdir(parents=True)
        seal(path, **BUILT_BY)
        switch(tmp_path, name)
        _age(tmp_path, name, age)
    # The first was replaced 200 s ago, the second 30 s ago.
    assert prune(tmp_path, after=60) == names[:1]


def test_what_a_cut_off_build_left_is_removed_before_the_next_begins(tmp_path: Path) -> None:
    current = _generation(tmp_path)
    unfinished = generation_path(tmp_path, "20260101T000000-aaaaaa")
    unfinished.mkdir(parents=True)
    with new_generation(tmp_path) as never_switched:
        seal(never_switched, **BUILT_BY)
    (tmp_path / "CURRENT.next").write_text(never_switched.name)
    with new_generation(tmp_path) as path:
        assert {each.name for each in (tmp_path / "generations").iterdir()} == {current, path.name}
        assert not (tmp_path / "CURRENT.next").exists()
    assert current_generation(tmp_path) == current


def test_pruning_keeps_the_segments_of_what_stays(tmp_path: Path) -> None:
    names = ["20260101T000000-aaaaaa", "20260102T000000-aaaaaa", "20260103T000000-aaaaaa"]
    for name, age in zip(names, (300, 200, 30), strict=True):
        path = generation_path(tmp_path, name)
        path.mkdir(parents=True)
        seal(path, **(BUILT_BY | {"segments": names[:2] if name == names[1] else []}))
        switch(tmp_path, name)
        _age(tmp_path, name, age)
    # The first was replaced long ago, but the second, which was replaced 30 s ago, reads it.
    assert prune(tmp_path, after=60) == []
    assert prune(tmp_path, after=20) == names[:2]


def test_a_directory_that_cannot_be_locked_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(IndexProblem) as problem, building(tmp_path):
        pass
    assert str(problem.value) == (
        f"{tmp_path / 'building.lock'} cannot be locked (No locks available);"
        " choose a directory on a local file system with --index"
    )


def test_what_is_written_is_flushed_before_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []

    def fsync(descriptor: int) -> None:
        flushed.append(os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor}"), tmp_path))

    monkeypatch.setattr(os, "fsync", fsync)
    name = _generation(tmp_path / "index")
    path = f"index/generations/{name}"
    assert flushed == [
        *(f"{path}/keyword/MAIN", f"{path}/words.txt", f"{path}/keyword"),
        *(f"{path}/manifest.json", path, "index/generations", "index"),
        *("index/CURRENT.next", "index", "."),
    ]


def test_the_generation_in_use_is_opened(tmp_path: Path) -> None:
    first, second = _generation(tmp_path), _generation(tmp_path)
    assert open_newest(tmp_path, lambda path: open_generation(path).generation) == second
    (tmp_path / "CURRENT").write_text(first)
    assert open_newest(tmp_path, lambda path: open_generation(path).generation) == first


def test_one_that_is_replaced_while_it_is_opened_is_not_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = _generation(tmp_path), _generation(tmp_path)
    (tmp_path / "CURRENT").write_text(first)

    def opened(path: Path) -> str:
        if path.name == first:
            switch(tmp_path, second)
            prune(tmp_path, after=0)
        return open_generation(path).generation

    assert (open_newest(tmp_path, opened), caplog.text) == (second, "")


def test_the_newest_whole_one_stands_in_for_a_damaged_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    names = [_generation(tmp_path) for _ in range(3)]
    for name in names[1:]:
        (generation_path(tmp_path, name) / "words.txt").write_text("cut")
    assert open_newest(tmp_path, lambda path: open_generation(path).generation) == names[0]
    file = generation_path(tmp_path, names[2]) / "words.txt"
    assert [record.getMessage() for record in caplog.records] == [
        f"{file} is missing or cut off; rebuild with: izde index SOURCE --full"
        f" (the generation {names[0]} answers meanwhile)"
    ]
