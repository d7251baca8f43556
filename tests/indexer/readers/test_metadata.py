from __future__ import annotations

from pathlib import Path

from indexer import metadata
from indexer.metadata import Description
from indexer.readers import find
from search.articles import Article
from tests.indexer.readers.conftest import articles

HEADER = "file,title,authors,year,url,language,keywords\n"


def folder(tmp_path: Path, table: str | bytes) -> Path:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Text.")
    (tmp_path / "articles.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    return tmp_path


def test_apply_replaces_what_is_filled_in() -> None:
    article = Article("a", "Old", "Text.", ("Omar A.",), 2001, "https://old.example", ("x",), "en", (0,))
    assert metadata.apply(article, Description(title="New", year=2020)) == Article(
        "a", "New", "Text.", ("Omar A.",), 2020, "https://old.example", ("x",), "en", (0,)
    )


def test_the_table_completes_the_articles_of_its_folder(tmp_path: Path) -> None:
    row = 'a.txt,"Суу, укук",Асанова Г.К.; Omar A.,2019,https://journal.example/a,ky,суу; укук\n'
    assert articles(folder(tmp_path, HEADER + row) / "a.txt") == [
        Article(
            id="a",
            title="Суу, укук",
            text="Text.",
            authors=("Асанова Г.К.", "Omar A."),
            year=2019,
            url="https://journal.example/a",
            keywords=("суу", "укук"),
            language="ky",
        )
    ]
    assert articles(tmp_path / "b.txt") == [Article("b", "", "Text.")]
    assert metadata.problems(find(tmp_path)) == []


def test_a_table_of_a_russian_spreadsheet(tmp_path: Path) -> None:
    table = 'file;title;year\r\na.txt;"Вода; право и договор о дружбе";2019\r\n'
    (article,) = articles(folder(tmp_path, table.encode("windows-1251")) / "a.txt")
    assert (article.title, article.year) == ("Вода; право и договор о дружбе", 2019)


def test_bad_rows_are_reported_by_number(tmp_path: Path) -> None:
    rows = [
        "a.txt,First,,2019,,,",
        "a.txt,Second,,2019,,,",
        "c.txt,Gone,,,,,",
        "b.txt,Water, law,,,,,",
        ",No file,,,,,",
        "b.txt,Water,,soon,,,",
    ]
    source = folder(tmp_path, HEADER + "\n".join(rows))
    assert [str(problem) for problem in metadata.problems(find(source))] == [
        "articles.csv:3: a.txt has a row already; keep one of the two",
        "articles.csv:4: there is no file c.txt in this folder; correct the name or remove the row",
        "articles.csv:5: the row has not as many cells as the first; quote cells that hold a comma",
        "articles.csv:6: the row names no file; fill in its column file",
        "articles.csv:7: 'soon' is no year; write it in four digits",
    ]
    assert [article.title for article in articles(source / "a.txt")] == ["First"]


def test_a_table_with_other_columns(tmp_path: Path) -> None:
    source = folder(tmp_path, "name,heading\na.txt,Water\n")
    assert [str(problem) for problem in metadata.problems(find(source))] == [
        "articles.csv:1: its columns are name, heading; "
        "they have to be of file, title, authors, year, url, language, keywords"
    ]
    assert articles(source / "a.txt") == [Article("a", "", "Text.")]


def test_a_quote_that_is_never_closed_costs_what_follows_it(tmp_path: Path) -> None:
    row = 'a.txt,First,,2019,,,\nb.txt,"Water' + " and law" * 20_000
    source = folder(tmp_path, HEADER + row)
    (problem,) = metadata.problems(find(source))
    assert str(problem).endswith("field larger than field limit (131072); close every quote that was opened")
    assert [article.title for article in articles(source / "a.txt")] == ["First"]


def test_a_name_longer_than_any_file_costs_its_row(tmp_path: Path) -> None:
    source = folder(tmp_path, HEADER + f"{'n' * 300}.txt,Long,,,,,\na.txt,First,,,,,\n")
    (problem,) = metadata.problems(find(source))
    assert str(problem).startswith("articles.csv:2: there is no file nnn")
    assert [article.title for article in articles(source / "a.txt")] == ["First"]
