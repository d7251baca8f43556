"""The server as a process: where it listens, and what it says."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from search.settings import Settings
from webapp.server import ServerProblem, address, serve

PROGRAM = """
import sys
from pathlib import Path
from search.settings import Settings
from webapp.server import serve
proxy = sys.argv[3] or None
serve(Settings(index=Path(sys.argv[1]), port=0, rate_limit=sys.argv[2], trusted_proxy=proxy, name="Эл адабияты"))
"""

FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "search.example.org",
}


@contextmanager
def running(index_dir: Path, rate_limit: str = "off", trusted_proxy: str = "") -> Iterator[str]:
    """The address of a server in a process of its own, which has to end cleanly."""
    command = [sys.executable, "-c", PROGRAM, str(index_dir), rate_limit, trusted_proxy]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            found = re.fullmatch(r"Izde is ready at (http://127\.0\.0\.1:\d+/) \(Ctrl\+C stops it\)\n", said)
            assert found, said
            yield found[1]
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=10) == 0


def status(address: str, headers: Mapping[str, str]) -> int:
    try:
        with urlopen(Request(address, headers=dict(headers)), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as refusal:
        return refusal.code


def image_address(address: str, headers: Mapping[str, str]) -> str:
    """The address of the image in the description for browsers, without its version."""
    with urlopen(Request(f"{address}opensearch.xml", headers=dict(headers)), timeout=10) as answer:
        found = re.search(r"<Image[^>]*>([^<?]*)", answer.read().decode())
    assert found
    return found[1]


def test_the_page_answers_where_it_says(index_dir: Path) -> None:
    with running(index_dir) as address, urlopen(f"{address}healthz", timeout=10) as answer:
        assert answer.status == 200
        assert answer.headers["Server"] == "izde"


def test_the_settings_hold_for_the_pages(index_dir: Path) -> None:
    with running(index_dir) as address, urlopen(address, timeout=10) as answer:
        assert '<h1 class="long">Эл адабияты</h1>' in answer.read().decode()


@pytest.mark.parametrize("proxy", ["127.0.0.1", "*"])
def test_a_trusted_proxy_says_what_readers_see(index_dir: Path, proxy: str) -> None:
    with running(index_dir, "2 per minute", proxy) as address:
        assert image_address(address, FORWARDED) == "https://search.example.org/static/izde.svg"
        assert [status(f"{address}search?q=a", FORWARDED) for _ in range(2)] == [200, 429]
        another = FORWARDED | {"X-Forwarded-For": "203.0.113.7, 203.0.113.8"}
        assert status(f"{address}search?q=a", another) == 200


@pytest.mark.parametrize("proxy", ["", "192.0.2.1"])
def test_others_are_not_believed(index_dir: Path, proxy: str) -> None:
    with running(index_dir, "2 per minute", proxy) as address:
        assert image_address(address, FORWARDED) == f"{address}static/izde.svg"
        others = [FORWARDED | {"X-Forwarded-For": f"203.0.113.{number}"} for number in (1, 2)]
        assert [status(f"{address}search?q=a", headers) for headers in others] == [200, 429]


def test_a_port_in_use_is_told(index_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerProblem, match=f"127.0.0.1:{port} is in use by another program; choose another"):
            serve(Settings(index=index_dir, port=port))


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("no.such.host.invalid", 8000, "cannot listen at no.such.host.invalid:8000 .* check --host and --port"),
        ("127.0.0.1", 99999, "port 99999 does not exist; choose one from 0 to 65535 with --port"),
    ],
)
def test_an_impossible_address_is_told(index_dir: Path, host: str, port: int, reason: str) -> None:
    with pytest.raises(ServerProblem, match=reason):
        serve(Settings(index=index_dir, host=host, port=port))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/"),
        ("0.0.0.0", "http://localhost:80/"),
        ("::1", "http://[::1]:80/"),
    ],
)
def test_the_address_can_be_opened(host: str, expected: str) -> None:
    assert address(host, 80) == expected
