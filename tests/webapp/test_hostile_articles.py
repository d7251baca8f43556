"""Articles and requests that mean harm: shown as text, never run, never a path, never a way out."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from waitress.server import create_server

from indexer.build import build
from search.encoder import Encoder
from tests.webapp.chromium import needs_chromium, serving, started
from webapp import create_app

PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror=alert(1)>' onmouseover='alert(1)",
    "closing": "</textarea></title></style><svg/onload=alert(1)>",
    "template": "{{7*7}} {% raw %} ${7*7} %(query)s {0}",
    "address": "javascript:alert(1)",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt; ]]><x/>",
    "path": "../../../../etc/passwd",
    "bidi": "\u202edws\u202c \u2066x",
    "surrogate": "a\ud800b",
    "control": "a\x00b\x1b[31m\x0bc",
}

#: Addresses that no reader may be sent to from an article.
LINKS = [
    "javascript:alert(1)",
    " java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/",
    "https://evil.example/\"onclick='alert(1)'",
    "http://[",
]

#: Where pages repeat what a reader typed.
_ECHOING = ("search?q", "search?q=barley&author", "search?q=barley&article", "search?q=x&mode", "embed?q", "search?ui")

_WATCH = """window.ran = []; window.alert = (text) => ran.push(text);
addEventListener("securitypolicyviolation", (event) => ran.push(event.violatedDirective));"""


def _article(number: int, payload: str) -> dict[str, Any]:
    return {
        "id": payload,
        "title": f"Harvest {payload}",
        "authors": [f"Quill {payload}", payload],
        "year": 2000 + number,
        "keywords": [payload],
        "url": LINKS[number % len(LINKS)],
        "text": f"The harvest of barley {payload} was counted by clerks of the valley each autumn.\n\n{payload}\n\n"
        "The clerks kept their barley ledgers in the mill.",
    }


@pytest.fixture(scope="module")
def harvest(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    folder = tmp_path_factory.mktemp("harvest")
    source = folder / "articles.jsonl"
    articles = [_article(number, payload) for number, payload in enumerate(PAYLOADS.values())]
    source.write_text("\n".join(json.dumps(article) for article in articles), "utf-8")
    build([source], folder / "index", encoder)
    return folder / "index"


@pytest.fixture(scope="module")
def application(harvest: Path) -> Any:
    return create_app({"INDEX": harvest, "RATE_LIMIT": "off", "ORIGINS": ("*",)})


@pytest.fixture(scope="module")
def visitor(application: Any) -> FlaskClient:
    return application.test_client()


@pytest.fixture(scope="module")
def identities(visitor: FlaskClient) -> list[str]:
    answer = visitor.get("/api/v1/search?q=barley&mode=keyword&limit=100&per_article=1").json
    assert answer is not None
    return [hit["article"]["id"] for hit in answer["hits"]]


def _pages(identities: list[str]) -> list[str]:
    queries = [
        "/search?q=barley&limit=100",
        "/embed?q=barley&limit=100",
        "/",
        "/search?q=barley&sort=year&mode=keyword",
    ]
    echoed = [f"/{path}={quote(payload, errors='replace')}" for payload in PAYLOADS.values() for path in _ECHOING]
    articles = [f"/articles/{quote(each)}" for each in identities]
    return [
        *queries,
        *echoed,
        *articles,
        *(f"{each}?q=barley" for each in articles),
        *(f"{each}/{page}?passage=0" for each in articles for page in ("cite", "similar")),
    ]


def _dangers(page: str) -> list[str]:
    """What a page has that its templates do not write: each as `tag attribute=value`."""
    found = []
    for node in LexborHTMLParser(page).css("*"):
        attributes = {name: value or "" for name, value in node.attributes.items()}
        links = [attributes.get(name, "") for name in ("href", "src", "action", "formaction", "srcdoc", "data")]
        if node.tag == "script" and not attributes.get("src", "").startswith("/static/"):
            found.append(f"script {node.text()}")
        if node.tag in ("img", "iframe", "object", "base", "style", "x"):
            found.append(str(node.tag))
        found += [f"{node.tag} {name}" for name in attributes if name.startswith("on") or name == "style"]
        found += [f"{node.tag} {link}" for link in links if not re.match(r"$|[/?#]|https?://", link.strip())]
        found += [f"{node.tag} {link}" for link in links if link.startswith("//")]
    return found


def test_all_are_indexed(identities: list[str]) -> None:
    assert len(identities) == len(PAYLOADS)


def test_pages_hold_them_as_text(visitor: FlaskClient, identities: list[str]) -> None:
    shown = {}
    for address in _pages(identities):
        answer = visitor.get(address)
        assert answer.status_code in (200, 400, 404), address
        page = answer.get_data(as_text=True)
        assert _dangers(page) == [], address
        shown[address] = answer.status_code
    assert all(shown[f"/articles/{quote(each)}"] == 200 for each in identities)


def test_templates_and_placeholders_are_left_as_written(visitor: FlaskClient, identities: list[str]) -> None:
    (template,) = [each for each in identities if "7*7" in each]
    for address in (f"/articles/{quote(template)}", "/search?q=barley&limit=100", f"/articles/{quote(template)}/cite"):
        page = LexborHTMLParser(visitor.get(address).get_data(as_text=True)).body
        assert page is not None
        assert "{{7*7}} {% raw %} ${7*7} %(query)s {0}" in page.text(), address


def test_only_addresses_of_the_web_are_linked(visitor: FlaskClient, identities: list[str]) -> None:
    linked = set()
    for each in identities:
        page = LexborHTMLParser(visitor.get(f"/articles/{quote(each)}").get_data(as_text=True))
        linked |= {node.attributes["href"] for node in page.css("article a[rel~=external]")}
    assert linked == {"https://evil.example/\"onclick='alert(1)'"}


def test_documents_are_well_formed(visitor: FlaskClient, identities: list[str]) -> None:
    for address in ("/feed?q=barley", "/opensearch.xml", *(f"/feed?q={quote(each)}" for each in identities)):
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        root = ElementTree.fromstring(answer.data)
        assert not [node for node in root.iter() if node.tag in ("script", "img", "x")]
        links = [node.get("href", "") for node in root.iter() if node.tag.endswith("link")]
        assert all(link.startswith(("http://localhost/", "https://evil.example/")) for link in links), address
    for each in identities:
        whole = visitor.get(f"/api/v1/articles/{quote(each)}")
        assert whole.mimetype == "application/json"
        assert json.loads(whole.data)["id"] == each
        for ending in ("bib", "ris", "txt"):
            file = visitor.get(f"/articles/{quote(each)}/cite.{ending}")
            assert file.status_code == 200
            assert file.headers["X-Content-Type-Options"] == "nosniff"
            assert re.fullmatch(r"attachment; filename=[\w.-]+", file.headers["Content-Disposition"])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    driver = started(tmp_path_factory.mktemp("chromium"), "1000,1000")
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
    yield driver
    driver.quit()


@needs_chromium
def test_nothing_runs_in_a_browser(browser: Chrome, application: Any, identities: list[str]) -> None:
    with serving(application) as host:
        for address in _pages(identities):
            browser.get(f"{host}{address}")
            assert browser.execute_script("return ran") == [], address
            assert browser.find_elements(By.CSS_SELECTOR, "img, iframe") == [], address


ESCAPES = [
    "/articles/../../etc/passwd",
    "/articles/..%2f..%2fetc%2fpasswd",
    "/articles/%2e%2e/%2e%2e/etc/passwd",
    "/articles/..%252f..%252fetc%252fpasswd",
    "/articles/%2Fetc%2Fpasswd",
    "/static/../__init__.py",
    "/static/..%2f__init__.py",
    "/static/%2e%2e/__init__.py",
    "/static/..%5c__init__.py",
    "/static/....//__init__.py",
    "/static//etc/passwd",
    "/static/%00",
    "/static/izde.css%00.html",
    "/embed/izde...%2f..%2f__init__.js",
    "/articles/%ff%fe",
    "//evil.example/",
    "//evil.example/%2e%2e",
    "/\\evil.example/",
    "/articles//evil.example/",
    "/search//evil.example",
    "http://evil.example/",
]


@pytest.fixture(scope="module")
def port(application: Any) -> Iterator[int]:
    """The port of the server of `izde serve`, which unlike a test client takes any line as it comes."""
    server = create_server(application, host="127.0.0.1", port=0, max_request_header_size=128 * 1024)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()


def _raw(port: int, request: bytes) -> tuple[int, dict[str, str], str]:
    """The status, headers and body that a request is answered with, byte by byte."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.connect()
    connection.sock.sendall(request)
    answer = http.client.HTTPResponse(connection.sock)
    answer.begin()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    body = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, headers, body


@pytest.mark.parametrize("path", ESCAPES)
def test_no_address_leads_to_a_file_or_another_site(port: int, path: str) -> None:
    status, headers, body = _raw(
        port, f"GET {path} HTTP/1.1\r\nHost: journal.example\r\nConnection: close\r\n\r\n".encode()
    )

    assert status < 500
    assert not re.search(r"root:|create_app|Traceback|/site-packages/", body)
    if "location" in headers:
        assert urlsplit(headers["location"]).hostname in (None, "journal.example")
        assert not headers["location"].startswith(("//", "/\\"))
    else:
        assert status in (200, 400, 404)
        assert status != 200 or path == "http://evil.example/"


@pytest.mark.parametrize(
    "host", ["", "<script>alert(1)</script>", "a b", "evil.example\\@x", "x" * 5000, "[::1", "a:b:c"]
)
@pytest.mark.parametrize("path", ["/", "/feed?q=barley", "/opensearch.xml", "/embed/izde.json", "/search?q=barley"])
def test_a_bad_host_is_refused_or_escaped(port: int, path: str, host: str) -> None:
    status, headers, body = _raw(port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())

    assert status in (200, 400)
    assert "<script>alert" not in body
    assert not re.search(r"Traceback|/site-packages/", body)
    assert "<script>" not in headers.get("location", "")


@pytest.mark.parametrize(
    ("request_line", "more", "statuses"),
    [
        (f"GET /search?q={'a' * 200_000} HTTP/1.1", "", {431}),
        ("GET /search?q=a HTTP/1.1", f"Cookie: {'a' * 200_000}\r\n", {431}),
        (f"GET /search?q={'a' * 100_000} HTTP/1.1", "", {400}),
        (f"GET /search?{'a=b&' * 20_000}q=barley HTTP/1.1", "", {200, 400}),
        ("POST /search HTTP/1.1", "Content-Length: 99999999999\r\n", {405, 413}),
        ("POST /api/v1/search HTTP/1.1", "Content-Length: 20\r\n", {405}),
        ("GET /search?q=a HTTP/1.1", "Content-Length: x\r\n", {400}),
        ("NONSENSE", "", {400}),
        ("TRACE / HTTP/1.1", "", {405}),
    ],
    ids=["address", "cookie", "query", "parameters", "body", "post", "length", "line", "method"],
)
def test_oversized_and_broken_requests_are_refused(port: int, request_line: str, more: str, statuses: set[int]) -> None:
    body_sent = "x" * 20 if "POST" in request_line else ""
    request = f"{request_line}\r\nHost: journal.example\r\nConnection: close\r\n{more}\r\n{body_sent}"
    status, _, body = _raw(port, request.encode())

    assert status in statuses
    assert not re.search(r"Traceback|/site-packages/|File \"", body)
