from __future__ import annotations

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("address", ["/", "/search?q=x", "/nowhere", "/api/v1/search?q=x", "/static/izde.css"])
def test_every_answer_is_protected(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"


def test_static_files_may_be_kept(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    start = page.index("/static/izde.css?v=")
    answer = client.get(page[start : page.index('"', start)])

    assert answer.status_code == 200
    assert "max-age=2592000" in answer.headers["Cache-Control"]
