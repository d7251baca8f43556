"""Tests of `indexer.build`: what is in an index after a build, and after the next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.build import NothingToIndex, Summary, build
from indexer.desk import Desk
from indexer.errors import UnreadableSource
from search.encoder import Encoder
from search.engine import Engine
from search.index_errors import IndexBusy, IndexMissing
from search.lock import building
from search.storage import current_generation, generation_path, open_generation
from search.verification import verify

WATER = "Өзен суын бөлу туралы келісім жыл сайын жаңартылады."
MONEY = "Migrants send money to their families every month."
CRIME = "Торговля людьми является тяжким преступлением."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three articles."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "water.txt").write_text(WATER, "utf-8")
    (articles / "more").mkdir()
    (articles / "more" / "money.md").write_text("# Money\n\n" + MONEY, "utf-8")
    (articles / "crime.jsonl").write_text(json.dumps({"id": "crime", "title": "Crime", "text": CRIME}), "utf-8")
    return articles


def _counts(summary: Summary) -> dict[str, int]:
    return {name: getattr(summary, name) for name in ("added", "changed", "unchanged", "removed")}


def _ids(index: Path, encoder: Encoder) -> list[str]:
    engine = Engine.open(index, encoder)
    return sorted({hit.article.id for hit in engine.search("year:0..9999 OR -zzz", limit=1000).hits})


def _content(index: Path) -> dict[str, str]:
    """Checksums of the files that say what is found (SQLite writes times of its own)."""
    files = open_generation(generation_path(index, current_generation(index))).files
    return {name: file["sha256"] for name, file in files.items() if name.endswith((".npy", ".strings"))}


def test_a_folder_is_indexed_with_all_its_formats(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    steps: list[tuple[int, int, str]] = []
    summary = build([folder], tmp_path / "index", encoder, progress=lambda *step: steps.append(step))
    assert (summary.articles, summary.problems) == (3, ())
    assert _counts(summary) == {"added": 3, "changed": 0, "unchanged": 0, "removed": 0}
    assert summary.generation == current_generation(tmp_path / "index")
    assert _ids(tmp_path / "index", encoder) == ["crime", "more/money", "water"]
    assert verify(tmp_path / "index") == []
    assert steps[0] == (0, 3, "crime.jsonl")
    assert steps[-1] == (3, 3, "")


def test_changes_are_seen_and_the_rest_taken_over(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    index = tmp_path / "index"
    build([folder], index, encoder)
    (folder / "water.txt").write_text(WATER + " Су қоймасы толды.", "utf-8")
    (folder / "crime.jsonl").unlink()
    (folder / "new.txt").write_text("Жаңы макала.", "utf-8")
    summary = build([folder], index, encoder)
    assert _counts(summary) == {"added": 1, "changed": 1, "unchanged": 1, "removed": 1}
    assert _ids(index, encoder) == ["more/money", "new", "water"]
    engine = Engine.open(index, encoder)
    assert [hit.article.id for hit in engine.search('"су қоймасы"').hits] == ["water"]


def test_a_build_upon_another_equals_one_from_nothing(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    build([folder], tmp_path / "updated", encoder)
    (folder / "crime.jsonl").unlink()
    (folder / "a.txt").write_text("Людьми торговали. " + MONEY, "utf-8")
    build([folder], tmp_path / "updated", encoder)
    build([folder], tmp_path / "fresh", encoder)
    assert _content(tmp_path / "updated") == _content(tmp_path / "fresh")


def test_nothing_changed_is_nothing_done_again(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    index = tmp_path / "index"
    build([folder], index, encoder)
    before = _content(index)
    assert _counts(build([folder], index, encoder)) == {"added": 0, "changed": 0, "unchanged": 3, "removed": 0}
    assert _content(index) == before
    full = _counts(build([folder], index, encoder, full=True))
    assert full["unchanged"] == 0
    assert _content(index) == before


def test_two_articles_of_one_id_are_both_kept(tmp_path: Path, encoder: Encoder) -> None:
    rows = [{"id": "a", "title": "A", "text": text} for text in (WATER, MONEY)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (tmp_path / "a.txt").write_text(CRIME, "utf-8")
    build([tmp_path / "a.jsonl", tmp_path / "a.txt"], tmp_path / "index", encoder)
    assert _ids(tmp_path / "index", encoder) == ["a", "a-2", "a-3"]
    summary = build([tmp_path / "a.jsonl", tmp_path / "a.txt"], tmp_path / "index", encoder)
    assert _counts(summary) == {"added": 0, "changed": 0, "unchanged": 3, "removed": 0}


def test_a_problem_is_told_once_where_another_article_has_the_id(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "b", "title": "B", "text": WATER}), "utf-8")
    (tmp_path / "b.md").write_text(f"---\ntitle: Money: more\n---\n{MONEY}", "utf-8")
    sources = [tmp_path / "a.jsonl", tmp_path / "b.md"]
    told = ("b.md:2: its front matter is no YAML; quote values that hold a colon",)
    assert build(sources, tmp_path / "index", encoder).problems == told
    assert build(sources, tmp_path / "index", encoder).problems == told
    assert _ids(tmp_path / "index", encoder) == ["b", "b-2"]


def test_a_digest_that_begins_as_another_is_not_taken_for_it(
    folder: Path, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "knows", lambda self, content: len(self.known) > 0)
    build([folder], tmp_path / "index", encoder)
    (folder / "water.txt").write_text(MONEY, "utf-8")
    (folder / "new.md").write_text("---\nbad\n---\nЖаңы макала.", "utf-8")
    summary = build([folder], tmp_path / "index", encoder)
    assert _counts(summary) == {"added": 1, "changed": 1, "unchanged": 2, "removed": 0}
    assert len(summary.problems) == 1
    texts = {article.id: article.text for article in Engine.open(tmp_path / "index", encoder).articles()}
    assert (texts["water"], texts["new"]) == (MONEY, "Жаңы макала.")


def test_a_source_given_twice_is_indexed_once(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    assert build([folder, folder / "water.txt", folder], tmp_path / "index", encoder).articles == 3


def test_an_index_inside_its_source_does_not_index_itself(folder: Path, encoder: Encoder) -> None:
    build([folder], folder / "index", encoder)
    assert build([folder], folder / "index", encoder).articles == 3


@pytest.mark.parametrize("text", ["!", "😀", "42", "—", "كتاب", "ა"])
def test_an_article_of_almost_nothing_is_indexed(text: str, tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "a.txt").write_text(text, "utf-8")
    summary = build([tmp_path / "a.txt"], tmp_path / "index", encoder)
    assert (summary.articles, summary.passages, summary.problems) == (1, 1, ())
    engine = Engine.open(tmp_path / "index", encoder)
    assert engine.search("water").total in (0, 1)
    assert engine.search("article:a").total == 1


def test_a_year_can_be_filtered_by(tmp_path: Path, encoder: Encoder) -> None:
    row = {"id": "a", "title": "A", "text": MONEY, "year": 1492}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), "utf-8")
    build([tmp_path / "a.jsonl"], tmp_path / "index", encoder)
    found = Engine.open(tmp_path / "index", encoder).search("money", year_from=1492, year_to=1492)
    assert (found.total, found.facets["year"][0].value) == (1, "1492")


def test_what_cannot_be_read_is_named_and_the_rest_indexed(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "lines.jsonl").write_text('{"id": "x", "title": "X", "text": "Су."}\n{"id": "y"}\n', "utf-8")
    summary = build([folder], tmp_path / "index", encoder)
    assert summary.articles == 4
    assert [problem.partition(": ")[0] for problem in summary.problems] == ["empty.txt", "lines.jsonl:2"]


def test_without_an_article_the_index_stays(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    index = tmp_path / "index"
    before = build([folder], index, encoder).generation
    (tmp_path / "empty.txt").write_bytes(b"")
    with pytest.raises(NothingToIndex) as nothing:
        build([tmp_path / "empty.txt"], index, encoder)
    assert [problem.partition(":")[0] for problem in nothing.value.problems] == ["empty.txt"]
    assert current_generation(index) == before
    assert [path.name for path in (index / "generations").iterdir()] == [before]


def test_a_source_that_is_not_there_is_an_error(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(UnreadableSource, match="none: there is no such file or folder"):
        build([tmp_path / "none"], tmp_path / "index", encoder)
    with pytest.raises(IndexMissing):
        current_generation(tmp_path / "index")


def test_an_index_that_is_being_built_is_left_alone(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    with building(tmp_path / "index"), pytest.raises(IndexBusy):
        build([folder], tmp_path / "index", encoder)


DAMAGED = ["words.vectors.npy", "documents.sqlite", "manifest.json", "keys.strings"]


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_index_can_be_built_anew(name: str, folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    index = tmp_path / "index"
    build([folder], index, encoder)
    fresh = _content(index)
    file = generation_path(index, current_generation(index)) / name
    file.write_bytes(file.read_bytes()[:200])
    build([folder], index, encoder, full=True)
    assert _content(index) == fresh


@pytest.mark.parametrize("name", DAMAGED)
def test_nothing_is_taken_over_from_a_damaged_index(name: str, folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    index = tmp_path / "index"
    build([folder], index, encoder)
    fresh = _content(index)
    file = generation_path(index, current_generation(index)) / name
    file.write_bytes(b"")
    build([folder], index, encoder)
    assert _content(index) == fresh
