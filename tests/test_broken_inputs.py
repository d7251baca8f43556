"""Files that cannot be read each get their message; the rest is indexed, and the exit code is 1."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from search.encoder import Encoder
from search.engine import Engine

WATER = "Сырдария өзенінің суы егін суаруға қажет."

#: A page that says "Hello", and what a download that broke off leaves of it.
PDF = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R
 /Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>>> endobj
4 0 obj <</Length 40>> stream
BT /F1 12 Tf 20 100 Td (Hello world) Tj ET
endstream endobj
trailer <</Root 1 0 R>>
%%EOF
"""

BROKEN = {
    "truncated.pdf": PDF[:200],
    "picture.pdf": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "letter.docx": b"not a zip at all",
    "cut off.docx": b"PK\x03\x04" + bytes(100),
    "empty.txt": b"",
    "empty.pdf": b"",
    "blank.md": b" \n\n\t\n",
    "blank.html": b"<html><body><script>1</script></body></html>",
    "noise.txt": bytes(range(256)) * 20,
    "lines.jsonl": b'{"id": "a"\n[]\n{"id": 1, "text": ""}\n',
}


def izde(*arguments: str | Path, bounds: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [*bounds, sys.executable, "-m", "izde", *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one article in a file named with Cyrillic letters and blanks."""
    articles = tmp_path / "мои статьи"
    articles.mkdir()
    (articles / "Су қоймасы (көшірме).txt").write_text(WATER, "utf-8")
    return articles


def _found(index: Path, encoder: Encoder) -> list[str]:
    hits = Engine.open(index, encoder).search("Сырдария", per_article=1).hits
    return [hit.article.id for hit in hits]


def test_every_broken_file_gets_its_message(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    for name, content in BROKEN.items():
        (folder / name).write_bytes(content)
    done = izde("index", folder, "--index", tmp_path / "index")
    left_out = [line.removeprefix("left out  ") for line in done.stderr.splitlines() if line.startswith("left out  ")]
    lines = [f"lines.jsonl:{number}" for number in (1, 2, 3)]
    names = [line.partition(": ")[0] for line in left_out]
    assert sorted(names) == sorted([*(name for name in BROKEN if name != "lines.jsonl"), *lines])
    assert [line for line in left_out if "; " not in line] == [], "a message says what to do"
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "1 articles, 1 passages, 6 words: 1 added, 0 changed, 0 unchanged, 0 removed, 12 left out"
    )
    assert done.returncode == 1
    assert _found(tmp_path / "index", encoder) == ["Су қоймасы (көшірме)"]
    reasons = dict(line.split(": ", 1) for line in left_out)
    assert reasons["truncated.pdf"] == "it is a PDF that was cut short; fetch or save the file again"
    assert reasons["letter.docx"].startswith("it is no Word document; ")
    assert reasons["empty.txt"].startswith("it holds no text; ")


def test_a_folder_without_permission(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    closed, secret = folder / "closed", folder / "secret.txt"
    closed.mkdir(mode=0)
    secret.write_text(WATER, "utf-8")
    secret.chmod(0)
    bounds = _without_the_rights_of_root()
    try:
        done = izde("index", folder, "--index", tmp_path / "index", bounds=bounds)
    finally:
        closed.chmod(0o700)
    remedy = "permission denied; give the user who runs the indexer access to it"
    assert f"left out  closed: {remedy}\n" in done.stderr
    assert f"left out  secret.txt: {remedy}\n" in done.stderr
    assert done.returncode == 1
    assert _found(tmp_path / "index", encoder) == ["Су қоймасы (көшірме)"]


def _without_the_rights_of_root() -> tuple[str, ...]:
    """What a command starts with so that permissions hold for it too."""
    if os.geteuid():
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("permissions do not hold for root, and there is no setpriv")
    return (setpriv, "--bounding-set=-dac_override,-dac_read_search")


def test_an_index_that_may_not_be_written(folder: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    done = izde("index", folder, "--index", closed / "index", bounds=_without_the_rights_of_root())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"izde: {closed / 'index'} cannot be written (Permission denied); ")


def test_a_file_that_is_no_longer_there(folder: Path, tmp_path: Path) -> None:
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    done = izde("index", folder, "--index", tmp_path / "index")
    assert "left out  gone.txt: no such file or directory; check the file\n" in done.stderr
    assert done.returncode == 1


@pytest.mark.slow
@pytest.mark.parametrize("unit", [WATER[:-1] + " ", "суы", "a.b", ". ", "1 ", "<b> ", "\u0301", "ə", "- "])
def test_a_long_line_of_anything(unit: str, folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    (folder / "long.txt").write_text(unit * (100_000 // len(unit)), "utf-8")
    done = izde("index", folder, "--index", tmp_path / "index")
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
    assert "Су қоймасы (көшірме)" in _found(tmp_path / "index", encoder)
