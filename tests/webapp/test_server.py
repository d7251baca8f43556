"""The server as a process: where it listens, and what it says."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from search.settings import Settings
from webapp.server import ServerProblem, address, serve

PROGRAM = """
import sys
from pathlib import Path
from search.settings import Settings
from webapp.server import serve
serve(Settings(index=Path(sys.argv[1]), port=0, rate_limit="off"))
"""


def test_the_page_answers_where_it_says(index_dir: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(index_dir)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            found = re.fullmatch(r"Izde is ready at (http://127\.0\.0\.1:\d+/) \(Ctrl\+C stops it\)\n", said)
            assert found, said
            with urlopen(f"{found[1]}healthz", timeout=10) as answer:
                assert answer.status == 200
                assert answer.headers["Server"] == "izde"
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=10) == 0


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
