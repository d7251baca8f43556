"""How the server ends, and what it does with requests that do not arrive."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

#: A server with an address that takes its time, and then says a lot.
PROGRAM = """
import sys, time
from pathlib import Path
import webapp.server, webapp.serving
from search.settings import Settings
create = webapp.server.create_app

def create_app(config):
    app = create(config)
    @app.get("/slow/<float:seconds>")
    def slow(seconds):
        print("begun", file=sys.stderr, flush=True)
        time.sleep(seconds)
        return "x" * 5_000_000
    return app

webapp.server.create_app = create_app
webapp.serving._FINISHED_WITHIN_S = float(sys.argv[2])
webapp.serving.Serving.__init__.__defaults__ = (1.5,)
webapp.server.serve(Settings(index=Path(sys.argv[1]), port=0, rate_limit="off", threads=1))
"""


@contextmanager
def running(index: Path, finished_within: float = 10.0) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server with one thread, and its port."""
    command = [sys.executable, "-c", PROGRAM, str(index), str(finished_within)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = re.search(r":(\d+)/", server.stderr.readline())
        assert found
        try:
            yield server, int(found[1])
        finally:
            server.kill()


def ask(port: int, path: str, answers: list[int]) -> threading.Thread:
    """Ask in a thread of its own; how many bytes the answer had is added to the answers, -1 where there was none."""

    def asking() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", path)
            answers.append(len(connection.getresponse().read()))
        except (OSError, http.client.HTTPException):
            answers.append(-1)
        finally:
            connection.close()

    thread = threading.Thread(target=asking)
    thread.start()
    return thread


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_what_is_being_answered_is_finished(index_dir: Path, sign: signal.Signals) -> None:
    answers: list[int] = []
    with running(index_dir) as (server, port):
        idle = socket.create_connection(("127.0.0.1", port))
        first = ask(port, "/slow/1.0", answers)
        assert server.stderr is not None
        assert server.stderr.readline() == "begun\n"
        # One that waits for the only thread.
        second = ask(port, "/slow/0.1", answers)
        time.sleep(0.3)
        began = time.monotonic()
        server.send_signal(sign)
        time.sleep(0.6)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        first.join()
        second.join()
        assert server.wait(timeout=5) == 0
        assert time.monotonic() - began < 3
        idle.close()
    assert answers == [5_000_000, 5_000_000]


def test_what_takes_too_long_is_cut_off(index_dir: Path) -> None:
    answers: list[int] = []
    with running(index_dir, finished_within=1.0) as (server, port):
        asked = ask(port, "/slow/30.0", answers)
        assert server.stderr is not None
        assert server.stderr.readline() == "begun\n"
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=5) == 0
        assert 0.9 < time.monotonic() - began < 3
        assert server.stderr.read() == "1 requests took too long and were cut off\n"
        asked.join()
    assert answers == [-1]


def test_a_second_signal_ends_it_at_once(index_dir: Path) -> None:
    answers: list[int] = []
    with running(index_dir) as (server, port):
        asked = ask(port, "/slow/30.0", answers)
        assert server.stderr is not None
        server.stderr.readline()
        server.send_signal(signal.SIGTERM)
        # It is heeded once nobody is let in any more.
        with suppress(ConnectionRefusedError):
            while True:
                socket.create_connection(("127.0.0.1", port)).close()
                time.sleep(0.05)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=5) == -signal.SIGTERM
        asked.join()
    assert answers == [-1]


def test_a_request_that_does_not_arrive_is_dropped(index_dir: Path) -> None:
    with running(index_dir) as (_, port), socket.create_connection(("127.0.0.1", port), timeout=10) as late:
        began = time.monotonic()
        try:
            for letter in b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"x" * 60:
                late.send(bytes([letter]))
                time.sleep(0.2)
                if is_closed(late):
                    break
        except OSError:
            pass
        # Within 1.5 seconds, looked at once a second or more often.
        assert 1.4 < time.monotonic() - began < 4


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has closed the connection."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    finally:
        connection.setblocking(True)
