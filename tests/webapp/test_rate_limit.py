from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from search.settings import SettingError
from webapp import create_app


def test_a_client_over_the_limit_is_told_when_to_return(index_dir: Path) -> None:
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "2 per minute"}).test_client()
    assert [client.get("/api/v1/search?q=water").status_code for _ in range(2)] == [200, 200]

    refused = client.get("/api/v1/search?q=water")
    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert refused.json == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Please wait a little, then try again.",
    }
    assert 0 < int(refused.headers["Retry-After"]) <= 60

    page = client.get("/search?q=water&ui=ru")
    assert page.status_code == 429
    assert "Слишком много запросов" in page.get_data(as_text=True)


def test_clients_are_counted_apart(index_dir: Path) -> None:
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "1 per minute"}).test_client()
    statuses = [
        client.get("/healthz-not", environ_base={"REMOTE_ADDR": address}).status_code
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1")
    ]

    assert client.get("/", environ_base={"REMOTE_ADDR": "192.0.2.3"}).status_code == 200
    assert client.get("/", environ_base={"REMOTE_ADDR": "192.0.2.3"}).status_code == 429
    assert client.get("/", environ_base={"REMOTE_ADDR": "192.0.2.4"}).status_code == 200
    assert statuses == [404, 404, 404]


def test_health_and_static_files_are_never_refused(index_dir: Path) -> None:
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "1 per minute"}).test_client()

    assert [client.get("/healthz").status_code for _ in range(3)] == [200, 200, 200]
    assert [client.get("/static/izde.css").status_code for _ in range(3)] == [200, 200, 200]
    assert [client.get("/embed/izde.js").status_code for _ in range(3)] == [200, 200, 200]


def test_the_logo_of_a_page_counts_nothing(index_dir: Path, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "1 per minute", "LOGO": str(logo)}).test_client()
    digest = hashlib.sha256(logo.read_bytes()).hexdigest()[:16]

    assert [client.get(f"/logo/{digest}").status_code for _ in range(3)] == [200, 200, 200]
    assert client.get("/").status_code == 200


def test_off_means_off(index_dir: Path) -> None:
    client = create_app({"INDEX": index_dir, "RATE_LIMIT": "off"}).test_client()

    assert {client.get("/").status_code for _ in range(20)} == {200}


def test_an_unreadable_limit_is_told(index_dir: Path) -> None:
    with pytest.raises(SettingError, match='write it like "300 per minute", or "off"'):
        create_app({"INDEX": index_dir, "RATE_LIMIT": "many"})
