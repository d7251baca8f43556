"""What /metrics says, and to whom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.build import build
from search.encoder import Encoder
from search.settings import SettingError
from search.storage import current_generation
from tests.webapp.test_server import FORWARDED, running, status
from webapp import create_app


def client_of(index: Path, rate_limit: str = "off", metrics: str = "private") -> FlaskClient:
    return create_app({"INDEX": index, "RATE_LIMIT": rate_limit, "METRICS": metrics}).test_client()


def figures(client: FlaskClient) -> dict[str, float]:
    """The figures by name and labels."""
    answer = client.get("/metrics")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    lines = [line for line in answer.get_data(as_text=True).splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_requests_are_counted_by_endpoint_and_status(index_dir: Path) -> None:
    client = client_of(index_dir)
    for address in ("/api/v1/search?q=water", "/api/v1/search?q=water", "/api/v1/search?limit=x", "/none", "/healthz"):
        client.get(address)
    found = figures(client)
    assert {name: value for name, value in found.items() if name.startswith("izde_requests_total")} == {
        'izde_requests_total{endpoint="api.search",status="200"}': 2,
        'izde_requests_total{endpoint="api.search",status="400"}': 1,
        'izde_requests_total{endpoint="none",status="404"}': 1,
        'izde_requests_total{endpoint="api.health",status="200"}': 1,
    }
    assert found['izde_request_seconds_count{endpoint="api.search"}'] == 3
    assert found['izde_request_seconds_bucket{endpoint="api.search",le="+Inf"}'] == 3
    # The one that asks.
    assert found["izde_open_requests"] == 1
    assert 10e6 < found["process_resident_memory_bytes"] < 10e9


def test_what_was_asked_is_not_told(index_dir: Path) -> None:
    client = client_of(index_dir)
    for address in ("/search?q=secretquery", "/articles/secretid", "/secretpath", "/api/v1/search?q=a&key=secretkey"):
        client.get(address)
    assert "secret" not in client.get("/metrics").get_data(as_text=True)


def test_refusals_are_counted_and_the_figures_are_never_refused(index_dir: Path) -> None:
    client = client_of(index_dir, "1 per minute")
    assert [client.get("/api/v1/search?q=water").status_code for _ in range(3)] == [200, 429, 429]
    assert [figures(client)["izde_rate_limited_total"] for _ in range(3)] == [2, 2, 2]


def test_the_index_describes_itself(tmp_path: Path, encoder: Encoder) -> None:
    client = client_of(tmp_path / "index")
    assert figures(client)["izde_index_up"] == 0
    (tmp_path / "a.txt").write_text("Migrants send money to their families.", "utf-8")
    build([tmp_path / "a.txt"], tmp_path / "index", encoder)
    found = figures(client)
    (info,) = (name for name in found if name.startswith("izde_index_info"))
    assert re.search(r'generation="([^"]+)"', info)[1] == current_generation(tmp_path / "index")  # type: ignore[index]
    names = ("up", "articles", "passages", "words", "segments")
    assert [found[f"izde_index_{name}"] for name in names] == [1, 1, 1, 6, 1]
    assert found["izde_index_created_timestamp_seconds"] > 1.7e9


@pytest.mark.parametrize(
    ("audience", "address", "expected"),
    [
        ("private", "127.0.0.1", 200),
        ("private", "::1", 200),
        ("private", "10.1.2.3", 200),
        ("private", "172.31.0.1", 200),
        ("private", "192.168.1.1", 200),
        ("private", "::ffff:192.168.1.1", 200),
        ("private", "fd00::1", 200),
        ("private", "172.32.0.1", 404),
        ("private", "203.0.113.7", 404),
        ("private", "2001:db8::1", 404),
        ("private", "::ffff:203.0.113.7", 404),
        ("private", "nonsense", 404),
        ("all", "203.0.113.7", 200),
        ("off", "127.0.0.1", 404),
    ],
)
def test_who_may_read_them(index_dir: Path, audience: str, address: str, expected: int) -> None:
    client = client_of(index_dir, metrics=audience)
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == expected


def test_the_reader_behind_a_proxy_is_who_counts(index_dir: Path) -> None:
    colleague = FORWARDED | {"X-Forwarded-For": "10.0.0.8"}
    pretender = FORWARDED | {"X-Forwarded-For": "127.0.0.1, 203.0.113.7"}
    with running(index_dir, trusted_proxy="127.0.0.1") as address:
        asked = [status(f"{address}metrics", headers) for headers in ({}, colleague, FORWARDED, pretender)]
    assert asked == [200, 200, 404, 404]


def test_behind_a_proxy_that_is_not_trusted_everybody_is_a_stranger(index_dir: Path) -> None:
    hidden = [
        {"X-Forwarded-For": "10.0.0.8"},
        {"Via": "1.1 proxy"},
        {"X-Real-IP": "10.0.0.8"},
        {"Forwarded": "for=::1"},
    ]
    with running(index_dir) as address:
        assert [status(f"{address}metrics", headers) for headers in ({}, *hidden)] == [200, 404, 404, 404, 404]


def test_an_unknown_audience_is_told(index_dir: Path) -> None:
    with pytest.raises(SettingError, match="IZDE_METRICS is 'everybody'; write one of off, private, all"):
        client_of(index_dir, metrics="everybody")
