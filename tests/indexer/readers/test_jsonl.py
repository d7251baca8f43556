from __future__ import annotations

from pathlib import Path

from indexer.readers import read
from search.articles import Article
from tests.indexer.readers.conftest import articles, problems


def test_each_line_is_an_article_with_the_id_it_has(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": "ky/1 #x", "title": "Суу", "text": "Суу жана энергия."}\n\n'
        '{"id": 7, "title": "Су", "text": "Су.", "language": "kk-KZ", "url": "https://journal.example/7", '
        '"authors": ["Сейітов Б.", "Omar A."], "year": "2021", "keywords": ["су", "энергия"]}\n',
        encoding="utf-8-sig",
    )
    assert articles(path) == [
        Article("ky/1 #x", "Суу", "Суу жана энергия."),
        Article(
            id="7",
            title="Су",
            text="Су.",
            authors=("Сейітов Б.", "Omar A."),
            year=2021,
            url="https://journal.example/7",
            keywords=("су", "энергия"),
            language="kk",
        ),
    ]


def test_a_bad_line_costs_itself_only(tmp_path: Path) -> None:
    lines = [
        b'{"id": "1", "title": "", "text": "one"}',
        b'{"id": "2", "text": "two"',
        b'["3"]',
        b'{"text": "four"}',
        b'{"id": "5", "text": " "}',
        b'{"id": "6", "text": "six", "year": "soon"}',
        b'{"id": "7", "text": "\xff"}',
        b"[" * 100_000,
        b'{"id": "9", "title": "", "text": "half a pair: \\ud83d"}',
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(lines))
    items = list(read(path, path))
    assert [item for item in items if isinstance(item, Article)] == [
        Article("1", "", "one"),
        Article("9", "", "half a pair: \ufffd"),
    ]
    expected = '{"id": "...", "title": "...", "text": "..."}'
    said = [str(item) for item in items if not isinstance(item, Article)]
    assert said.pop(6).startswith("a.jsonl:8: the line is no JSON (")
    assert said == [
        "a.jsonl:2: the line is no JSON (Expecting ',' delimiter: line 1 column 26 (char 25)); "
        f"write one article a line, {expected}",
        f"a.jsonl:3: the line is no JSON object; write {expected}",
        'a.jsonl:4: the article has no id; give it one, "id": "..."',
        'a.jsonl:5: the article has no text; give it one, "text": "...", or remove the line',
        "a.jsonl:6: 'soon' is no year; write it as \"year\": 2021",
        "a.jsonl:7: the line is not in UTF-8; save the file in UTF-8",
    ]


def test_utf_16_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "text": "one"}\n' * 3, encoding="utf-16")
    assert problems(path) == ["a.jsonl: it is in UTF-16; save it in UTF-8"]
