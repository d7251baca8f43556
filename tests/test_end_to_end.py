"""From files of every format to the HTML of the search page, over the real server."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import docx
import pytest
from selectolax.lexbor import LexborHTMLParser

PDF = """%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R
 /Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>>> endobj
4 0 obj <</Length {length}>> stream
{content}
endstream endobj
trailer <</Root 1 0 R>>
%%EOF
"""

#: A word of each article, and the article.
FORMATS = {
    "сактагычы": "ky/суу",
    "ынтымақтастық": "kk/ynty",
    "преступлением": "ru/crime",
    "remittances": "en/money",
    "dictionaries": "page",
    "schooling": "letter",
}


def _write(folder: Path) -> None:
    for language in ("ky", "kk", "ru", "en"):
        (folder / language).mkdir()
    water = "Токтогул суу сактагычы өлкөнүн электр энергиясынын көп бөлүгүн берет."
    (folder / "ky" / "суу.txt").write_text(water, "utf-8")
    (folder / "kk" / "ynty.md").write_text("# Өзен\n\nЕкі ел арасындағы **ынтымақтастық** тиімді.", "utf-8")
    crime = "<title>Закон</title><p>Торговля людьми является <i>тяжким</i> преступлением.</p><p>&lt;b&gt; &amp;</p>"
    (folder / "ru" / "crime.html").write_bytes(f'<meta charset="windows-1251">{crime}'.encode("cp1251"))
    row = {"id": "en/money", "title": "Money", "text": "Migrants send remittances.", "year": 2021, "authors": ["A. B."]}
    (folder / "en" / "articles.jsonl").write_text(json.dumps(row), "utf-8")
    content = "BT /F1 12 Tf 20 100 Td (The library keeps old dictionaries of two languages.) Tj ET"
    (folder / "page.pdf").write_text(PDF.format(length=len(content), content=content), "ascii")
    letter = docx.Document()
    letter.add_heading("Letter", 0)
    letter.add_paragraph("The money pays for schooling and health care.")
    letter.save(str(folder / "letter.docx"))


def _izde(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "izde", *(str(argument) for argument in arguments)]
    environment = os.environ | {"IZDE_RATE_LIMIT": "off"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    _write(folder)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """The address of a server over the articles, which ends when it is told to."""
    index = folder.parent / "index"
    building = _izde("index", folder, "--index", index)
    _, errors = building.communicate(timeout=60)
    assert (building.returncode, errors.partition(" articles")[0]) == (0, "6")
    serving = _izde("serve", "--index", index, "--port", "0")
    assert serving.stderr
    ready = re.search(r"Izde is ready at (http://127\.0\.0\.1:\d+/) ", serving.stderr.readline())
    assert ready
    yield ready[1]
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(timeout=10) == 0


def _page(address: str) -> LexborHTMLParser:
    with urlopen(address, timeout=10) as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        return LexborHTMLParser(answer.read().decode("utf-8"))


@pytest.mark.parametrize(("word", "article"), FORMATS.items())
def test_every_format_is_found_and_marked(server: str, word: str, article: str) -> None:
    page = _page(f"{server}search?q={quote(word)}")
    first = page.css_first("li.hit")
    assert first.css_first("mark.exact").text() == word
    assert first.css_first("h2 a").attributes["href"].startswith(f"/articles/{quote(article)}?")


def test_the_link_of_a_hit_leads_to_the_passage_in_its_article(server: str) -> None:
    link = _page(f"{server}search?q={quote('людей')}").css_first("li.hit h2 a").attributes["href"]
    page = _page(server.rstrip("/") + link)
    assert page.css_first("h1").text(strip=True) == "Закон"
    passage = page.css_first(f"#{link.partition('#')[2]}")
    assert "Торговля людьми является тяжким преступлением." in passage.text()
    assert [mark.text() for mark in passage.css("mark.lemma")] == ["людьми"]
    assert "<b> &" in page.body.text()


def test_a_word_of_another_language_is_marked_by_its_meaning(server: str) -> None:
    page = _page(f"{server}search?q={quote('сотрудничество')}")
    marked = {mark.text() for mark in page.css("li.hit mark.meaning")}
    assert "ынтымақтастық" in marked


def test_the_start_page_has_the_search_field(server: str) -> None:
    page = _page(server)
    assert page.css_first("form input[name=q]") is not None
    assert page.css_first("form").attributes["action"] == "/search"


def test_the_api_gives_the_same_hits(server: str) -> None:
    with urlopen(f"{server}api/v1/search?q=remittances&mode=keyword", timeout=10) as answer:
        document = json.load(answer)
    (hit,) = document["hits"]
    assert hit["article"] == {
        "id": "en/money",
        "title": "Money",
        "url": None,
        "language": "en",
        "authors": ["A. B."],
        "year": 2021,
    }
    assert hit["highlights"] == [{"start": 14, "end": 25, "kind": "exact", "query_word": "remittances"}]


def test_a_new_index_is_taken_up_without_a_restart(server: str, folder: Path) -> None:
    (folder / "new.txt").write_text("Жаңы макала: кыргыз тилиндеги басма.", "utf-8")
    assert _izde("index", folder, "--index", folder.parent / "index").wait(timeout=60) == 0
    assert _page(f"{server}search?q={quote('басма')}").css_first("li.hit mark.exact").text() == "басма"
