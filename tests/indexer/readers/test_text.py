from __future__ import annotations

import time
from pathlib import Path

import pytest

from search.articles import Article
from tests.indexer.readers.conftest import articles, problems

RUSSIAN = "Суд вынес решение. Торговля людьми – тяжкое преступление, сказал «защитник»."
KAZAKH = "Қазақстан Республикасы мен Қырғызстан арасындағы ынтымақтастық әлі де күшті, үнемі өседі."
KYRGYZ = "Кыргыз Республикасынын өкмөтү коңшу мамлекеттер менен үзгүлтүксүз кызматташат."
ENGLISH = "The court’s decision – “final and binding” – was published in a résumé."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, name) for text in (RUSSIAN, KAZAKH, KYRGYZ, ENGLISH) for name in ("utf-8", "utf-8-sig")),
        *((text, name) for text in (RUSSIAN, KAZAKH, KYRGYZ, ENGLISH) for name in ("utf-16", "utf-16-le", "utf-16-be")),
        *((text, "kz1048") for text in (RUSSIAN, KAZAKH, KYRGYZ)),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN.upper(), "windows-1251"),
        ("Суд вынес решение. Торговля людьми является тяжким преступлением.", "koi8_r"),
        ("Суд вынес решение. Торговля людьми является тяжким преступлением.", "cp866"),
        (ENGLISH, "cp1252"),
        ("The court’s decision – “final”", "cp1252"),
    ],
)
def test_encodings(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert articles(path) == [Article("a", "", text)]


def test_line_ends_become_newlines(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\r\ntwo\rthree\n")
    assert articles(path) == [Article("a", "", "one\ntwo\nthree\n")]


def test_a_few_damaged_bytes_in_utf_8_do_not_cost_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(RUSSIAN.encode() + b"\xff " + KAZAKH.encode())
    assert articles(path) == [Article("a", "", f"{RUSSIAN}\ufffd {KAZAKH}")]


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", b"\xff\xfe\x81", b"\0\1\2"]
)
def test_bytes_that_are_no_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert problems(path) == ["a.txt: it is not text in a known encoding; save it as plain text in UTF-8"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "kz1048"])
def test_one_line_of_fifty_megabytes_takes_seconds(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes((f"{KAZAKH} " * 350_000).encode(encoding))
    begun = time.perf_counter()
    (article,) = articles(path)
    assert len(article.text) == 350_000 * (len(KAZAKH) + 1)
    assert time.perf_counter() - begun < 5
