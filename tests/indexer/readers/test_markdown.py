from __future__ import annotations

import time
from pathlib import Path

import pytest

from indexer.readers import read
from search.articles import Article
from tests.indexer.readers.conftest import articles

ARTICLE = """---
title: "Суу: дарыядагы келишим"
authors: [Асанова Г.К., Omar A.]
year: 2019
url: https://journal.example/suu
language: ky
keywords: [суу, энергия]
---

# Суу

Биринчи **сүйлөм**[^1]. Экинчи
*сүйлөм* [шилтеме](https://x.example) менен.

## Бөлүм

- бир;
- эки `код`.

3. үч
4. төрт

| а | б |
|---|---|
| 1 | 2 |

[^1]: Эскертүү, *эки*
    сап.

> Цитата &amp; <b>белги</b>
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_front_matter_and_plain_text(tmp_path: Path) -> None:
    assert articles(written(tmp_path, ARTICLE)) == [
        Article(
            id="a",
            title="Суу: дарыядагы келишим",
            text="Суу\n\nБиринчи сүйлөм. Экинчи сүйлөм шилтеме менен.\n\nБөлүм\n\nбир;\n\nэки код.\n\n3. үч\n\n"
            "4. төрт\n\nа; б\n\n1; 2\n\nЦитата & белги\n\n1. Эскертүү, эки сап.",
            authors=("Асанова Г.К.", "Omar A."),
            year=2019,
            url="https://journal.example/suu",
            keywords=("суу", "энергия"),
            language="ky",
        )
    ]


def test_the_first_heading_is_the_title_where_none_is_declared(tmp_path: Path) -> None:
    assert articles(written(tmp_path, "Text.\n\n## A *short* heading\n\nMore.\n")) == [
        Article("a", "A short heading", "Text.\n\nA short heading\n\nMore.")
    ]


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    assert articles(written(tmp_path, "---\n\nText.\n")) == [Article("a", "", "Text.")]


def test_faulty_front_matter_costs_the_metadata_only(tmp_path: Path) -> None:
    path = written(tmp_path, "---\nyear: 2019\ntitle: Water: a treaty\n---\nText.\n")
    problem, article = read(path, path)
    assert str(problem) == "a.md:3: its front matter is no YAML; quote values that hold a colon"
    assert article == Article("a", "", "Text.")


def test_pandocs_names_are_understood(tmp_path: Path) -> None:
    matter = "---\nauthor: Ivanov, I.; Omar, A.\ndate: 2021-05-01\nlang: ru-RU\nkeywords: вода, право\n---\nТекст.\n"
    assert articles(written(tmp_path, matter)) == [
        Article("a", "", "Текст.", ("Ivanov, I.", "Omar, A."), 2021, None, ("вода", "право"), "ru")
    ]


def test_front_matter_too_deep_costs_the_metadata_only(tmp_path: Path) -> None:
    path = written(tmp_path, "---\na: " + "[" * 20_000 + "\n---\nText.\n")
    problem, article = read(path, path)
    assert str(problem) == "a.md: its front matter is no YAML; quote values that hold a colon"
    assert article == Article("a", "", "Text.")


def test_comments_are_left_out_and_one_that_is_not_closed_is_text(tmp_path: Path) -> None:
    source = "<div>a<!-- b -->c --> d<!-- <i>e</i> <!-- f\n-->g<b>h</b> <!-- i\n"
    assert [article.text for article in articles(written(tmp_path, source))] == ["a c --> d g h  <!-- i"]


@pytest.mark.parametrize("piece", ["<!--", "[^", "\t", "<a "])
def test_what_is_opened_often_and_never_closed_takes_no_time(piece: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"<div>{piece * (120_000 // len(piece))}</div>")
    begun = time.perf_counter()
    list(read(path, path))
    assert time.perf_counter() - begun < 2
