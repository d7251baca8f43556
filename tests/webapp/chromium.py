"""Chromium driven by selenium, and applications served to it on loopback."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from werkzeug.serving import make_server

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Debian's chromium and chromium-driver to drive the pages"
)

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en",
)


def started(profile: Path, window: str, *, network_log: bool = False) -> Chrome:
    """A browser with its profile in a folder of its own; `window` is like "1280,1000".

    With `network_log` its log "performance" has the events of the network.
    """
    options = ChromeOptions()
    if network_log:
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    options.binary_location = CHROMIUM or ""
    for option in (*_OPTIONS, f"--window-size={window}", f"--user-data-dir={profile}"):
        options.add_argument(option)
    return Chrome(options=options, service=Service(DRIVER))


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of an application while it is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
