"""Disks that are full, failing or not writable, and files that are damaged: each is told, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result

import izde
from indexer import changes
from indexer.build import build
from search import engine, manifest
from search.encoder import Encoder
from search.engine import Engine
from search.index_errors import IndexIncompatible, IndexProblem
from search.results import MODES
from search.storage import current_generation, generation_path
from search.verification import verify
from tests.builder import Build, Builder

#: Of the random places; a failure names it.
SEED = int(os.environ.get("IZDE_CRASH_SEED", "7"))

ARTICLES = [
    {"id": "rivers", "title": "Rivers", "authors": ["Whitcombe A."], "year": 2005, "text": "Rivers bring water."},
    {"id": "өзен", "title": "Өзен", "keywords": ["су"], "text": "Өзен алқаптың егістігіне су әкеледі."},
    {"id": "кража", "title": "Вода", "year": 2015, "text": "Река приносит воду на поля долины, как и прежде."},
]

ADDED = {"id": "talaa", "title": "Талаа", "authors": ["Асанова Г.К."], "text": "Дарыя талааларга суу алып келет."}

QUERIES = ("water", "суу талаа", '"су әкеледі"', "жол*", "wafer~", "author:асанова", "-вода", "rivres")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """An index of two generations, the later with a segment of its own beside that of the earlier."""
    folder = tmp_path_factory.mktemp("faults")
    glossary = folder / "glossary.tsv"
    glossary.write_text("en\tru\tkk\tky\nriver\tрека\tөзен\tдарыя\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "SMALL", 0)
        patch.setattr(changes, "MOST_CHANGED", 10.0)
        for articles in (ARTICLES, [*ARTICLES, ADDED]):
            _write(folder, articles)
            build([folder / "a.jsonl"], folder / "index", encoder, glossary=glossary)
    (folder / "index" / "building.lock").unlink()
    return folder / "index"


def _write(folder: Path, articles: list[dict[str, object]]) -> Path:
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, articles)), "utf-8")
    return folder / "a.jsonl"


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Path:
    """A copy of that index, to be damaged."""
    return shutil.copytree(made, tmp_path / "index")


def _generations(index: Path) -> tuple[Path, Path]:
    earlier, later = sorted((index / "generations").iterdir())
    return earlier, later


def _files(index: Path) -> list[Path]:
    return sorted(each for each in (index / "generations").rglob("*") if each.is_file())


def _ask(index: Path, encoder: Encoder) -> str | None:
    """Ask everything; the generation that answered, or None where a problem was told, with its file and a remedy."""
    try:
        opened = Engine.open(index, encoder)
        for query in QUERIES:
            for mode in MODES:
                opened.search(query, mode=mode)
        for article in opened.articles():
            opened.passages(article.id)
        opened.suggest("ри")
        opened.stats()
    except IndexProblem as problem:
        if str(index) not in str(problem):
            raise
        return None
    return opened.generation


def _izde(*arguments: object) -> Result:
    done = CliRunner().invoke(izde.main, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def _flip(file: Path, place: int, bit: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1 << bit
    file.write_bytes(content)


def test_a_file_that_is_cut_off(index: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture) -> None:
    earlier, later = _generations(index)
    for file in _files(index):
        content = file.read_bytes()
        for size in {0, max(0, len(content) - 1)} - {len(content)}:
            caplog.clear()
            file.write_bytes(content[:size])
            found = verify(index)
            assert [each for each in found if str(file) in each] == found != []
            # The later generation reads the segment of the earlier one.
            answering = _ask(index, encoder)
            assert answering == (earlier.name if file.parent == later else None), file
            if answering:
                assert str(file) in caplog.text
                assert f"(the generation {earlier.name} answers meanwhile)" in caplog.text
        file.write_bytes(content)
    assert _ask(index, encoder) == later.name


def test_a_flipped_byte(index: Path, encoder: Encoder) -> None:
    chance = Random(SEED)
    for file in _files(index):
        content = file.read_bytes()
        # The first bytes say what the file is.
        for place in {0, chance.randrange(128) % max(1, len(content)), chance.randrange(len(content) or 1)}:
            if not content:
                continue
            bit = chance.randrange(8)
            print(f"seed {SEED}: bit {bit} of byte {place} of {file}")
            _flip(file, place, bit)
            found = verify(index)
            assert [each for each in found if str(file) in each] == found != []
            _ask(index, encoder)
            file.write_bytes(content)


def test_a_flipped_byte_of_the_pointer(index: Path, encoder: Encoder) -> None:
    _, later = _generations(index)
    pointer = index / "CURRENT"
    content = pointer.read_bytes()
    for place in range(len(content)):
        for bit in range(8):
            _flip(pointer, place, bit)
            harmless = pointer.read_text("utf-8", errors="replace").strip() == later.name
            assert bool(verify(index)) != harmless
            assert all(str(pointer) in each for each in verify(index))
            assert _ask_once(index, encoder) == later.name
            pointer.write_bytes(content)


def _ask_once(index: Path, encoder: Encoder) -> str:
    opened = Engine.open(index, encoder)
    opened.search("water")
    return opened.generation


def test_a_flipped_byte_of_a_manifest(index: Path, encoder: Encoder) -> None:
    chance = Random(SEED)
    earlier, later = _generations(index)
    for path in (earlier, later):
        file = path / "manifest.json"
        content = file.read_bytes()
        for _ in range(40):
            place, bit = chance.randrange(len(content)), chance.randrange(8)
            print(f"seed {SEED}: bit {bit} of byte {place} of {file}")
            _flip(file, place, bit)
            assert [str(path) in each for each in verify(index)] == [True]
            assert _ask(index, encoder) == (earlier.name if path == later else None)
            file.write_bytes(content)


def test_the_commands_tell_what_is_damaged(index: Path) -> None:
    earlier, later = _generations(index)
    file = later / "words.strings"
    file.write_bytes(file.read_bytes()[:-1])
    found = _izde("verify", "--index", index)
    assert (found.exit_code, found.stdout) == (1, "1 not as they should be; rebuild with: izde index SOURCE --full\n")
    assert found.stderr == f"{file}: its content is not what was written\n"
    # The generation before answers.
    assert _izde("search", "water", "--index", index).exit_code == 0
    assert json.loads(_izde("stats", "--index", index, "--json").stdout)["generation"] == earlier.name
    shutil.rmtree(earlier)
    done = _izde("search", "water", "--index", index)
    assert (done.exit_code, done.stderr) == (
        2,
        f"izde: {earlier}/manifest.json is missing; rebuild with: izde index SOURCE --full\n",
    )


def test_what_no_look_at_sizes_sees_is_told_when_it_is_met(index: Path, encoder: Encoder) -> None:
    earlier, _ = _generations(index)
    file = earlier / "passages.words.npy"
    content = file.read_bytes()
    file.write_bytes(content[:-40] + b"\x7f" * 40)
    opened = Engine.open(index, encoder)
    assert opened.stats().articles == 4
    with pytest.raises(IndexProblem) as problem:
        opened.search("поля")
    assert str(problem.value) == (
        f"{file}: its content is not what was written; rebuild with: izde index SOURCE --full"
    )


def test_an_error_of_the_program_is_no_damage(index: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "_answer", lambda *_: {}["none"])
    with pytest.raises(KeyError):
        Engine.open(index, encoder).search("water")


def test_an_error_of_the_program_is_none_of_a_generation_that_is_gone(
    index: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Engine.open(index, encoder)
    shutil.rmtree(index)
    assert opened.search("water").total
    monkeypatch.setattr(Engine, "_answer", lambda *_: {}["none"])
    with pytest.raises(KeyError):
        opened.search("water")


class _AnotherEncoder:
    name = "embedded"
    fingerprint = "another"


@pytest.mark.parametrize("what", ["model", "analysis", "format"])
def test_an_index_made_by_other_means(
    what: str, index: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    if what == "analysis":
        monkeypatch.setattr(engine, "analysis_version", lambda: "another")
    if what == "format":
        monkeypatch.setattr(manifest, "FORMAT_VERSION", 99)
    with pytest.raises(IndexIncompatible, match=f"{what}.*rebuild it with: izde index SOURCE --full"):
        Engine.open(index, _AnotherEncoder() if what == "model" else encoder)  # type: ignore[arg-type]


def test_an_index_of_the_format_before(tmp_path: Path, encoder: Encoder) -> None:
    # As izde 0.1.0 wrote it: a manifest without segments and checksum of its own.
    index, name = tmp_path / "index", "20260101T000000-aaaaaa"
    generation_path(index, name).mkdir(parents=True)
    (index / "CURRENT").write_text(f"{name}\n")
    fields = {"generation": name, "format": 1, "analysis": "1", "model": "embedded", "files": {}}
    (generation_path(index, name) / "manifest.json").write_text(json.dumps(fields, indent=1))
    told = (
        f"{generation_path(index, name)} was written in index format 1, this izde reads 2;"
        " rebuild it with: izde index SOURCE --full"
    )
    for command in (("search", "water"), ("stats",), ("verify",)):
        done = _izde(*command, "--index", index)
        assert (done.exit_code, done.stderr) == (2, f"izde: {told}\n")
    build([_write(tmp_path, ARTICLES)], index, encoder, prune_after=0)
    assert verify(index) == []
    assert os.listdir(index / "generations") == [current_generation(index)] != [name]


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    """What runs builds that fail."""
    with Builder() as server:
        yield server


@pytest.mark.parametrize("fault", ["ENOSPC", "EACCES", "EIO", "EROFS"])
def test_a_build_that_cannot_write(fault: str, made: Path, builder: Builder, encoder: Encoder, tmp_path: Path) -> None:
    chance = Random(f"{SEED} {fault}")
    source = _write(tmp_path, [*ARTICLES[1:], ADDED, {"id": "new", "title": "New", "text": "Migrants send money."}])
    whole = builder.build(Build(str(source), str(shutil.copytree(made, tmp_path / "whole")), always_added=True))
    for _ in range(12):
        step = chance.randint(1, whole.steps)
        print(f"seed {SEED}, step {step} of {whole.steps}")
        index = shutil.copytree(made, tmp_path / "struck", copy_function=os.link)
        before = current_generation(index)
        outcome = builder.build(Build(str(source), str(index), always_added=True, step=step, fault=fault))
        if outcome.exit_code == 2:
            assert outcome.told.startswith("izde: ")
            assert str(index) in outcome.told
            assert outcome.told.count("\n") == 1
        else:
            # Files in use are taken for damaged and made anew, and what is to be removed may be removed another time.
            assert outcome.exit_code == 0, outcome.told
        assert verify(index) == []
        if current_generation(index) == before:
            assert Engine.open(index, encoder).search("migrants", mode="keyword").hits == ()
        assert builder.build(Build(str(source), str(index), prune_after=0)).exit_code == 0
        assert verify(index) == []
        shutil.rmtree(index)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system")
@pytest.mark.parametrize("kilobytes", [100, 400])
def test_a_disk_that_fills_up(kilobytes: int, builder: Builder, encoder: Encoder, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "izde-test", str(disk)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        rows = [{"id": f"a{n}", "title": "A", "text": " ".join(f"word{n}x{k}" for k in range(300))} for n in range(20)]
        outcome = builder.build(Build(str(_write(tmp_path, rows)), str(disk / "index")))
        assert outcome.exit_code == 2
        assert outcome.told.startswith(f"izde: {disk / 'index' / 'generations'}")
        assert "cannot be written" in outcome.told
        assert "Make room on the disk" in outcome.told
        assert os.listdir(disk / "index" / "generations") == []
        small = builder.build(Build(str(_write(tmp_path, ARTICLES[:1])), str(disk / "index")))
        if kilobytes > 100:
            assert (small.exit_code, verify(disk / "index")) == (0, [])
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_an_index_that_this_user_may_only_read(made: Path, builder: Builder) -> None:
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        index = shutil.copytree(made, Path(folder) / "index")
        source = _write(Path(folder), ARTICLES)
        outcome = builder.build(Build(str(source), str(index), as_user=65534))
        assert (outcome.exit_code, outcome.told) == (
            2,
            f"izde: {index / 'building.lock'} cannot be written (Permission denied); make the directory writable for"
            " this user, or choose another with --index\n",
        )
        assert verify(index) == []
