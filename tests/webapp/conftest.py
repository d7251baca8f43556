"""The application over the small index, without a rate limit, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selenium.webdriver import Chrome

from tests.webapp.chromium import started
from webapp import create_app


@pytest.fixture(scope="session")
def app(index_dir: Path) -> Flask:
    return create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "TESTING": True})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    driver = started(tmp_path_factory.mktemp("chromium"), "1280,1000")
    yield driver
    driver.quit()
