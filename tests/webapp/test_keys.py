"""Public keys: what the file may say, and what a request with a key may do."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from selenium.webdriver.common.by import By
from werkzeug.wrappers import Response

from search.settings import SettingError
from tests.webapp.chromium import needs_chromium, serving, started
from webapp import create_app
from webapp.keys import Key, read_keys

FILE = """
[journal]
key = "journal-0123456789"
origins = ["https://Journal.example", "https://press.example:8443"]
rate_limit = "2 per minute"

[library]
key = "library_0123456789"
origins = ["http://library.example"]
rate_limit = "off"
"""

JOURNAL = "key=journal-0123456789"
LIBRARY = "key=library_0123456789"
FROM_JOURNAL = {"Origin": "https://journal.example"}
FROM_ELSEWHERE = {"Origin": "https://elsewhere.example"}
MAKE = "python -c 'import secrets; print(secrets.token_urlsafe(24))'"

GOOD = {"key": '"journal-0123456789"', "origins": '["https://journal.example"]', "rate_limit": '"2 per minute"'}


def _table(name: str = "journal", **changes: str) -> str:
    lines = [f"{field} = {value}" for field, value in (GOOD | changes).items() if value]
    return "\n".join([f"[{name}]", *lines, ""])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    path.write_text(FILE, "utf-8")
    return path


@pytest.fixture
def keyed(index_dir: Path, file: Path) -> FlaskClient:
    """An application with the keys of `FILE`, that else lets nobody in and counts nobody."""
    return create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "ORIGINS": (), "KEYS": file}).test_client()


def test_the_file_is_read(file: Path) -> None:
    journal = ("https://journal.example", "https://press.example:8443")

    assert read_keys(file) == (
        Key("journal", "journal-0123456789", journal, "2 per minute"),
        Key("library", "library_0123456789", ("http://library.example",), ""),
    )


def test_a_key_is_not_shown_with_its_name(file: Path) -> None:
    assert "0123456789" not in repr(read_keys(file))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("key = \n", "IZDE_KEYS: {file} is not TOML in UTF-8 (Invalid value (at line 1, column 7))"),
        ('key = "journal-0123456789"', "{file}: [key] is no table; write [key] and below it key, origins, rate_limit"),
        (_table(key=""), "{file}: [journal] needs a key of 16 or more of A-Z a-z 0-9 _ -; make one with " + MAKE),
        (
            _table(key='"short"'),
            "{file}: [journal] needs a key of 16 or more of A-Z a-z 0-9 _ -; make one with " + MAKE,
        ),
        (
            _table(key='"journal 0123456789"'),
            "{file}: [journal] needs a key of 16 or more of A-Z a-z 0-9 _ -; make one with " + MAKE,
        ),
        (
            _table() + _table("library"),
            "{file}: [library] has the key of [journal]; make another with " + MAKE,
        ),
        (
            _table(origins="[]"),
            '{file}: [journal] has no origins; write them like origins = ["https://journal.example.org"]',
        ),
        (
            _table(origins='["*"]'),
            "{file}: [journal] names the origin '*'; write origins like \"https://journal.example.org\"",
        ),
        (
            _table(origins='["https://journal.example/"]'),
            "{file}: [journal] names the origin 'https://journal.example/'; "
            'write origins like "https://journal.example.org"',
        ),
        (_table(rate_limit="60"), '{file}: [journal] has no rate_limit; write one like rate_limit = "120 per minute"'),
        (
            _table(rate_limit='"many"'),
            '{file}: [journal] rate_limit is \'many\'; write it like "300 per minute", or "off" for no limit',
        ),
        (_table(origin='"x"'), "{file}: [journal] has 'origin'; a key has key, origins, rate_limit"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingError) as problem:
        create_app({"KEYS": file})

    assert str(problem.value) == message.format(file=file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as problem:
        create_app({"KEYS": tmp_path / "none.toml"})

    assert str(problem.value) == f"IZDE_KEYS: {tmp_path}/none.toml cannot be read (No such file or directory)"


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/search?q=water",
        "/api/v1/suggest?q=wa",
        "/api/v1/articles/water-ky?",
        "/api/v1/articles/water-ky/passages/0/similar?",
        "/embed?q=water",
    ],
)
def test_a_key_lets_its_origin_in(keyed: FlaskClient, address: str) -> None:
    answer = keyed.get(f"{address}&{JOURNAL}", headers=FROM_JOURNAL)

    assert answer.status_code == 200
    assert answer.headers["X-RateLimit-Limit"] == "2"
    if address.startswith("/api/"):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://journal.example"
        assert "Origin" in answer.vary


def test_an_unknown_key_is_refused_readably(keyed: FlaskClient) -> None:
    answer = keyed.get("/api/v1/search?q=water&key=made-up-0123456789", headers=FROM_JOURNAL)

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["WWW-Authenticate"].strip() == "Key"
    assert answer.json == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "This key is not known here.",
        "parameter": "key",
    }


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://journal.example", "null", ""])
def test_a_key_of_others_is_refused_readably(keyed: FlaskClient, origin: str) -> None:
    answer = keyed.get(f"/api/v1/search?q=water&{JOURNAL}", headers={"Origin": origin})

    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "This key is not for the site that the request comes from.",
        "parameter": "key",
    }


def test_without_an_origin_the_key_is_taken(keyed: FlaskClient) -> None:
    answer = keyed.get(f"/api/v1/search?q=water&{JOURNAL}")

    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_empty_key_is_none(keyed: FlaskClient) -> None:
    answer = keyed.get("/api/v1/search?q=water&key=", headers=FROM_JOURNAL)

    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_key_does_not_open_the_api_to_those_let_in_without_one(index_dir: Path, file: Path) -> None:
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "ORIGINS": ("*",), "KEYS": file}).test_client()

    assert client.get("/api/v1/search?q=water", headers=FROM_ELSEWHERE).headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"/api/v1/search?q=water&{JOURNAL}", headers=FROM_ELSEWHERE).status_code == 403


def test_a_preflight_with_a_key_is_answered(keyed: FlaskClient) -> None:
    asked = {"Access-Control-Request-Method": "GET"}
    address = f"/api/v1/search?q=water&{JOURNAL}"
    allowed = keyed.options(address, headers=FROM_JOURNAL | asked)

    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://journal.example"
    assert allowed.headers["Access-Control-Allow-Methods"] == "GET"
    assert keyed.options(address, headers=FROM_ELSEWHERE | asked).status_code == 403


def test_a_key_has_a_limit_of_its_own(keyed: FlaskClient) -> None:
    address = f"/api/v1/search?q=water&{JOURNAL}"
    assert [keyed.get(address, headers=FROM_JOURNAL).status_code for _ in range(2)] == [200, 200]

    refused = keyed.get(address, headers=FROM_JOURNAL)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Access-Control-Allow-Origin"] == "https://journal.example"
    assert keyed.get(address, environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 200
    assert {keyed.get(f"/api/v1/search?q=water&{LIBRARY}").status_code for _ in range(4)} == {200}
    assert {keyed.get("/api/v1/search?q=water").status_code for _ in range(4)} == {200}


def test_requests_with_a_key_are_not_counted_among_the_others(index_dir: Path, file: Path) -> None:
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "1 per minute", "KEYS": file}).test_client()
    with_key = [client.get(f"/api/v1/search?q=water&{JOURNAL}").status_code for _ in range(3)]
    without = [client.get("/api/v1/search?q=water").status_code for _ in range(2)]

    assert with_key == [200, 200, 429]
    assert without == [200, 429]


@pytest.mark.parametrize("address", ["/search?q=water", "/feed?q=water", "/openapi.json?", "/api/v1/none?", "/?"])
def test_elsewhere_a_key_says_nothing(keyed: FlaskClient, address: str) -> None:
    answers = [keyed.get(f"{address}&{key}", headers=FROM_JOURNAL) for key in (JOURNAL, "key=made-up-0123456789")]

    assert {answer.status_code for answer in answers} == {404 if "none" in address else 200}
    for answer in answers:
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "X-RateLimit-Limit" not in answer.headers
        assert "0123456789" not in answer.get_data(as_text=True)


def test_the_frame_is_for_the_sites_of_the_key(keyed: FlaskClient) -> None:
    framed = keyed.get(f"/embed?q=water&{JOURNAL}")
    page = framed.get_data(as_text=True)

    wanted = "frame-ancestors 'self' https://journal.example https://press.example:8443;"
    assert wanted in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    assert re.findall(r".*0123456789.*", page) == ['<input type="hidden" name="key" value="journal-0123456789">']


def test_a_refusal_is_shown_in_the_frame_without_the_key(keyed: FlaskClient) -> None:
    for _ in range(2):
        keyed.get(f"/embed?q=water&{JOURNAL}")
    refused = keyed.get(f"/embed?q=water&ui=ru&{JOURNAL}")

    assert refused.status_code == 429
    assert "frame-ancestors 'self' https://journal.example" in refused.headers["Content-Security-Policy"]
    assert "Слишком много запросов" in refused.get_data(as_text=True)
    assert "0123456789" not in refused.get_data(as_text=True)


def test_a_frame_with_an_unknown_key_is_for_nobody_else(index_dir: Path, file: Path) -> None:
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "ORIGINS": ("*",), "KEYS": file}).test_client()
    refused = client.get("/embed?q=water&ui=ky&key=made-up-0123456789")

    assert refused.status_code == 401
    assert "frame-ancestors 'self';" in refused.headers["Content-Security-Policy"]
    assert refused.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Бул ачкыч бул жерде белгисиз." in refused.get_data(as_text=True)


def test_no_key_is_logged(keyed: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(3):
        keyed.get(f"/api/v1/search?q=water&{JOURNAL}", headers=FROM_JOURNAL)
    keyed.get("/api/v1/search?q=water&key=made-up-0123456789")

    assert "0123456789" not in caplog.text
    assert "127.0.0.1" not in caplog.text


@needs_chromium
def test_in_a_browser_only_pages_of_the_key_read_and_frame(index_dir: Path, tmp_path: Path) -> None:
    page = Response("<!doctype html><title>Journal</title>", mimetype="text/html")
    file = tmp_path / "keys.toml"
    browser = started(tmp_path, "900,700")
    fetched = """return fetch(arguments[0]).then(async (answer) =>
      [answer.status, answer.headers.get("Retry-After") !== null, (await answer.json()).detail ?? null])"""
    frame = """const frame = document.createElement("iframe"); frame.src = arguments[0];
      const loaded = new Promise((done) => { frame.onload = done; }); document.body.append(frame); return loaded;"""
    with serving(page) as journal, serving(page) as other:
        file.write_text(_table(origins=f'["{journal}"]', rate_limit='"3 per minute"'), "utf-8")
        app = create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "ORIGINS": (), "KEYS": file})
        with serving(app) as izde:
            search = f"{izde}/api/v1/search?q=water"
            read: dict[str, list[object]] = {}
            framed: dict[str, bool] = {}
            for name, address in (("other", other), ("journal", journal)):
                browser.get(address)
                browser.execute_script(frame, f"{izde}/embed?q=water&{JOURNAL}")
                browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
                framed[name] = bool(browser.find_elements(By.CSS_SELECTOR, "form.search"))
                browser.switch_to.default_content()
                addresses = (f"{search}&{JOURNAL}", f"{search}&{JOURNAL}", f"{search}&key=made-up-0123456789")
                read[name] = [browser.execute_script(fetched, each) for each in addresses]
    browser.quit()

    foreign = [403, False, "This key is not for the site that the request comes from."]
    unknown = [401, False, "This key is not known here."]
    too_many = [429, True, "Please wait a little, then try again."]
    assert framed == {"other": False, "journal": True}
    # A browser asks for the frame before it can know whose pages may show it: two of the three were frames.
    assert read == {"other": [foreign, foreign, unknown], "journal": [[200, False, None], too_many, unknown]}
