from __future__ import annotations

from pathlib import Path

import pytest

from search.articles import Article
from tests.indexer.readers.conftest import articles, problems

PAGE = """<!DOCTYPE html>
<html lang="ru">
<head>
<meta charset="utf-8">
<title>Вода и право — Журнал</title>
<link rel="canonical" href="https://journal.example/7">
<meta name="citation_title" content="Вода и право">
<meta name="citation_author" content="Орлова, Н. В.">
<meta name="citation_author" content="Omar, A.">
<meta name="citation_publication_date" content="2015/03/01">
<meta name="citation_keywords" content="вода; право">
<style>p { color: red }</style>
<script>var x = "<p>скрипт</p>";</script>
</head>
<body>
<header>Сайт журнала</header>
<nav><a href="/">Главная</a></nav>
<article>
<h1>Вода и&nbsp;право</h1>
<p>Первое <b>пред</b>ложение<sup><a href="#n1">1</a></sup>.
   Вто&shy;рое.<br>Третье 10<sup>2</sup>.</p>
<ul><li>один</li><li>два</li></ul>
<table><tr><th>год</th><th>млн</th></tr><tr><td>2014</td><td>3,1</td></tr></table>
<div>Голый <span>текст</span><p>и абзац</p>и ещё</div>
<section role="doc-endnotes"><ol><li id="n1">Сноска. <a role="doc-backlink" href="#r1">↩</a></li></ol></section>
</article>
<aside>Читайте также</aside>
<footer>© Журнал</footer>
</body>
</html>
"""


def written(tmp_path: Path, page: str | bytes) -> Path:
    path = tmp_path / "a.html"
    path.write_bytes(page if isinstance(page, bytes) else page.encode())
    return path


def test_main_content_and_highwire_tags(tmp_path: Path) -> None:
    assert articles(written(tmp_path, PAGE)) == [
        Article(
            id="a",
            title="Вода и право",
            text="Вода и\xa0право\n\nПервое предложение. Второе.\nТретье 102.\n\nодин\n\nдва\n\nгод; млн\n\n2014; 3,1"
            "\n\nГолый текст\n\nи абзац\n\nи ещё\n\nСноска.",
            authors=("Орлова, Н. В.", "Omar, A."),
            year=2015,
            url="https://journal.example/7",
            keywords=("вода", "право"),
            language="ru",
        )
    ]


def test_a_page_without_tags_has_its_title_and_body(tmp_path: Path) -> None:
    page = "<title>Water &amp; law</title><meta name=keywords content='water, law'><p>One.<p>Two."
    assert articles(written(tmp_path, page)) == [Article("a", "Water & law", "One.\n\nTwo.", keywords=("water", "law"))]


def test_a_teaser_is_not_the_main_content(tmp_path: Path) -> None:
    page = "<h1>T</h1><p>" + "Long running text. " * 20 + "</p><article>Other news</article>"
    (article,) = articles(written(tmp_path, page))
    assert article.title == "T"
    assert article.text == "T\n\n" + ("Long running text. " * 20).strip() + "\n\nOther news"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("windows-1251", "windows-1251"),
        ("koi8-r", "koi8_r"),
        ("utf-8", "windows-1251"),
        ("no-such-charset", "windows-1251"),
        ("windows-1251", "utf-8"),
    ],
)
def test_encodings_declared_rightly_and_wrongly(tmp_path: Path, declared: str, encoding: str) -> None:
    page = f"<meta http-equiv=Content-Type content='text/html; charset={declared}'><p>Суд вынес решение по делу.</p>"
    (article,) = articles(written(tmp_path, page.encode(encoding)))
    assert article.text == "Суд вынес решение по делу."


def test_a_page_of_scripts_holds_no_text(tmp_path: Path) -> None:
    assert problems(written(tmp_path, "<title>App</title><body><div id=root></div><script>run()</script>")) == [
        "a.html: it holds no text; put the article in it, or remove it from the source"
    ]


def test_deep_nesting_is_read(tmp_path: Path) -> None:
    (article,) = articles(written(tmp_path, "<div>" * 50_000 + "deep"))
    assert article.text == "deep"
