"""Citations as they are handed to other programs, and the pages that offer them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from indexer.build import build
from search.articles import Article, Passage
from search.encoder import Encoder
from webapp import citations, citing, create_app

DAY = date(2026, 11, 20)
ADDRESS = "https://journal.example/water?id=7&lang=ky"

WATER = Article(
    "2020/water",
    "Нарын дарыясы жана энергетика",
    "Суу кышкысын электр энергиясын берет.",
    authors=("Асаналиева Н.К.", "Okonjo-Reid S."),
    year=2020,
    language="ky",
)
WATER_3 = Passage("2020/water", 4, 0, 37, "ky", "Суу кышкысын\nэлектр энергиясын берет.", page=3)

BARE = Article("notes", "", "A text of which nothing is known.")

ODD = Article(
    "odd",
    'R&D {in} "50%" of_the\n$ta\\te ~ #1 ^2 <script>alert(1)</script>',
    "",
    authors=("Ministry of Trade and Industry", "Ж. Р. Ли", "van der Berg, A.-B."),
    language="en",
)


def test_an_article_in_bibtex() -> None:
    assert citations.bibtex(WATER, None, ADDRESS, DAY) == (
        "@article{2020-water-00d4cf3b,\n"
        "  author = {Асаналиева, Н. К. and Okonjo-Reid, S.},\n"
        "  title = {{Нарын дарыясы жана энергетика}},\n"
        "  year = {2020},\n"
        "  url = {https://journal.example/water?id=7&lang=ky},\n"
        "  urldate = {2026-11-20},\n"
        "  langid = {kyrgyz}\n"
        "}\n"
    )


def test_what_latex_would_read_as_its_own_is_escaped() -> None:
    assert citations.bibtex(ODD, None, "https://journal.example/{a}%20\\b c", DAY) == (
        "@article{odd,\n"
        "  author = {{Ministry of Trade and Industry} and Ли, Ж. Р. and van der Berg, A.-B.},\n"
        r"  title = {{R\&D \textbraceleft{}in\textbraceright{} \textquotedbl{}50\%\textquotedbl{} of\_the"
        r" \$ta\textbackslash{}te \textasciitilde{} \#1 \textasciicircum{}2"
        r" \textless{}script\textgreater{}alert(1)\textless{}/script\textgreater{}}},"
        "\n"
        "  url = {https://journal.example/%7Ba%7D%20%5Cb%20c},\n"
        "  urldate = {2026-11-20},\n"
        "  langid = {english}\n"
        "}\n"
    )


def test_a_passage_in_ris() -> None:
    assert citations.ris(WATER, WATER_3, ADDRESS, DAY) == (
        "TY  - JOUR\r\n"
        "ID  - 2020-water-00d4cf3b-p4\r\n"
        "AU  - Асаналиева, Н.К.\r\n"
        "AU  - Okonjo-Reid, S.\r\n"
        "TI  - Нарын дарыясы жана энергетика\r\n"
        "PY  - 2020\r\n"
        "SP  - 3\r\n"
        "UR  - https://journal.example/water?id=7&lang=ky\r\n"
        "Y2  - 2026/11/20\r\n"
        "LA  - ky\r\n"
        "ER  - \r\n"
    )


def test_a_field_of_ris_stays_on_its_line() -> None:
    article = replace(ODD, title="One\r\nAU  - Two", authors=("Three\nFour",), language=None)

    assert citations.ris(article, None, None, DAY) == (
        "TY  - JOUR\r\nID  - odd\r\nAU  - Three Four\r\nTI  - One AU - Two\r\nER  - \r\n"
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ky", "[Электрондук ресурс]. – 2020. – Б. 3. – URL: https://journal.example (кайрылган күнү: 20.11.2026)."),
        ("kk", "[Электрондық ресурс]. – 2020. – Б. 3. – URL: https://journal.example (қаралған күні: 20.11.2026)."),
        ("ru", "[Электронный ресурс]. – 2020. – С. 3. – URL: https://journal.example (дата обращения: 20.11.2026)."),
        ("en", "[Electronic resource]. – 2020. – P. 3. – URL: https://journal.example (date of access: 20.11.2026)."),
        (None, "[Электронный ресурс]. – 2020. – С. 3. – URL: https://journal.example (дата обращения: 20.11.2026)."),
    ],
)
def test_a_reference_of_gost_is_in_the_language_of_the_article(language: str | None, expected: str) -> None:
    reference = citations.gost(replace(WATER, language=language), WATER_3, "https://journal.example", DAY)

    assert reference == f"Асаналиева Н.К., Okonjo-Reid S. Нарын дарыясы жана энергетика {expected}"


def test_a_reference_of_gost_with_four_authors_begins_with_the_title() -> None:
    article = replace(WATER, title="Вода для всех", authors=("Орлова Н.В.", "Ли В.", "Ким А.", "Цой И."), language="ru")

    assert citations.gost(article, None, None, DAY) == "Вода для всех / Н.В. Орлова [и др.]. – 2020."


def test_no_full_stop_is_doubled() -> None:
    article = replace(WATER, title="Вода. Часть 1.", authors=("World Bank",), year=None)

    assert citations.gost(article, None, None, DAY) == "World Bank. Вода. Часть 1."


def test_what_is_not_known_is_left_out() -> None:
    assert citations.gost(BARE, None, None, DAY) == "notes."
    assert citations.ris(BARE, None, None, DAY) == "TY  - JOUR\r\nID  - notes\r\nTI  - notes\r\nER  - \r\n"
    assert citations.bibtex(BARE, None, None, DAY) == "@article{notes,\n  title = {{notes}}\n}\n"


def test_a_quotation_has_its_reference() -> None:
    assert citations.quotation(WATER, WATER_3, None, DAY) == (
        "«Суу кышкысын электр энергиясын берет.»\n"
        "Асаналиева Н.К., Okonjo-Reid S. Нарын дарыясы жана энергетика. – 2020. – Б. 3."
    )
    abstract = replace(WATER_3, language="en", text="Water gives power in winter.")
    assert citations.quotation(WATER, abstract, None, DAY).startswith("“Water gives power in winter.”\nАсаналиева")


def test_articles_have_different_keys() -> None:
    keys = {citations.key(replace(BARE, id=each), None) for each in ("a/b", "a-b", "a b", "суу", "тоо", "%", "{")}

    assert len(keys) == 7
    assert all(key and key.isascii() and key.replace("-", "").isalnum() for key in keys)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    class Calendar(date):
        @classmethod
        def today(cls) -> Calendar:
            return cls(DAY.year, DAY.month, DAY.day)

    monkeypatch.setattr(citing, "date", Calendar)


def page(client: FlaskClient, address: str) -> LexborHTMLParser:
    answer = client.get(address)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.get_data(as_text=True))


def links(client: FlaskClient, address: str, selector: str) -> list[str | None]:
    return [node.attributes["href"] for node in page(client, address).css(selector)]


def test_results_and_articles_lead_to_their_citation(client: FlaskClient) -> None:
    found = links(client, "/search?q=remittances&mode=keyword&ui=en", ".hit a.cite")

    assert found == ["/articles/migration-en/cite?passage=0&ui=en"]
    assert links(client, "/articles/migration-en?ui=en", "header a.cite") == ["/articles/migration-en/cite?ui=en"]


@pytest.mark.usefixtures("today")
def test_the_page_shows_quotation_and_citations(client: FlaskClient) -> None:
    shown = page(client, "/articles/migration-en/cite?passage=0&ui=en")
    written = {node.attributes["id"]: node.text() for node in shown.css("textarea")}
    reference = (
        "Whitcombe A. Labour migration and remittances [Electronic resource]. – 2021. "
        "– URL: https://journal.example/migration (date of access: 20.11.2026)."
    )

    assert [node.text() for node in shown.css(".citation h2")] == [
        "Quotation with its reference",
        "GOST R 7.0.5-2008",
        "BibTeX",
        "RIS",
    ]
    assert written["txt"] == reference
    assert written["quotation"] is not None
    assert written["quotation"].startswith("“Labour migrants send remittances")
    assert written["quotation"].endswith(f"”\n{reference}")
    assert all("hidden" in button.attributes for button in shown.css(".citation button"))
    assert [node.attributes["href"] for node in shown.css(".citation a")] == [
        f"/articles/migration-en/cite.{ending}?passage=0&ui=en" for ending in ("txt", "bib", "ris")
    ]
    assert links(client, "/articles/migration-en/cite?passage=0&ui=en", ".back a") == [
        "/articles/migration-en?ui=en#p0"
    ]


def test_an_article_is_cited_without_a_quotation(client: FlaskClient) -> None:
    shown = page(client, "/articles/migration-en/cite")

    assert [node.attributes["id"] for node in shown.css("textarea")] == ["txt", "bib", "ris"]


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize(
    ("ending", "media_type", "expected"),
    [
        ("txt", "text/plain", "Сейітов Б.М. Сырдария суы және ынтымақтастық [Электрондық ресурс]. – 2021. "),
        ("bib", "application/x-bibtex", "@article{water-kk-p0,\n  author = {Сейітов, Б. М.},\n"),
        ("ris", "application/x-research-info-systems", "TY  - JOUR\r\nID  - water-kk-p0\r\nAU  - Сейітов, Б.М.\r\n"),
    ],
)
def test_citations_are_downloaded(client: FlaskClient, ending: str, media_type: str, expected: str) -> None:
    answer = client.get(f"/articles/water-kk/cite.{ending}?passage=0", base_url="https://library.example")

    assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=water-kk-p0.{ending}"
    assert answer.get_data(as_text=True).startswith(expected)
    assert "https://library.example/articles/water-kk#p0" in answer.get_data(as_text=True)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_no_citation_leads_to_the_reader_s_own_machine(client: FlaskClient, host: str) -> None:
    answer = client.get("/articles/water-kk/cite.txt", base_url=f"http://{host}")

    assert answer.get_data(as_text=True) == "Сейітов Б.М. Сырдария суы және ынтымақтастық. – 2021."


@pytest.mark.parametrize(
    "address",
    [
        "/articles/nowhere/cite",
        "/articles/nowhere/cite.bib",
        "/articles/water-ky/cite.doc",
        "/articles/water-ky/cite?passage=99",
        "/articles/water-ky/cite.ris?passage=-1",
        "/articles/water-ky/cite?passage=",
        "/articles/water-ky/cite?passage=one",
    ],
)
def test_what_is_not_there_cannot_be_cited(client: FlaskClient, address: str) -> None:
    answer = client.get(address + ("&" if "?" in address else "?") + "ui=en")

    assert answer.status_code == 404
    assert "<h1>Nothing is here</h1>" in answer.get_data(as_text=True)


def test_markup_in_a_title_stays_text(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> None:
    folder = tmp_path_factory.mktemp("odd")
    title = "</textarea><script>alert(1)</script> {{7*7}}"
    article = {"id": 'a/"b" <c>', "title": title, "text": "</textarea><img src=x> Water flows."}
    (folder / "articles.jsonl").write_text(json.dumps(article), "utf-8")
    build([folder / "articles.jsonl"], folder / "index", encoder)
    client = create_app({"INDEX": folder / "index", "RATE_LIMIT": "off"}).test_client()

    (address,) = links(client, "/search?q=water&mode=keyword", ".hit a.cite")
    assert address is not None
    shown = page(client, address)
    assert {node.text() for node in shown.css("script")} == {""}
    assert shown.css("img") == []
    assert [node.text() for node in shown.css("#txt")] == [f"{title}."]
    for link in shown.css(".citation a"):
        assert client.get(link.attributes["href"] or "").status_code == 200
