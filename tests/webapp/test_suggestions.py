"""What a screen reader is told of suggestions, keys that can be switched off, and a logo that keeps still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.webapp.chromium import needs_chromium, serving
from webapp import create_app

pytestmark = needs_chromium

SVG = """<svg xmlns="http://www.w3.org/2000/svg" onload="document.documentElement.id = 'ran'">
<script>document.documentElement.id = "ran"</script>
<style>circle { fill: rgb(0, 128, 0) }</style><circle r="4"/></svg>"""


@pytest.fixture(scope="module")
def address(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logo = tmp_path_factory.mktemp("logo") / "logo.svg"
    logo.write_text(SVG, "utf-8")
    with serving(create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "LOGO": logo})) as address:
        yield address


def _announced(browser: Chrome) -> str:
    return browser.find_element(By.ID, "suggested").get_attribute("textContent") or ""


@pytest.mark.parametrize(
    ("interface", "some", "none"),
    [
        ("en", "Suggestions: 2", "No suggestions"),
        ("ru", "Подсказок: 2", "Подсказок нет"),
        ("kk", "Ұсыныстар: 2", "Ұсыныс жоқ"),
        ("ky", "Сунуштар: 2", "Сунуш жок"),
    ],
)
def test_the_number_of_suggestions_is_announced(
    browser: Chrome, address: str, interface: str, some: str, none: str
) -> None:
    browser.get(f"{address}/?ui={interface}")
    field = browser.find_element(By.NAME, "q")
    assert _announced(browser) == ""
    field.send_keys("labour mig")
    WebDriverWait(browser, 10).until(lambda page: _announced(page) == some)
    field.send_keys(Keys.ESCAPE)
    assert _announced(browser) == ""
    field.send_keys("xyz")
    WebDriverWait(browser, 10).until(lambda page: _announced(page) == none)


def test_the_slash_key_can_be_switched_off(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/search?q=water")
    browser.execute_script("localStorage.setItem('izde-single-keys', 'off')")
    browser.refresh()
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys("/")
    assert browser.switch_to.active_element.tag_name == "body"
    body.send_keys(Keys.CONTROL, "k")
    assert browser.switch_to.active_element.get_attribute("aria-keyshortcuts") == "Control+K Meta+K"
    browser.execute_script("localStorage.clear()")


def test_a_logo_opened_by_its_address_runs_nothing(browser: Chrome, address: str) -> None:
    browser.get(address)
    browser.get(browser.find_element(By.CSS_SELECTOR, ".emblem img").get_attribute("src") or "")

    assert browser.find_element(By.CSS_SELECTOR, "circle").value_of_css_property("fill") == "rgb(0, 128, 0)"
    assert browser.find_element(By.CSS_SELECTOR, ":root").get_attribute("id") in (None, "")
