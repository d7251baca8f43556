"""The line of a request: how it was answered, and neither what was asked nor by whom."""

from __future__ import annotations

import json
import logging
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from search.settings import SettingError, Settings
from search.storage import current_generation
from webapp import create_app
from webapp.access_log import Exchange, JsonLines, shortened

PROGRAM = """
import sys
from pathlib import Path
from search.settings import Settings
from webapp.server import serve
serve(Settings(index=Path(sys.argv[1]), port=0, rate_limit="off", log=sys.argv[2]))
"""

ADDRESSES = [
    "api/v1/search?q=secretquery&key=",
    "articles/water-kk",
    "articles/secretid",
    "secretpath?q=secretquery",
    "healthz",
]


def logged(index: Path, form: str) -> list[str]:
    """What a server writes to stderr, after its greeting, when it is asked for the addresses."""
    command = [sys.executable, "-c", PROGRAM, str(index), form]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found
        for each in ADDRESSES:
            try:
                with urlopen(found[0] + each, timeout=10) as answer:
                    answer.read()
            except HTTPError as refusal:
                refusal.close()
        server.send_signal(signal.SIGTERM)
        return server.stderr.read().splitlines()


def test_a_line_of_json_for_each_request(index_dir: Path) -> None:
    lines = logged(index_dir, "json")
    documents: list[dict[str, Any]] = [json.loads(line) for line in lines]
    generation = current_generation(index_dir)
    told = [{name: each[name] for name in ("method", "path", "status", "generation", "client")} for each in documents]
    common = {"method": "GET", "client": "127.0.0.0"}
    assert told == [
        common | {"path": "/api/v1/search", "status": 200, "generation": generation},
        common | {"path": "/articles/<path:article_id>", "status": 200, "generation": generation},
        common | {"path": "/articles/<path:article_id>", "status": 404, "generation": generation},
        common | {"path": None, "status": 404, "generation": None},
        common | {"path": "/healthz", "status": 200, "generation": generation},
    ]
    for each in documents:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", each["time"])
        assert 0 < each["ms"] < 10_000
        assert 20 < each["bytes"] < 100_000
    assert "secret" not in "".join(lines)


def test_a_line_of_text_for_each_request(index_dir: Path) -> None:
    lines = logged(index_dir, "text")
    generation = current_generation(index_dir)
    expected = rf"INFO: GET /api/v1/search 200 [\d.]+ ms \d+ bytes {generation} 127\.0\.0\.0"
    assert re.fullmatch(expected, lines[0])
    assert len(lines) == len(ADDRESSES)
    assert "secret" not in "".join(lines)


def test_nothing_is_logged_unless_wanted(index_dir: Path) -> None:
    assert logged(index_dir, "off") == []
    assert Settings.from_environment({}).log == "off"
    assert Settings.from_environment({"IZDE_LOG": "json"}).log == "json"


def test_any_method_is_logged_as_one_of_few(index_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "LOG": "json"}).test_client()
    with caplog.at_level(logging.INFO, "webapp.access_log"):
        client.open("/", method="SECRET")
    (record,) = (each for each in caplog.records if isinstance(each.msg, Exchange))
    assert isinstance(record.msg, Exchange)
    assert (record.msg.method, record.msg.status) == ("OTHER", 405)


def test_other_messages_are_json_too() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("a.b", logging.ERROR, "f.py", 1, "failed: %s", ("су",), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line
    document = json.loads(line)
    assert (document["level"], document["logger"], document["message"]) == ("ERROR", "a.b", "failed: су")
    assert document["exception"].endswith("ValueError: two\nlines")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("nonsense", None),
        (None, None),
    ],
)
def test_an_address_is_shortened(address: str | None, expected: str | None) -> None:
    assert shortened(address) == expected


def test_an_unknown_form_is_told(index_dir: Path) -> None:
    with pytest.raises(SettingError, match="IZDE_LOG is 'xml'; write one of off, text, json"):
        create_app({"INDEX": index_dir, "LOG": "xml"})
