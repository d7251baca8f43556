"""The pages in a real Chromium, over a real server on loopback."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from selenium.webdriver import Chrome, ChromeOptions, Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.serving import make_server

from webapp import create_app

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Debian's chromium and chromium-driver to drive the pages"
)

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en",
    "--window-size=1280,1000",
)


@pytest.fixture(scope="module")
def address(index_dir: Path) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app({"INDEX": index_dir, "RATE_LIMIT": "off"}), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(option)
    driver = Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


def _marks(browser: Chrome, kind: str) -> list[str]:
    return [mark.text for mark in browser.find_elements(By.CSS_SELECTOR, f"li.hit:first-child mark.{kind}")]


@pytest.mark.parametrize(
    ("query", "language", "form"),
    [
        ("электр энергиясы", "ky", "электр"),
        ("Сырдария суы", "kk", "суы"),
        ("торговля людьми", "ru", "людьми"),
        ("labour migrants", "en", "Labour"),
    ],
)
def test_a_search_in_each_language(browser: Chrome, address: str, query: str, language: str, form: str) -> None:
    browser.get(address)
    field = browser.find_element(By.NAME, "q")
    field.send_keys(query, Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: query in unquote(page.current_url.replace("+", " ")))
    first = browser.find_element(By.CSS_SELECTOR, "li.hit .passage")
    assert first.get_attribute("lang") == language
    assert form in _marks(browser, "exact")


def test_a_word_of_another_language_is_marked_by_meaning(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/search?q=сотрудничество&language=kk")
    assert "ынтымақтастық" in _marks(browser, "meaning")


def test_a_result_opens_at_its_passage_and_back_returns(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/search?q=remittances")
    found = browser.current_url
    browser.find_element(By.CSS_SELECTOR, "li.hit h2 a").click()
    target = browser.find_element(By.CSS_SELECTOR, ":target")
    assert "remittances" in target.text
    browser.back()
    assert browser.current_url == found


def test_a_filter_is_set_and_lifted(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/search?q=суу")
    browser.find_element(By.CSS_SELECTOR, "ul.languages a .tongue.kk").click()
    assert "language=kk" in browser.current_url
    assert {each.get_attribute("lang") for each in browser.find_elements(By.CSS_SELECTOR, ".passage")} == {"kk"}
    browser.find_element(By.CSS_SELECTOR, "ul.languages a .tongue.kk").click()
    assert "language" not in browser.current_url


def test_the_slash_key_goes_to_the_field_and_nothing_is_logged(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/search?q=water")
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    assert browser.switch_to.active_element.get_attribute("name") == "q"
    assert browser.get_log("browser") == []


def test_the_interface_changes_its_language(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/search?q=water")
    browser.find_element(By.LINK_TEXT, "Кыргызча").click()
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "ky"
    assert browser.find_element(By.NAME, "q").get_attribute("value") == "water"
