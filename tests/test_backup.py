"""A backup holds the whole of an index, and what is restored is that or nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from indexer.build import build
from izde import main
from search.backup import BackupProblem, back_up
from search.encoder import Encoder
from search.engine import Engine
from search.index_errors import IndexBusy, IndexIncompatible, IndexMissing
from search.lock import building
from search.manifest import Manifest, write_manifest
from search.restoring import restore
from search.storage import current_generation, generation_path
from search.verification import verify

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def file(index_dir: Path, tmp_path: Path) -> Path:
    """A backup of the small index."""
    back_up(index_dir, tmp_path / "backup.izde")
    return tmp_path / "backup.izde"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with enough articles for an update to add a segment."""
    place = tmp_path / "articles"
    place.mkdir()
    rows = [
        {"id": f"a{n}", "title": f"Су {n}", "text": f"Сырдария өзенінің суы {n} егін суаруға қажет."}
        for n in range(2100)
    ]
    (place / "many.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return place


def answers(index: Path, encoder: Encoder) -> list[tuple[str, float]]:
    """What the index finds for a few queries."""
    engine = Engine.open(index, encoder)
    found = [engine.search(query).hits for query in ("суу энергетика", "торговля людьми", "migr*")]
    return [(hit.passage.id, hit.score) for hits in found for hit in hits]


def members(file: Path) -> Members:
    with tarfile.open(file) as archive:
        return [(each, stream.read()) for each in archive if (stream := archive.extractfile(each))]


def write(file: Path, changed: Members) -> Path:
    with tarfile.open(file, "w") as archive:
        for member, content in changed:
            if member.isreg():
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file


def test_what_is_restored_answers_as_before(index_dir: Path, file: Path, tmp_path: Path, encoder: Encoder) -> None:
    restored = restore(file, tmp_path / "restored")
    assert (restored.generation, restored.replaced) == (current_generation(index_dir), None)
    assert (restored.articles, restored.segments) == (4, 1)
    assert verify(tmp_path / "restored") == []
    assert os.listdir(tmp_path / "restored" / "generations") == [restored.generation]
    assert answers(tmp_path / "restored", encoder) == answers(index_dir, encoder) != []


def test_all_segments_are_in_it(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    index = tmp_path / "index"
    build([folder], index, encoder)
    (folder / "later.txt").write_text("Migrants send money to their families.", "utf-8")
    build([folder], index, encoder)
    (folder / "latest.txt").write_text("Торговля людьми является тяжким преступлением.", "utf-8")
    build([folder], index, encoder)
    assert back_up(index, tmp_path / "b").segments == 3
    restored = restore(tmp_path / "b", tmp_path / "restored")
    assert (restored.articles, restored.segments) == (2102, 3)
    assert verify(tmp_path / "restored") == []
    assert answers(tmp_path / "restored", encoder) == answers(index, encoder)
    # What was restored can be built upon.
    (folder / "latest.txt").unlink()
    assert build([folder], tmp_path / "restored", encoder).removed == 1


def test_builds_go_on_during_a_backup(tmp_path: Path, encoder: Encoder) -> None:
    index, article = tmp_path / "index", tmp_path / "a.txt"
    article.write_text("Migrants send money to their families.", "utf-8")
    first = build([article], index, encoder).generation

    def build_another(done: int, total: int, name: str) -> None:
        if name.endswith("manifest.json"):
            article.write_text("Торговля людьми является тяжким преступлением.", "utf-8")
            build([article], index, encoder, prune_after=0)

    assert back_up(index, tmp_path / "b", build_another).generation == first
    assert not generation_path(index, first).exists()
    restore(tmp_path / "b", tmp_path / "restored")
    assert verify(tmp_path / "restored") == []
    assert Engine.open(tmp_path / "restored", encoder).search("money").total == 1


def test_a_damaged_index_makes_no_backup(file: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    restore(file, index)
    damaged = generation_path(index, current_generation(index)) / "documents.sqlite"
    content = bytearray(damaged.read_bytes())
    content[2000] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(BackupProblem, match=r"documents\.sqlite is not what was written; rebuild with: izde index"):
        back_up(index, tmp_path / "another")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup.izde", "index"]
    # The backup before mends it.
    assert restore(file, index).replaced == current_generation(index)
    assert verify(index) == []


def test_a_missing_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="there is no index in"):
        back_up(tmp_path / "none", tmp_path / "b")


def test_a_later_index_stays(file: Path, tmp_path: Path, encoder: Encoder) -> None:
    index, article = tmp_path / "index", tmp_path / "a.txt"
    article.write_text("Migrants send money to their families.", "utf-8")
    later = build([article], index, encoder).generation
    with pytest.raises(BackupProblem, match=f"has generation {later}, which is later .*; restore all the same with"):
        restore(file, index)
    assert current_generation(index) == later
    assert restore(file, index, force=True).replaced == later
    assert Engine.open(index, encoder).stats().articles == 4


def test_a_build_at_work_is_not_disturbed(file: Path, tmp_path: Path) -> None:
    with building(tmp_path / "index"), pytest.raises(IndexBusy):
        restore(file, tmp_path / "index")


def test_another_format_is_told(file: Path, tmp_path: Path) -> None:
    changed = members(file)
    contents = json.loads(changed[0][1]) | {"format": 1}
    changed[0] = (changed[0][0], json.dumps(contents).encode())
    with pytest.raises(
        IndexIncompatible, match="has an index of format 1, this izde reads 2; restore it with the izde"
    ):
        restore(write(tmp_path / "old", changed), tmp_path / "index")
    assert not (tmp_path / "index").exists()


def _member(name: str, **fields: Any) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(member, field, value)
    return member


def _inside(name: str, changed: Members) -> str:
    return f"{changed[1][0].name.partition('/')[0]}/{name}"


#: What somebody may have done to a backup.
TAMPERINGS: dict[str, Callable[[Members], object]] = {
    "a path upwards": lambda all_: all_.append((_member("../../outside"), b"x")),
    "a path upwards from a segment": lambda all_: all_.append((_member(_inside("../../../outside", all_)), b"x")),
    "an absolute path": lambda all_: all_.append((_member("/tmp/izde-outside"), b"x")),
    "a file too many": lambda all_: all_.append((_member(_inside("more.npy", all_)), b"x")),
    "a file twice": lambda all_: all_.append(all_[-1]),
    "a link": lambda all_: all_.append((_member(_inside("l", all_), type=tarfile.SYMTYPE, linkname="/etc"), b"")),
    "a hard link": lambda all_: all_.append((_member(_inside("l", all_), type=tarfile.LNKTYPE, linkname="/etc"), b"")),
    "a device": lambda all_: all_.append((_member(_inside("d", all_), type=tarfile.CHRTYPE), b"")),
    "a file too few": lambda all_: all_.pop(),
    "a link for a file": lambda all_: all_.append((_member(all_.pop()[0].name, type=tarfile.SYMTYPE), b"")),
    "another content": lambda all_: all_.append((all_[-1][0], bytes(len(all_.pop()[1])))),
    "another size": lambda all_: all_.append((all_[-1][0], all_.pop()[1] + b"x")),
    "another manifest": lambda all_: all_.insert(1, (all_[1][0], all_.pop(1)[1].replace(b"articles", b"articlez"))),
    "a wrong first file": lambda all_: all_.pop(0),
    "no contents": lambda all_: all_.insert(0, (all_[0][0], all_.pop(0)[1][:50])),
    "nothing": lambda all_: all_.clear(),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_backup_that_was_tampered_with_is_refused(tampering: str, file: Path, tmp_path: Path) -> None:
    changed = members(file)
    TAMPERINGS[tampering](changed)
    index = tmp_path / "folder" / "index"
    with pytest.raises(BackupProblem, match=r"another|make one with"):
        restore(write(tmp_path / "tampered", changed), index)
    left = [each.name for each in tmp_path.rglob("*") if each.is_file()]
    assert sorted(left) in (["backup.izde", "building.lock", "tampered"], ["backup.izde", "tampered"])
    assert not Path("/tmp/izde-outside").exists()


def _with_contents(changed: Members, **fields: object) -> Members:
    """The backup with other fields in its list of contents."""
    contents = json.loads(changed[0][1]) | fields
    return [(changed[0][0], json.dumps(contents).encode()), *changed[1:]]


def _with_manifest(changed: Members, document: bytes) -> Members:
    """The backup with another manifest, whose checksum is right."""
    checksums = dict.fromkeys(json.loads(changed[0][1])["manifests"], hashlib.sha256(document).hexdigest())
    return _with_contents([changed[0], (changed[1][0], document), *changed[2:]], manifests=checksums)


def test_a_path_in_a_manifest_does_not_lead_out(file: Path, tmp_path: Path) -> None:
    changed = members(file)
    manifest = json.loads(changed[1][1])
    manifest["files"]["../../../outside"] = {"bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    changed = _with_manifest(changed, json.dumps(manifest).encode())
    changed.append((_member(_inside("../../../outside", changed)), b"x"))
    with pytest.raises(BackupProblem, match=r"manifest\.json is not what was backed up"):
        restore(write(tmp_path / "tampered", changed), tmp_path / "index")


@pytest.mark.parametrize(
    "fields",
    [
        {"manifests": 1},
        {"manifests": None},
        {"bytes": "many"},
        {"generation": []},
        {"manifests": {"../..": ""}},
        {"x": 1},
    ],
    ids=str,
)
def test_contents_of_another_kind_are_refused(fields: dict[str, object], file: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupProblem, match=r"backup\.json is not what was backed up"):
        restore(write(tmp_path / "tampered", _with_contents(members(file), **fields)), tmp_path / "index")


def test_names_alone_are_no_contents(file: Path, tmp_path: Path) -> None:
    changed = members(file)
    names = list(json.loads(changed[0][1])["manifests"])
    with pytest.raises(BackupProblem, match=r"backup\.json is not what was backed up"):
        restore(write(tmp_path / "tampered", _with_contents(changed, manifests=names)), tmp_path / "index")


@pytest.mark.parametrize("fields", [{"files": 1}, {"files": ["a"]}, {"files": {"a": 1}}, {"files": {"a": {}}}], ids=str)
def test_a_manifest_of_another_kind_is_refused(fields: dict[str, object], file: Path, tmp_path: Path) -> None:
    changed = members(file)
    tampered = _with_manifest(changed, json.dumps(json.loads(changed[1][1]) | fields).encode())
    with pytest.raises(BackupProblem, match=r"manifest\.json is not what was backed up"):
        restore(write(tmp_path / "tampered", tampered), tmp_path / "index")


@pytest.mark.parametrize("segments", [[1], ["../.."]], ids=str)
def test_a_manifest_that_names_other_segments_is_refused(segments: list[Any], file: Path, tmp_path: Path) -> None:
    changed = members(file)
    fields = json.loads(changed[1][1]) | {"segments": segments}
    del fields["sha256"]
    write_manifest(tmp_path, Manifest(**fields))
    tampered = _with_manifest(changed, (tmp_path / "manifest.json").read_bytes())
    with pytest.raises(BackupProblem, match=r"manifest\.json is not what was backed up"):
        restore(write(tmp_path / "tampered", tampered), tmp_path / "index")


def test_all_that_was_restored_is_on_the_disk(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: flushed.add(os.fstat(descriptor).st_ino))
    restore(file, tmp_path / "index")
    written = {tmp_path / "index", *(tmp_path / "index").rglob("*")} - {tmp_path / "index" / "building.lock"}
    assert sorted(path.name for path in written if path.stat().st_ino not in flushed) == []


@pytest.mark.parametrize("part", [0, 100, 5_000, 0.5, 0.9])
def test_a_backup_that_is_cut_off_is_refused(part: float, file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(part if isinstance(part, int) else part * len(content))])
    with pytest.raises(BackupProblem, match=r"take another one|make one with"):
        restore(file, tmp_path / "index")
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_a_flipped_bit_anywhere_is_found_or_harmless(
    file: Path, index_dir: Path, tmp_path: Path, encoder: Encoder
) -> None:
    content, expected = file.read_bytes(), answers(index_dir, encoder)
    refused = 0
    for place in range(7, len(content), len(content) // 40):
        file.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        index = tmp_path / f"index-{place}"
        try:
            restore(file, index)
        except (BackupProblem, IndexIncompatible):
            assert not (index / "CURRENT").exists()
            refused += 1
        else:
            # The padding between files.
            assert answers(index, encoder) == expected
    assert refused > 30


def test_a_killed_restore_leaves_the_index_as_it_was(file: Path, tmp_path: Path, encoder: Encoder) -> None:
    index, article = tmp_path / "index", tmp_path / "a.txt"
    article.write_text("Migrants send money to their families.", "utf-8")
    before = build([article], index, encoder).generation
    program = """
import os, signal, sys
from pathlib import Path
from search.restoring import restore
def kill(done, total, name):
    if name.endswith("words.strings"):
        os.kill(os.getpid(), signal.SIGKILL)
restore(Path(sys.argv[1]), Path(sys.argv[2]), force=True, progress=kill)
"""
    killed = subprocess.run([sys.executable, "-c", program, str(file), str(index)], check=False)
    assert killed.returncode == -9
    assert current_generation(index) == before
    assert verify(index) == []
    assert len(os.listdir(index / "generations")) == 2
    article.write_text("Торговля людьми является тяжким преступлением.", "utf-8")
    after = build([article], index, encoder, prune_after=0).generation
    assert os.listdir(index / "generations") == [after]


def test_the_commands_say_what_they_did(index_dir: Path, tmp_path: Path) -> None:
    file, index, runner = tmp_path / "b", tmp_path / "index", CliRunner()
    made = runner.invoke(main, ["backup", str(file), "--index", str(index_dir), "--json"])
    generation = current_generation(index_dir)
    held = {"generation": generation, "articles": 4, "passages": 4, "segments": 1}
    assert json.loads(made.output) == {"file": str(file), "bytes": file.stat().st_size} | held
    done = runner.invoke(main, ["restore", str(file), "--index", str(index), "--json"])
    assert json.loads(done.output) == {"index": str(index), "replaced": None} | held
    file.write_bytes(b"no archive")
    refused = runner.invoke(main, ["restore", str(file), "--index", str(index)])
    assert refused.exit_code == 2
    assert f"izde: {file} is no whole backup" in refused.output
