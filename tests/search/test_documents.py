"""Tests of `search.documents`: articles and passages in SQLite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from search.articles import Article, Passage
from search.documents import Documents, DocumentWriter
from search.index_errors import IndexProblem

WATER = Article(
    id="folder/су туралы",
    title="Су",
    text="Су — өмір.\fWater is life.",
    authors=("Сейітов Б.М.", 'O\'Neil "Jr"'),
    year=2021,
    url="https://journal.example/1?a=b",
    keywords=("су", "water"),
    language="kk",
    pages=(0, 11),
)
BARE = Article(id="bare", title="", text="Плюс 😀 минус")
WATER_PASSAGES = [
    Passage("folder/су туралы", 0, 0, 10, "kk", "Су — өмір.", 1),
    Passage("folder/су туралы", 1, 11, 25, "en", "Water is life.", 2),
]
BARE_PASSAGES = [Passage("bare", 0, 0, 12, "ru", "Плюс 😀 минус")]


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    with DocumentWriter(tmp_path / "documents.sqlite") as writer:
        writer.add(WATER, "digest of water", WATER_PASSAGES)
        writer.add(BARE, "digest of bare", BARE_PASSAGES)
    return Documents([tmp_path / "documents.sqlite"])


def test_an_article_comes_back_as_it_was_given(documents: Documents) -> None:
    assert documents.article("folder/су туралы") == WATER
    assert documents.article("bare") == BARE
    assert documents.article("folder") is None


def test_a_head_has_everything_but_the_text(documents: Documents) -> None:
    assert documents.head(0) == replace(WATER, text="")
    assert list(documents.heads()) == [(0, replace(WATER, text=""), 0, 2), (1, replace(BARE, text=""), 2, 1)]


def test_articles_are_numbered_as_they_come(documents: Documents) -> None:
    assert [documents.number(each) for each in ("folder/су туралы", "bare", "none")] == [0, 1, None]
    assert documents.contents() == {"folder/су туралы": ("digest of water", 0), "bare": ("digest of bare", 1)}


def test_passages_are_numbered_over_all_articles(documents: Documents) -> None:
    assert [documents.passage(number) for number in range(3)] == WATER_PASSAGES + BARE_PASSAGES
    assert documents.passages("folder/су туралы") == WATER_PASSAGES
    assert documents.passages("none") == []
    assert documents.passage(1).id == "folder/су туралы#1"


def test_a_later_segment_has_an_article_anew(documents: Documents, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("documents.sqlite", "later.sqlite")]
    with DocumentWriter(files[1]) as writer:
        writer.add(replace(BARE, title="Bare"), "another digest", BARE_PASSAGES)
    both = Documents(files, dead={1})
    assert both.article("bare") == replace(BARE, title="Bare")
    assert both.article("folder/су туралы") == WATER
    assert [both.number(each) for each in ("folder/су туралы", "bare")] == [0, 2]
    assert [both.passage(number).id for number in (1, 3)] == ["folder/су туралы#1", "bare#0"]
    assert both.head(2) == replace(BARE, title="Bare", text="")
    assert both.contents() == {"folder/су туралы": ("digest of water", 0), "bare": ("another digest", 2)}
    assert [(number, first) for number, _, first, _ in both.heads()] == [(0, 0), (2, 3)]
    assert Documents(files, dead={1, 2}).article("bare") is None


def test_threads_may_read_at_once(documents: Documents) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(documents.article, ["bare", "folder/су туралы"] * 50))
    assert found == [BARE, WATER] * 50


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 100])
def test_a_damaged_file_is_a_problem_with_a_remedy(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "documents.sqlite"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(IndexProblem, match=r"documents.sqlite is damaged .*izde index SOURCE --full"):
        Documents([file])


def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = tmp_path / "none" / "documents.sqlite"
    with pytest.raises(OSError, match="unable to open database file") as problem:
        DocumentWriter(file)
    assert problem.value.filename == str(file)


def test_no_articles_are_counted_as_none(tmp_path: Path) -> None:
    files = [tmp_path / "none.sqlite", tmp_path / "one.sqlite"]
    with DocumentWriter(files[0]), DocumentWriter(files[1]) as writer:
        writer.add(BARE, "digest", BARE_PASSAGES)
    documents = Documents([files[0], files[1], files[0]])
    assert (documents.number("bare"), documents.passages("bare"), documents.passage(0)) == (
        0,
        BARE_PASSAGES,
        *BARE_PASSAGES,
    )


def test_a_folder_may_be_named_with_what_addresses_escape(tmp_path: Path) -> None:
    folder = tmp_path / "50% су #1?"
    folder.mkdir()
    with DocumentWriter(folder / "documents.sqlite") as writer:
        writer.add(BARE, "digest", BARE_PASSAGES)
    assert Documents([folder / "documents.sqlite"]).article("bare") == BARE
