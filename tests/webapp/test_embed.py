"""The search element on a page of another site, which has a strict Content-Security-Policy."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.shadowroot import ShadowRoot
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.wrappers import Response

from indexer.build import build
from search.encoder import Encoder
from tests.webapp.chromium import needs_chromium, serving, started
from webapp import create_app
from webapp.embed import script

SOURCES = Path(__file__).resolve().parents[2] / "webapp" / "static" / "embed" / "izde.js"

ARTICLES: list[dict[str, Any]] = [
    {
        "id": "series/rivers 1",
        "title": "<script>violations.push('ran')</script>\"><img src=x onerror=violations.push('ran')> {{7*7}}",
        "authors": ["<b>Marlowe T.</b>"],
        "year": 2020,
        "text": "𝒳 River water is shared by treaty <img src=x onerror=violations.push('ran')> every spring. "
        "The river commission measures water at nine stations.",
    },
    {
        "id": "canals-ru",
        "title": "Каналы и вода",
        "authors": ["Лебедева О."],
        "year": 2018,
        "text": "Вода из реки поступает в каналы весной. Комиссия следит за распределением воды между районами.",
    },
    {
        "id": "canals-ky",
        "title": "Каналдар жана суу",
        "authors": ["Бекова А."],
        "year": 2022,
        "text": "Дарыянын суусу жазында каналдарга берилет. Айыл өкмөтү сууну бөлүштүрүүнү көзөмөлдөйт.",
    },
]

PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>Journal</title>
<link rel="icon" href="data:,"><script type="module" src="{host}/embed/izde.js"></script>
<izde-search {attributes}>{inside}</izde-search></html>"""

FORM = """<form action="{host}/search"><input name="q" value="river" aria-label="Search the journal">
<input type="hidden" name="language" value="ky"><button>Go</button></form>"""


@pytest.fixture(scope="module")
def rivers(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    folder = tmp_path_factory.mktemp("rivers")
    source = folder / "articles.jsonl"
    source.write_text("\n".join(json.dumps(article, ensure_ascii=False) for article in ARTICLES), "utf-8")
    build([source], folder / "index", encoder)
    return folder / "index"


@pytest.fixture(scope="module")
def search_app(rivers: Path) -> Flask:
    return create_app({"INDEX": rivers, "RATE_LIMIT": "off", "ORIGINS": ("*",)})


@pytest.fixture(scope="module")
def host(search_app: Flask) -> Iterator[str]:
    with serving(search_app) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    driver = started(tmp_path_factory.mktemp("chromium"), "900,1000")
    watch = """window.violations = []; window.events = [];
    addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
    for (const name of ["izde-search", "izde-select", "izde-error"])
      addEventListener(name, (event) => events.push([name, event.detail.status ?? event.detail.total ?? null]));"""
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": watch})
    yield driver
    driver.quit()


Visit = Callable[..., ShadowRoot]


@pytest.fixture
def visit(browser: Chrome, host: str) -> Iterator[Visit]:
    """Open a page of another origin with the element on it; gives the element's shadow root."""
    shown = {"page": "", "directives": ""}
    policy = f"default-src 'none'; script-src {host}; connect-src {host}; style-src 'self'; img-src data:"

    def journal(environ: Any, start_response: Any) -> Any:
        response = Response(
            shown["page"], mimetype="text/html", headers={"Content-Security-Policy": policy + shown["directives"]}
        )
        return response(environ, start_response)

    with serving(journal) as address:

        def open_page(attributes: str = "", inside: str = "", language: str = "en", directives: str = "") -> ShadowRoot:
            shown["directives"] = directives
            shown["page"] = PAGE.format(
                host=host, attributes=attributes, inside=inside.format(host=host), language=language
            )
            browser.get(address)
            return WebDriverWait(browser, 10).until(
                lambda page: page.find_element(By.TAG_NAME, "izde-search").shadow_root
            )

        yield open_page


def _hits(browser: Chrome, root: ShadowRoot) -> list[WebElement]:
    return WebDriverWait(browser, 10).until(lambda _: root.find_elements(By.CSS_SELECTOR, "li"))


def _status(browser: Chrome, root: ShadowRoot, beginning: str) -> str:
    status = root.find_element(By.CSS_SELECTOR, "[role=status]")
    WebDriverWait(browser, 10).until(lambda _: status.text.startswith(beginning))
    return status.text


def _assert_quiet(browser: Chrome) -> None:
    assert browser.execute_script("return violations") == []
    assert browser.get_log("browser") == []


@needs_chromium
def test_a_query_is_answered_as_it_is_typed(browser: Chrome, visit: Visit) -> None:
    root = visit()
    root.find_element(By.CSS_SELECTOR, "input").send_keys("river water")
    hits = _hits(browser, root)

    assert hits[0].find_element(By.TAG_NAME, "a").text == ARTICLES[0]["title"]
    assert hits[0].find_element(By.CSS_SELECTOR, ".facts").text == "<b>Marlowe T.</b> · 2020 · English"
    passage = hits[0].find_element(By.TAG_NAME, "blockquote")
    assert passage.text == ARTICLES[0]["text"]
    assert passage.get_attribute("lang") == "en"
    marks = [(mark.text, mark.get_attribute("class")) for mark in passage.find_elements(By.TAG_NAME, "mark")]
    assert marks == [("River", "exact"), ("water", "exact"), ("river", "exact"), ("water", "exact")]
    assert root.find_elements(By.CSS_SELECTOR, "img, script, b") == []
    assert _status(browser, root, "").startswith("3 passages found")
    assert browser.execute_script("return events") == [["izde-search", 3]]
    assert browser.get_cookies() == []
    _assert_quiet(browser)


@needs_chromium
def test_a_word_of_another_language_says_why_it_is_marked(browser: Chrome, visit: Visit) -> None:
    root = visit('languages="ru" mode="hybrid" page-size="1"', language="ky")
    root.find_element(By.CSS_SELECTOR, "input").send_keys("суу")
    (hit,) = _hits(browser, root)

    mark = hit.find_element(By.CSS_SELECTOR, "mark.meaning")
    assert mark.get_attribute("title") == "«суу» сөзүнө мааниси жакын"
    assert hit.find_element(By.CSS_SELECTOR, ".facts").text == "Лебедева О. · 2018 · орусча"
    _assert_quiet(browser)


@needs_chromium
def test_the_keyboard_alone_is_enough(browser: Chrome, host: str, visit: Visit) -> None:
    root = visit('shortcut="/"')
    browser.find_element(By.TAG_NAME, "html").send_keys("/")
    field = root.find_element(By.CSS_SELECTOR, "input")
    active = "return document.querySelector('izde-search').shadowRoot.activeElement"
    assert browser.execute_script(active) == field
    field.send_keys("river", Keys.ENTER)
    hits = _hits(browser, root)
    field.send_keys(Keys.ARROW_DOWN)
    assert browser.execute_script(active) == hits[0].find_element(By.TAG_NAME, "a")
    browser.switch_to.active_element.send_keys(Keys.ARROW_UP)
    assert browser.execute_script(active) == field
    field.send_keys(Keys.ESCAPE)
    assert field.get_attribute("value") == ""
    assert root.find_elements(By.CSS_SELECTOR, "li") == []

    field.send_keys("river", Keys.ENTER)
    _hits(browser, root)[0].find_element(By.TAG_NAME, "a").send_keys(Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: page.current_url.startswith(host))
    assert browser.current_url == f"{host}/articles/series/rivers%201?q=river&ui=en#p0"


@needs_chromium
def test_the_modal_opens_by_its_shortcut_and_closes_by_escape(browser: Chrome, visit: Visit) -> None:
    root = visit('layout="modal"', language="kk")
    dialog, field = (root.find_element(By.CSS_SELECTOR, name) for name in ("dialog", "input"))
    assert not dialog.is_displayed()
    browser.find_element(By.TAG_NAME, "html").send_keys(Keys.CONTROL, "k")
    assert dialog.is_displayed()
    field.send_keys("өзен")
    assert _status(browser, root, "3 үзінді").startswith("3 үзінді табылды")
    field.send_keys(Keys.ESCAPE, Keys.ESCAPE)
    assert not dialog.is_displayed()
    _assert_quiet(browser)


@needs_chromium
def test_the_form_inside_is_taken_over(browser: Chrome, host: str, visit: Visit) -> None:
    root = visit(inside=FORM)
    field = root.find_element(By.CSS_SELECTOR, "input")
    (hit,) = _hits(browser, root)

    assert field.accessible_name == "Search the journal"
    assert field.get_attribute("value") == "river"
    assert hit.find_element(By.TAG_NAME, "blockquote").get_attribute("lang") == "ky"
    assert root.find_element(By.CSS_SELECTOR, ".all").get_attribute("href") == (
        f"{host}/search?q=river&language=ky&ui=en"
    )
    assert not browser.find_element(By.CSS_SELECTOR, "izde-search > form").is_displayed()


@needs_chromium
@pytest.mark.parametrize(
    ("language", "beginning"),
    [
        ("ky", "Издөө серверине туташуу мүмкүн болгон жок."),
        ("kk", "Іздеу серверіне қосылу мүмкін болмады."),
        ("ru-RU", "Нет связи с сервером поиска."),
        ("de", "The search cannot be reached."),
    ],
)
def test_a_broken_line_is_told(browser: Chrome, visit: Visit, language: str, beginning: str) -> None:
    root = visit(language=language)
    browser.execute_cdp_cmd("Network.enable", {})
    nothing = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **nothing})
    root.find_element(By.CSS_SELECTOR, "input").send_keys("river")
    _status(browser, root, beginning)
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **nothing})
    assert browser.execute_script("return events") == [["izde-error", 0]]
    browser.get_log("browser")


@needs_chromium
def test_a_reader_over_the_limit_is_told_how_long_to_wait(browser: Chrome, visit: Visit, rivers: Path) -> None:
    limited = create_app({"INDEX": rivers, "RATE_LIMIT": "1 per minute", "ORIGINS": ("*",)})
    with serving(limited) as other:
        # The policy of the page names one host only; this test is of the message.
        browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
        root = visit(f'endpoint="{other}"')
        field = root.find_element(By.CSS_SELECTOR, "input")
        field.send_keys("river", Keys.ENTER)
        _hits(browser, root)
        field.send_keys("s", Keys.ENTER)
        message = _status(browser, root, "Too many requests.")
        browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
    assert re.fullmatch(r"Too many requests\. Try again in [1-6]?\d s\.", message)
    assert browser.execute_script("return events") == [["izde-search", 3], ["izde-error", 429]]
    browser.get_log("browser")


@pytest.fixture
def client(search_app: Flask) -> FlaskClient:
    return search_app.test_client()


def test_the_script_is_small() -> None:
    assert len(gzip.compress(SOURCES.read_bytes(), 6)) < 15_000


def test_the_script_makes_nothing_of_markup() -> None:
    text = SOURCES.read_text("utf-8")

    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function|\.style\b|document\.write", text)
        == []
    )


def test_every_language_has_every_string() -> None:
    table = SOURCES.read_text("utf-8").partition("const STRINGS = {")[2].partition("\n};")[0]
    languages = re.findall(r"^  (\w\w): \{$(.*?)^  \},$", table, re.DOTALL | re.MULTILINE)
    flat = {code: re.sub(r"\{ .* \}", '""', strings) for code, strings in languages}
    names = {code: re.findall(r"(?:^ +|, )(\w+): \"", strings, re.MULTILINE) for code, strings in flat.items()}

    assert list(names) == ["ky", "kk", "ru", "en"]
    assert len(names["en"]) == 23
    assert all(each == names["en"] for each in names.values())


def test_the_alias_is_kept_an_hour_and_the_version_for_ever(client: FlaskClient) -> None:
    alias = client.get("/embed/izde.js")
    version = client.get(f"/embed/izde.{script().digest}.js")

    assert alias.data == version.data == SOURCES.read_bytes()
    assert alias.mimetype == version.mimetype == "text/javascript"
    assert alias.headers["Access-Control-Allow-Origin"] == "*"
    assert alias.headers["Cache-Control"] == "public, max-age=3600"
    assert version.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/embed/izde.js", headers={"If-None-Match": alias.headers["ETag"]}).status_code == 304
    assert client.get("/embed/izde.0123456789.js").status_code == 404


@needs_chromium
def test_the_described_tag_passes_the_check_of_integrity(
    browser: Chrome, visit: Visit, client: FlaskClient, host: str
) -> None:
    described = client.get("/embed/izde.json", base_url=host).json
    assert described is not None
    assert described["src"] == f"{host.removeprefix('http:')}/embed/izde.{script().digest}.js"
    assert described["html"] == (
        f'<script type="module" src="{described["src"]}" integrity="{described["integrity"]}" '
        'crossorigin="anonymous"></script>'
    )
    visit(inside=described["html"])
    fetched = "return fetch(arguments[0], {integrity: arguments[1]}).then(answer => answer.status)"
    assert browser.execute_script(fetched, described["src"], described["integrity"]) == 200
    _assert_quiet(browser)


def test_only_named_sites_may_frame_the_page_for_frames(rivers: Path) -> None:
    origins = ("https://journal.example", "https://press.example")
    client = create_app({"INDEX": rivers, "RATE_LIMIT": "off", "ORIGINS": origins}).test_client()
    framed = client.get("/embed?q=river&language=en&ui=ru")
    page = framed.get_data(as_text=True)

    ancestors = "frame-ancestors 'self' https://journal.example https://press.example;"
    assert ancestors in framed.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self';" in client.get("/search?q=river").headers["Content-Security-Policy"]
    assert "Найден 1 фрагмент" in page
    assert '<mark class="exact" title="Слово из запроса: «river»">River</mark>' in page
    assert "<img" not in page
    assert 'href="/articles/series/rivers%201?q=river&amp;language=en&amp;ui=ru#p0" target="_top"' in page


@needs_chromium
@pytest.mark.parametrize(("origins", "marks"), [(("*",), True), ((), False)])
def test_a_frame_shows_results_on_named_sites_only(
    browser: Chrome, visit: Visit, rivers: Path, origins: tuple[str, ...], marks: bool
) -> None:
    with serving(create_app({"INDEX": rivers, "RATE_LIMIT": "off", "ORIGINS": origins})) as other:
        visit(directives=f"; frame-src {other}")
        add = """const frame = document.createElement("iframe"); frame.src = arguments[0];
        const loaded = new Promise((done) => { frame.onload = done; }); document.body.append(frame); return loaded;"""
        browser.execute_script(add, f"{other}/embed?q=river")
        browser.switch_to.frame(browser.find_element(By.CSS_SELECTOR, "body > iframe"))
        assert bool(browser.find_elements(By.CSS_SELECTOR, "mark.exact")) == marks
        browser.switch_to.default_content()
        browser.get_log("browser")
