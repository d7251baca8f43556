"""The application over the small index, without a rate limit."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp import create_app


@pytest.fixture(scope="session")
def app(index_dir: Path) -> Flask:
    return create_app({"INDEX": index_dir, "RATE_LIMIT": "off", "TESTING": True})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
