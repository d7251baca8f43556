"""axe-core finds nothing to mend on any page, in any language, light or dark, on a phone or a desk."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.wrappers import Response

from tests.webapp.chromium import needs_chromium, serving
from webapp import create_app

pytestmark = needs_chromium

# The package is taken for the axe-core it carries; the browser is driven by selenium.
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")

#: Every rule of WCAG 2.0, 2.1 and 2.2, levels A and AA, and axe-core's own good practice.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]

_RUN = """const [rules, done] = arguments;
axe.run({runOnly: rules}).then((found) => done(found.violations.flatMap(
  (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`))));"""

PAGES = {
    "start": "/",
    "results": "/search?q=water+energy",
    "filtered": "/search?q=суу&language=ky,kk&year_from=2000&sort=year",
    "nothing found": "/search?q=zzzzqqqq&mode=keyword&language=kk",
    "error": "/search?q=x&limit=0",
    "not found": "/nowhere",
    "article": "/articles/water-ky?q=суу+энергетика",
    "citation": "/articles/migration-en/cite",
    "similar": "/articles/migration-en/similar?passage=0",
    "frame": "/embed?q=remittances",
}

EMBED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Journal</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<script type="module" src="{address}/embed/izde.js"></script>
<main><h1>Journal</h1><izde-search></izde-search></main></html>"""


@pytest.fixture(scope="module")
def address(index_dir: Path) -> Iterator[str]:
    with serving(create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "ORIGINS": ("*",)})) as address:
        yield address


@pytest.fixture(params=["light", "dark"])
def scheme(browser: Chrome, request: pytest.FixtureRequest) -> str:
    features = [
        {"name": "prefers-color-scheme", "value": request.param},
        # Colours half-way through a transition are nobody's.
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    return str(request.param)


@pytest.fixture(params=[320, 1280])
def width(browser: Chrome, request: pytest.FixtureRequest) -> int:
    screen = {"width": request.param, "height": 800, "deviceScaleFactor": 1, "mobile": request.param == 320}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    return int(request.param)


def _violations(browser: Chrome) -> list[str]:
    browser.execute_script(AXE)
    found: Any = browser.execute_async_script(_RUN, _RULES)
    return list(found)


def test_the_rules_are_applied(browser: Chrome) -> None:
    browser.get("data:text/html,<html lang=en><title>Journal</title><main><h1>Journal</h1><img src=x></main>")
    assert [found.partition(":")[0] for found in _violations(browser)] == ["image-alt"]


@pytest.mark.parametrize("page", PAGES)
def test_pages(browser: Chrome, address: str, scheme: str, width: int, page: str) -> None:
    browser.get(address + PAGES[page])
    assert _violations(browser) == []


@pytest.mark.parametrize("interface", ["ky", "kk", "ru", "en"])
def test_each_interface(browser: Chrome, address: str, interface: str) -> None:
    for path in ("/?", "/search?q=water+energy&", "/articles/water-ky?q=суу&"):
        browser.get(f"{address}{path}ui={interface}")
        assert _violations(browser) == []


def test_what_opens_on_a_page(browser: Chrome, address: str, scheme: str, width: int) -> None:
    browser.get(f"{address}/search?q=labour+migration")
    browser.get(address)
    assert browser.find_element(By.ID, "recent").is_displayed()
    assert _violations(browser) == []
    browser.find_element(By.ID, "q").send_keys("labour mig")
    WebDriverWait(browser, 10).until(lambda page: page.find_element(By.ID, "suggestions").is_displayed())
    assert _violations(browser) == []
    for details in browser.find_elements(By.TAG_NAME, "details"):
        browser.execute_script("arguments[0].open = true", details)
    assert _violations(browser) == []


def test_the_element_on_another_site(browser: Chrome, address: str, scheme: str, width: int) -> None:
    journal = Response(EMBED.format(address=address), mimetype="text/html")
    with serving(journal) as site:
        browser.get(site)
        root = WebDriverWait(browser, 10).until(lambda page: page.find_element(By.TAG_NAME, "izde-search").shadow_root)
        assert _violations(browser) == []
        root.find_element(By.CSS_SELECTOR, "input").send_keys("remittances")
        WebDriverWait(browser, 10).until(lambda _: root.find_elements(By.CSS_SELECTOR, "li"))
        assert _violations(browser) == []
