"""The pages in a real Chromium, over a real server on loopback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.webapp.chromium import needs_chromium, serving
from webapp import create_app

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def address(index_dir: Path) -> Iterator[str]:
    with serving(create_app({"INDEX": index_dir, "RATE_LIMIT": "off"})) as address:
        yield address


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


def _press(browser: Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def _field(browser: Chrome) -> WebElement:
    return browser.find_element(By.ID, "q")


def _suggestions(browser: Chrome) -> list[str]:
    WebDriverWait(browser, 10).until(lambda page: page.find_element(By.ID, "suggestions").is_displayed())
    return [option.text for option in browser.find_elements(By.CSS_SELECTOR, "#suggestions [role=option]")]


def _recent(browser: Chrome) -> list[str]:
    return [link.text for link in browser.find_elements(By.CSS_SELECTOR, "#recent a")]


def _forget(browser: Chrome, address: str) -> None:
    browser.get(address)
    browser.execute_script("localStorage.clear()")


def test_control_k_goes_to_the_field(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/articles/water-ky")
    ActionChains(browser).key_down(Keys.CONTROL).send_keys("k").key_up(Keys.CONTROL).perform()
    assert browser.switch_to.active_element == _field(browser)


def test_letters_are_put_in_at_the_caret(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/?ui=ky")
    field = _field(browser)
    field.send_keys("кз", Keys.ARROW_LEFT)
    browser.find_element(By.XPATH, "//*[@id='letters']/button[.='ө']").click()
    _press(browser, "р")
    assert field.get_attribute("value") == "көрз"
    assert browser.switch_to.active_element == field


def test_letters_are_one_stop_of_the_tab_key_with_arrows_within(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/?ui=ky")
    browser.find_element(By.CSS_SELECTOR, ".line button").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "ң"
    _press(browser, Keys.ARROW_LEFT)
    assert browser.switch_to.active_element.text == "і"
    _press(browser, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER)
    assert _field(browser).get_attribute("value") == "ө"


def test_a_suggestion_is_chosen_by_keys(browser: Chrome, address: str) -> None:
    browser.get(address)
    field = _field(browser)
    field.send_keys("labour mig")
    assert _suggestions(browser) == ["labour migration", "Labour migration and remittances"]
    assert field.get_attribute("aria-expanded") == "true"
    field.send_keys(Keys.ARROW_UP)
    assert field.get_attribute("aria-activedescendant") == "suggestion-1"
    field.send_keys(Keys.ARROW_DOWN)
    assert field.get_attribute("aria-activedescendant") is None
    field.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: "q=labour+migration&" in f"{page.current_url}&")


def test_escape_and_leaving_the_field_close_the_suggestions(browser: Chrome, address: str) -> None:
    browser.get(address)
    field = _field(browser)
    for leave in (Keys.ESCAPE, Keys.TAB):
        field.clear()
        field.send_keys("labour")
        assert _suggestions(browser)
        field.send_keys(leave)
        assert not browser.find_element(By.ID, "suggestions").is_displayed()
        assert field.get_attribute("value") == "labour"
        assert field.get_attribute("aria-expanded") == "false"


def test_a_suggestion_is_chosen_by_mouse(browser: Chrome, address: str) -> None:
    browser.get(address)
    _field(browser).send_keys("торговля")
    assert _suggestions(browser) == ["торговля людьми"]
    browser.find_element(By.ID, "suggestion-0").click()
    WebDriverWait(browser, 10).until(lambda page: "торговля людьми" in page.title)


def test_recent_searches_are_offered_under_the_empty_field(browser: Chrome, address: str) -> None:
    _forget(browser, address)
    for number in range(9):
        browser.get(f"{address}/search?q=water+{number}")
    browser.get(f"{address}/search?q=water+4")
    browser.get(f"{address}/?ui=ru")
    assert _recent(browser) == [f"water {number}" for number in (4, 8, 7, 6, 5, 3, 2, 1)]
    assert browser.get_cookies() == []
    _field(browser).send_keys("с")
    assert not browser.find_element(By.ID, "recent").is_displayed()
    _field(browser).send_keys(Keys.BACKSPACE)
    browser.find_element(By.LINK_TEXT, "water 7").click()
    assert browser.current_url == f"{address}/search?ui=ru&q=water+7"


def test_recent_searches_are_forgotten_when_asked(browser: Chrome, address: str) -> None:
    _forget(browser, address)
    browser.get(f"{address}/search?q=<b>water</b>")
    browser.get(address)
    assert _recent(browser) == ["<b>water</b>"]
    browser.find_element(By.CSS_SELECTOR, "#recent button").click()
    assert not browser.find_element(By.ID, "recent").is_displayed()
    browser.get(address)
    assert _recent(browser) == []


def _place(browser: Chrome) -> tuple[str, str]:
    current = browser.find_elements(By.CSS_SELECTOR, "mark[aria-current]")
    return browser.find_element(By.CSS_SELECTOR, "#matches output").text, " ".join(mark.text for mark in current)


def test_matches_are_visited_by_keys_and_buttons(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/articles/migration-en?q=remittances+grandparents&mode=keyword&ui=en")
    assert _place(browser) == ("– of 2", "")
    _press(browser, "n")
    assert _place(browser) == ("1 of 2", "remittances")
    assert browser.switch_to.active_element.text == "remittances"
    _press(browser, "n")
    assert _place(browser) == ("2 of 2", "grandparents")
    browser.find_element(By.CSS_SELECTOR, "#matches button[value='1']").click()
    assert _place(browser) == ("1 of 2", "remittances")
    _press(browser, "p")
    assert _place(browser) == ("2 of 2", "grandparents")


def test_words_in_a_row_are_one_match_and_typing_is_left_alone(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/articles/trafficking-ru?q=торговля+людьми&mode=keyword&ui=ru")
    browser.find_element(By.TAG_NAME, "body").send_keys("т", "n")
    assert _place(browser) == ("1 из 2", "Торговля")
    _field(browser).send_keys("np")
    assert _place(browser) == ("1 из 2", "Торговля")
    assert _field(browser).get_attribute("value") == "торговля людьмиnp"


def _media(browser: Chrome, media: str = "", **features: str) -> None:
    wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": wanted})


def _style(browser: Chrome, selector: str, style: str) -> str:
    script = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    return str(browser.execute_script(script, selector, style))


def test_paper_shows_the_text_and_its_marks_alone(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/articles/migration-en?q=remittances&mode=keyword")
    _media(browser, "print", prefers_color_scheme="dark")
    try:
        for furniture in (".masthead", ".search", "#matches", ".jumps", ".back", ".colophon"):
            assert _style(browser, furniture, "display") == "none", furniture
        assert _style(browser, "mark.exact", "borderBottomStyle") == "solid"
        assert _style(browser, "mark.exact", "printColorAdjust") == "exact"
        assert _style(browser, "body", "backgroundColor") == "rgb(255, 255, 255)"
        assert _style(browser, "h1", "color") == "rgb(0, 0, 0)"
    finally:
        _media(browser)


def test_nothing_moves_for_a_reader_who_wants_it_still(browser: Chrome, address: str) -> None:
    browser.get(address)
    try:
        for wish, scrolling in (("reduce", "auto"), ("no-preference", "smooth")):
            _media(browser, prefers_reduced_motion=wish)
            assert _style(browser, "html", "scrollBehavior") == scrolling
    finally:
        _media(browser)


@pytest.mark.parametrize("path", ["/", "/search?q=water+energy", "/articles/water-ky?q=суу+энергетика"])
@pytest.mark.parametrize("interface", ["ky", "kk", "ru", "en"])
def test_a_narrow_screen_needs_no_sideways_scrolling(browser: Chrome, address: str, path: str, interface: str) -> None:
    phone = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        browser.get(f"{address}{path}{'&' if '?' in path else '?'}ui={interface}")
        assert browser.execute_script("return document.documentElement.scrollWidth") == 320
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def _language(browser: Chrome) -> str | None:
    return browser.find_element(By.TAG_NAME, "html").get_attribute("lang")


def test_filters_add_up_and_back_undoes_them_one_by_one(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/search?q=суу+migration&ui=en")
    states = [browser.current_url]
    for kind in ("ul.languages a .tongue.en", "#filters a[href*='author=Whitcombe']"):
        browser.find_element(By.CSS_SELECTOR, kind).click()
        states.append(browser.current_url)
    assert "language=en" in states[1]
    assert "language=en" in states[2]
    assert "author=Whitcombe" in states[2]
    titles = [link.text for link in browser.find_elements(By.CSS_SELECTOR, "li.hit h2 a")]
    assert set(titles) == {"Labour migration and remittances"}
    for state in reversed(states[:-1]):
        browser.back()
        assert browser.current_url == state
    browser.forward()
    assert browser.current_url == states[1]


def _tab_to(browser: Chrome, selector: str, *held: str) -> WebElement:
    """Press Tab until an element of the selector has the focus and shows it; with Shift held, backwards."""
    for _ in range(60):
        _press(browser, *held, Keys.TAB, *([Keys.NULL] if held else []))
        active = browser.switch_to.active_element
        if browser.execute_script("return arguments[0].matches(arguments[1])", active, selector):
            assert _style(browser, ":focus", "outlineStyle") != "none"
            return active
    raise AssertionError(f"Tab never reaches {selector}")


def test_from_the_start_to_a_passage_and_back_by_keys_alone(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/?ui=en")
    assert browser.switch_to.active_element == _field(browser)
    _press(browser, "remittances", Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: "/search" in page.current_url)
    assert _tab_to(browser, "li.hit h2 a").text == "Labour migration and remittances"
    _press(browser, Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: "/articles/migration-en" in page.current_url)
    assert "remittances" in browser.find_element(By.CSS_SELECTOR, ":target").text
    _press(browser, "n")
    assert browser.switch_to.active_element.text == "remittances"
    _tab_to(browser, ".back a", Keys.SHIFT)
    _press(browser, Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: "/search" in page.current_url)
    assert browser.current_url == f"{address}/search?q=remittances&ui=en"
    assert _tab_to(browser, "li.hit h2 a").text == "Labour migration and remittances"


def test_tab_first_offers_to_skip_to_the_content(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/search?q=water")
    _press(browser, Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("class") == "skip"
    _press(browser, Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"


@pytest.mark.parametrize("interface", ["ky", "kk", "ru", "en"])
def test_the_chosen_interface_stays_from_page_to_page(browser: Chrome, address: str, interface: str) -> None:
    browser.get(address)
    browser.find_element(By.CSS_SELECTOR, f".tongues a[hreflang={interface}]").click()
    _field(browser).send_keys("remittances", Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: "/search" in page.current_url)
    assert _language(browser) == interface
    browser.find_element(By.CSS_SELECTOR, "li.hit h2 a").click()
    assert "/articles/" in browser.current_url
    assert _language(browser) == interface
    browser.find_element(By.CSS_SELECTOR, "header .cite, article .cite").click()
    assert "/cite" in browser.current_url
    assert _language(browser) == interface
    browser.find_element(By.CSS_SELECTOR, ".wordmark").click()
    assert _language(browser) == interface
    assert browser.get_cookies() == []


def _lightness(colour: str) -> float:
    """The mean of red, green and blue of a computed colour, 0 to 255."""
    return sum(float(part) for part in re.findall(r"[\d.]+", colour)[:3]) / 3


@pytest.mark.parametrize("path", ["/", "/search?q=water", "/articles/migration-en?q=remittances", "/embed?q=water"])
def test_a_dark_page_for_a_reader_who_wants_it_dark(browser: Chrome, address: str, path: str) -> None:
    try:
        for scheme, is_dark in (("light", False), ("dark", True)):
            _media(browser, prefers_color_scheme=scheme)
            browser.get(f"{address}{path}")
            behind, letters = _style(browser, "body", "backgroundColor"), _style(browser, "body", "color")
            assert (_lightness(behind) < 60, _lightness(letters) > 180) == (is_dark, is_dark), (scheme, behind, letters)
            assert (_lightness(behind) > 200, _lightness(letters) < 80) == (not is_dark, not is_dark)
    finally:
        _media(browser)


def test_everything_needed_works_without_script(browser: Chrome, address: str) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"{address}/?ui=ru")
        assert not browser.find_element(By.ID, "letters").is_displayed()
        _field(browser).send_keys("торговля людьми", Keys.ENTER)
        WebDriverWait(browser, 10).until(lambda page: "/search" in page.current_url)
        assert "людьми" in _marks(browser, "exact")
        browser.find_element(By.CSS_SELECTOR, "ul.languages a .tongue.ru").click()
        assert "language=ru" in browser.current_url
        browser.find_element(By.CSS_SELECTOR, "li.hit h2 a").click()
        assert "торговле людьми" in browser.find_element(By.TAG_NAME, "article").text
        assert browser.find_element(By.CSS_SELECTOR, ":target").tag_name == "section"
        browser.find_element(By.CSS_SELECTOR, ".back a").click()
        assert "language=ru" in browser.current_url
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
