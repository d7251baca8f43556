"""The search element on a page of another site, which has a strict Content-Security-Policy."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selenium.webdriver import ActionChains, Chrome, Keys
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

ROOT = Path(__file__).resolve().parents[2]
STRINGS = ROOT / "webapp" / "static" / "embed" / "izde" / "strings.js"

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


@dataclass
class Journal:
    """A site on another origin, whose pages all hold the same."""

    address: str = ""
    page: str = ""
    script: str = ""
    policy: str = ""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """A page, or the site's own script."""
        if environ["PATH_INFO"] == "/journal.js":
            return Response(self.script, mimetype="text/javascript")(environ, start_response)
        headers = {"Content-Security-Policy": self.policy}
        return Response(self.page, mimetype="text/html", headers=headers)(environ, start_response)


@pytest.fixture
def journal() -> Iterator[Journal]:
    site = Journal()
    with serving(site) as site.address:
        yield site


@pytest.fixture
def visit(browser: Chrome, host: str, journal: Journal) -> Visit:
    """Open a page of another origin with the element on it; gives the element's shadow root."""

    def open_page(
        attributes: str = "", inside: str = "", language: str = "en", directives: str = "", host: str = host
    ) -> ShadowRoot:
        journal.policy = (
            f"default-src 'none'; script-src {host} 'self'; connect-src {host}; style-src 'self'; img-src data:"
            + directives
        )
        journal.page = PAGE.format(host=host, attributes=attributes, inside=inside.format(host=host), language=language)
        browser.get(f"{journal.address}/?q=water")
        return WebDriverWait(browser, 10).until(lambda page: page.find_element(By.TAG_NAME, "izde-search").shadow_root)

    return open_page


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
    assert _status(browser, root, "").startswith("3 articles found")
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
    assert _status(browser, root, "3 мақала").startswith("3 мақала табылды")
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
    assert browser.execute_script("return events") == [["izde-error", 0]]
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **nothing})
    _hits(browser, root)
    assert browser.execute_script("return events") == [["izde-error", 0], ["izde-search", 3]]
    browser.get_log("browser")


@needs_chromium
def test_a_reader_over_the_limit_is_told_how_long_to_wait(browser: Chrome, visit: Visit, rivers: Path) -> None:
    limited = create_app({"INDEX": rivers, "RATE_LIMIT": "1 per minute", "ORIGINS": ("*",)})
    with serving(limited) as other:
        root = visit(host=other)
        field = root.find_element(By.CSS_SELECTOR, "input")
        field.send_keys("river", Keys.ENTER)
        _hits(browser, root)
        field.send_keys("s", Keys.ENTER)
        message = _status(browser, root, "Too many requests.")
    assert re.fullmatch(r"Too many requests\. Try again in [1-6]?\d s\.", message)
    assert browser.execute_script("return events") == [["izde-search", 3], ["izde-error", 429]]
    browser.get_log("browser")


@needs_chromium
def test_suggestions_are_a_combobox(browser: Chrome, visit: Visit) -> None:
    root = visit('page-size="1"')
    field = root.find_element(By.CSS_SELECTOR, "input")
    assert (field.aria_role, field.get_attribute("aria-expanded")) == ("combobox", "false")
    field.send_keys("кана")
    options = _options(browser, root)
    assert [option.text for option in options] == ["Каналы и вода", "Каналдар жана суу"]
    assert root.find_element(By.CSS_SELECTOR, ".unseen").get_attribute("textContent") == "2 suggestions"
    assert field.get_attribute("aria-expanded") == "true"

    _press(browser, Keys.ARROW_UP)
    assert field.get_attribute("aria-activedescendant") == options[1].get_attribute("id")
    assert options[1].get_attribute("aria-selected") == "true"
    _press(browser, Keys.ESCAPE)
    assert (field.get_attribute("value"), field.get_attribute("aria-expanded")) == ("кана", "false")
    _press(browser, "л")
    _options(browser, root)
    _press(browser, Keys.ARROW_DOWN, Keys.ENTER)
    assert (field.get_attribute("value"), field.get_attribute("aria-expanded")) == ("Каналы и вода", "false")
    assert _hits(browser, root)[0].find_element(By.TAG_NAME, "a").text == "Каналы и вода"
    _assert_quiet(browser)


@needs_chromium
def test_markup_in_a_suggestion_stays_text(browser: Chrome, visit: Visit) -> None:
    root = visit()
    root.find_element(By.CSS_SELECTOR, "input").send_keys("<scr")
    (option,) = _options(browser, root)
    assert option.text == ARTICLES[0]["title"]
    option.click()
    assert root.find_element(By.CSS_SELECTOR, "input").get_attribute("value") == ARTICLES[0]["title"]
    _assert_quiet(browser)


def _press(browser: Chrome, *keys: str) -> None:
    """Press keys where the focus is; `send_keys` of an element in a shadow root would first take the focus away."""
    ActionChains(browser).send_keys(*keys).perform()


def _options(browser: Chrome, root: ShadowRoot) -> list[WebElement]:
    """The completions on show."""
    shown = "[role=listbox]:not([hidden]) > [role=option]"
    return WebDriverWait(browser, 10).until(lambda _: root.find_elements(By.CSS_SELECTOR, shown))


@needs_chromium
def test_suggestions_can_be_left_out(browser: Chrome, visit: Visit) -> None:
    root = visit('suggest="off"')
    field = root.find_element(By.CSS_SELECTOR, "input")
    field.send_keys("river")
    _status(browser, root, "3 articles found")
    assert (field.aria_role, root.find_elements(By.CSS_SELECTOR, "[role=listbox]")) == ("searchbox", [])
    assert not any("/suggest" in address for address in _fetched(browser))


@needs_chromium
def test_results_can_be_in_the_order_of_years(browser: Chrome, visit: Visit) -> None:
    root = visit('sort="year" query="вода"')
    years = [hit.find_element(By.CSS_SELECTOR, ".facts").text.split(" · ")[1] for hit in _hits(browser, root)]
    assert years == ["2022", "2020", "2018"]


@needs_chromium
def test_a_box_leads_to_the_page_of_results(browser: Chrome, host: str, visit: Visit) -> None:
    root = visit('layout="box" languages="ru,ky" key="0123456789abcdef"', language="ky")
    root.find_element(By.CSS_SELECTOR, "input").send_keys("суу", Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: page.current_url.startswith(host))
    assert unquote(browser.current_url) == f"{host}/search?q=суу&language=ru,ky&ui=ky"


@needs_chromium
def test_a_box_leads_to_results_on_the_same_site(browser: Chrome, journal: Journal, visit: Visit) -> None:
    root = visit('layout="box" action="/results/"')
    root.find_element(By.CSS_SELECTOR, "input").send_keys("canals", Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: "/results/" in page.current_url)
    assert browser.current_url == f"{journal.address}/results/?q=canals"

    root = visit('layout="results"')
    assert len(_hits(browser, root)) == 3
    assert not root.find_element(By.CSS_SELECTOR, "form").is_displayed()
    assert "q=water&" in next(address for address in _fetched(browser) if "/search" in address)
    _assert_quiet(browser)


@needs_chromium
def test_a_site_may_use_words_of_its_own(browser: Chrome, visit: Visit, journal: Journal) -> None:
    journal.script = """document.querySelector("izde-search").strings = {search: "Go", found: "{} places"};"""
    root = visit('query="river"', inside="</izde-search><script src='/journal.js'></script>")
    _status(browser, root, "3 places")
    assert root.find_element(By.CSS_SELECTOR, ".go").text == "Go"
    later = """const element = document.querySelector("izde-search"); element.strings = {search: "<b>Now</b>"};
    return [element.strings.search, element.strings.found, element.strings.close];"""
    assert browser.execute_script(later) == ["<b>Now</b>", "{} places", "Close"]
    assert root.find_element(By.CSS_SELECTOR, ".go").text == "<b>Now</b>"
    _assert_quiet(browser)


@needs_chromium
def test_a_search_under_way_is_shown(browser: Chrome, visit: Visit) -> None:
    root = visit()
    browser.execute_script("window.fetch = () => new Promise(() => {});")
    root.find_element(By.CSS_SELECTOR, "input").send_keys("river", Keys.ENTER)
    skeleton = root.find_element(By.CSS_SELECTOR, ".skeleton")
    WebDriverWait(browser, 10).until(lambda _: skeleton.is_displayed())
    assert root.find_element(By.CSS_SELECTOR, "ol").get_attribute("aria-busy") == "true"
    assert _status(browser, root, "Searching…")


@needs_chromium
def test_answers_are_kept(browser: Chrome, visit: Visit) -> None:
    visit()
    for query in ("river", "canals", "river"):
        browser.execute_script("return document.querySelector('izde-search').search(arguments[0])", query)
    assert [address.partition("?")[2] for address in _fetched(browser)] == [
        "q=river&limit=5&per_article=1",
        "q=canals&limit=5&per_article=1",
    ]
    assert browser.execute_script("return events") == [["izde-search", total] for total in (3, 2, 3)]


def _fetched(browser: Chrome) -> list[str]:
    """What scripts of the page have asked for, in order."""
    entries = """return performance.getEntriesByType("resource")
    .filter(entry => entry.initiatorType === "fetch").map(entry => entry.name)"""
    return list(browser.execute_script(entries))


def _keys(folder: Path, origin: str) -> Path:
    file = folder / "keys.toml"
    file.write_text(f'[journal]\nkey = "journal-0123456789"\norigins = ["{origin}"]\nrate_limit = "60 per minute"\n')
    return file


@needs_chromium
def test_the_key_goes_to_the_api_alone(
    browser: Chrome, visit: Visit, journal: Journal, rivers: Path, tmp_path: Path
) -> None:
    config = {"INDEX": rivers, "RATE_LIMIT": "off", "ORIGINS": (), "KEYS": _keys(tmp_path, journal.address)}
    with serving(create_app(config)) as other:
        root = visit('key="journal-0123456789"', host=other)
        root.find_element(By.CSS_SELECTOR, "input").send_keys("river")
        first = _hits(browser, root)[0]
        WebDriverWait(browser, 10).until(lambda _: len(_fetched(browser)) == 2)
        links = [first.find_element(By.TAG_NAME, "a"), root.find_element(By.CSS_SELECTOR, ".all")]
        assert [link.get_attribute("href") for link in links] == [
            f"{other}/articles/series/rivers%201?q=river&ui=en#p0",
            f"{other}/search?q=river&ui=en",
        ]
        assert sorted(_fetched(browser)) == [
            f"{other}/api/v1/search?q=river&limit=5&per_article=1&key=journal-0123456789",
            f"{other}/api/v1/suggest?q=river&limit=6&key=journal-0123456789",
        ]
    _assert_quiet(browser)


@needs_chromium
@pytest.mark.parametrize(
    ("key", "language", "status", "message"),
    [
        ("journal-0123456789", "ky", 403, "Бул сайтка мындай издөөгө уруксат берилген эмес."),
        ("nobody-01234567890", "kk", 401, "Бұл іздеу өрісінің кілті жарамсыз."),
    ],
)
def test_a_refused_key_is_told(
    browser: Chrome, visit: Visit, rivers: Path, tmp_path: Path, key: str, language: str, status: int, message: str
) -> None:
    keys = _keys(tmp_path, "https://journal.example")
    with serving(create_app({"INDEX": rivers, "RATE_LIMIT": "off", "ORIGINS": ("*",), "KEYS": keys})) as other:
        root = visit(f'key="{key}" suggest="off"', host=other, language=language)
        root.find_element(By.CSS_SELECTOR, "input").send_keys("river", Keys.ENTER)
        _status(browser, root, message)
    assert browser.execute_script("return events") == [["izde-error", status]]
    browser.get_log("browser")


@needs_chromium
@pytest.mark.parametrize("knows_ancestors", [True, False])
def test_the_frame_is_as_high_as_its_content(
    browser: Chrome, visit: Visit, journal: Journal, search_app: Flask, knows_ancestors: bool
) -> None:
    """With the receiver of docs/embedding.md, also in a browser without `ancestorOrigins`."""
    documentation = (ROOT / "docs" / "embedding.md").read_text("utf-8")
    receiver = re.search(r"```js\n(const frame = .*?)```", documentation, re.DOTALL)
    assert receiver is not None
    with serving(search_app if knows_ancestors else _without_ancestors(search_app)) as other:
        journal.script = receiver[1].replace("https://search.example.org", other)
        frame = f'<iframe class="izde-frame" src="{other}/embed?mode=keyword" title="Search" width="600" height="90">'
        page = f"</izde-search>{frame}</iframe><script src='/journal.js'></script>"
        visit(inside=page, directives=f"; frame-src {other}")
        heights = [_settled(browser)]
        for query in ("river", "xqzzw"):
            browser.switch_to.frame(browser.find_element(By.CSS_SELECTOR, "iframe"))
            browser.find_element(By.ID, "q").clear()
            browser.find_element(By.ID, "q").send_keys(query, Keys.ENTER)
            WebDriverWait(browser, 10).until(_asks_for(query))
            browser.switch_to.default_content()
            heights.append(_settled(browser))
    empty, full, none = heights
    assert empty < none < full
    _assert_quiet(browser)


def test_a_frame_says_what_was_searched_for(search_app: Flask) -> None:
    page = search_app.test_client().get("/embed?q=watter&limit=3&ui=en").get_data(as_text=True)
    assert (
        '<p class="notice">Searched for <strong>water</strong>. Search for '
        '<a class="other" href="/embed?q=%22watter%22&amp;limit=3&amp;ui=en">watter</a> as typed</p>' in page
    )


def _without_ancestors(app: Flask) -> Callable[..., Any]:
    """The application, with frames that have to do without `location.ancestorOrigins`, as in Firefox."""

    def changed(environ: Any, start_response: Any) -> Any:
        response = Response.from_app(app, {**environ, "HTTP_ACCEPT_ENCODING": ""})
        if environ["PATH_INFO"].endswith("/frame.js"):
            response.direct_passthrough = False
            response.data = response.data.replace(b"location.ancestorOrigins", b"undefined")
        return response(environ, start_response)

    return changed


def _asks_for(query: str) -> Callable[[Chrome], bool]:
    return lambda page: f"q={query}" in page.execute_script("return location.search")


def _settled(browser: Chrome) -> int:
    """The height of the frame, once it is that of the page in it."""

    def fits(page: Chrome) -> int:
        frame = page.find_element(By.CSS_SELECTOR, "iframe")
        stated = int(frame.get_attribute("height") or 0)
        page.switch_to.frame(frame)
        inside = page.execute_script("return Math.ceil(document.body.getBoundingClientRect().height)")
        page.switch_to.default_content()
        return stated if stated == inside else 0

    return WebDriverWait(browser, 10).until(fits)


LISTEN = """window.told = []; addEventListener("message", (event) => told.push(event.data.type));
const frame = document.createElement("iframe"); frame.src = arguments[0]; document.body.append(frame);"""


@needs_chromium
def test_a_broken_fragment_does_not_keep_the_height(browser: Chrome, visit: Visit, search_app: Flask) -> None:
    with serving(_without_ancestors(search_app)) as other:
        visit(directives=f"; frame-src {other}")
        browser.execute_script(LISTEN, f"{other}/embed?q=river#%")
        told = WebDriverWait(browser, 10).until(lambda page: page.execute_script("return told.length ? told : null"))
        assert set(told) == {"izde:height"}


@needs_chromium
def test_the_height_is_told_to_one_origin_alone(browser: Chrome, visit: Visit, search_app: Flask) -> None:
    """A false origin in the address of the frame sends the message to nobody."""
    with serving(_without_ancestors(search_app)) as other:
        visit(directives=f"; frame-src {other}")
        browser.execute_script(LISTEN, f"{other}/embed?q=river#{quote('https://evil.example', safe='')}")
        lines = WebDriverWait(browser, 10).until(lambda page: page.get_log("browser"))
        assert "('https://evil.example') does not match the recipient window's origin" in lines[0]["message"]
        assert browser.execute_script("return told") == []


@pytest.fixture
def client(search_app: Flask) -> FlaskClient:
    return search_app.test_client()


def test_the_script_is_small() -> None:
    assert len(gzip.compress(script().text, 6)) < 15_000


def test_the_script_makes_nothing_of_markup() -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function|\.style\b|document\.write|cookie|Storage"

    assert re.findall(forbidden, script().text.decode()) == []


def test_every_language_has_every_string() -> None:
    table = STRINGS.read_text("utf-8").partition("const STRINGS = {")[2].partition("\n};")[0]
    languages = re.findall(r"^  (\w\w): \{$(.*?)^  \},$", table, re.DOTALL | re.MULTILINE)
    flat = {code: re.sub(r"\{ .* \}", '""', strings) for code, strings in languages}
    names = {code: re.findall(r"(?:^ +|, )(\w+): \"", strings, re.MULTILINE) for code, strings in flat.items()}

    assert list(names) == ["ky", "kk", "ru", "en"]
    assert len(names["en"]) == 27
    assert all(each == names["en"] for each in names.values())


def test_the_alias_is_kept_an_hour_and_the_version_for_ever(client: FlaskClient) -> None:
    alias = client.get("/embed/izde.js")
    version = client.get(f"/embed/izde.{script().digest}.js")

    assert alias.data == version.data == script().text
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
    assert "X-Frame-Options" not in framed.headers
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
