from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.errors import UnreadableSource
from indexer.readers import article_id, find, read, text
from search.articles import Article


def test_a_folder_gives_its_known_files_in_order(tmp_path: Path) -> None:
    names = ["b.txt", "a.md", "sub/c.PDF", "sub/deeper/d.jsonl", "e.html", "f.docx"]
    skipped = [".hidden.txt", ".git/x.txt", "articles.csv", "README.md", "~$f.docx", "picture.png"]
    for name in [*names, *skipped]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    assert [path.relative_to(tmp_path).as_posix() for path in find(tmp_path)] == [
        "a.md",
        "b.txt",
        "e.html",
        "f.docx",
        "sub/c.PDF",
        "sub/deeper/d.jsonl",
    ]


def test_links_that_go_round_are_harmless(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("text")
    (tmp_path / "again").symlink_to(tmp_path / "sub")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    assert find(tmp_path) == [tmp_path / "sub" / "a.txt"]


def test_a_missing_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource) as raised:
        find(tmp_path / "nowhere")
    assert str(raised.value) == "nowhere: there is no such file or folder; check the path"


def test_a_link_to_nothing_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    assert [str(item) for path in find(tmp_path) for item in read(path, tmp_path)] == [
        "a.txt: no such file or directory; check the file"
    ]


def test_an_article_is_named_by_its_path_without_the_ending(tmp_path: Path) -> None:
    assert article_id(tmp_path / "2021" / "v1.2 notes.txt", tmp_path) == "2021/v1.2 notes"
    assert article_id(tmp_path / "a.txt", tmp_path / "a.txt") == "a"


def test_a_format_that_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text("text")
    assert [str(item) for item in read(path, path)] == [
        "a.xyz: its format is not known; the formats read are .txt .md .markdown .html .htm .xhtml .pdf .docx .jsonl"
    ]


@pytest.mark.parametrize("ending", ["txt", "md", "html", "pdf", "docx", "jsonl"])
def test_an_empty_file_of_any_format(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(b"")
    assert [str(item) for item in read(path, path)] == [
        f"a.{ending}: it holds no text; put the article in it, or remove it from the source"
    ]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_of_white_space(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(" \n\t\n")
    assert [str(item) for item in read(path, path)] == [
        f"{name}: it holds no text; put the article in it, or remove it from the source"
    ]


def test_a_file_that_may_not_be_read(as_nobody: Path) -> None:
    path = as_nobody / "a.txt"
    path.write_text("text")
    path.chmod(0)
    assert [str(item) for item in read(path, as_nobody)] == [
        "a.txt: permission denied; give the user who runs the indexer access to it"
    ]


def test_a_folder_that_may_not_be_listed_does_not_hide_the_others(as_nobody: Path) -> None:
    locked = as_nobody / "locked"
    locked.mkdir(mode=0)
    (as_nobody / "a.txt").write_text("text")
    items = [item for path in find(as_nobody) for item in read(path, as_nobody)]
    locked.chmod(0o700)
    assert [item.id if isinstance(item, Article) else str(item) for item in items] == [
        "a",
        "locked: permission denied; give the user who runs the indexer access to it",
    ]


def test_no_format_is_loaded_before_its_first_file() -> None:
    libraries = ("docx", "markdown_it", "pypdfium2", "selectolax", "yaml")
    code = f"import sys, indexer.readers; print([name for name in {libraries} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_defect_of_a_reader_costs_its_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, article_id: str) -> Iterator[Article]:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(text, "read", fail)
    path = tmp_path / "a.txt"
    path.write_text("text")
    told = "a.txt: it could not be read (ZeroDivisionError('by zero')); please report this"
    assert [str(item) for item in read(path, path)] == [told]
