"""Tests of `search.backends.address`: what an index may be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.backends import store
from search.backends.address import BadAddress, QdrantAddress, location
from search.backends.embedded import EmbeddedStore
from search.errors import UserError
from search.settings import SettingError, Settings


@pytest.mark.parametrize("text", ["index_data/index", "/srv/index", ".", "qdrant", "C:\\index", "a:6333/izde"])
def test_what_has_no_scheme_is_a_directory(text: str) -> None:
    assert location(text) == Path(text)
    assert isinstance(store(text), EmbeddedStore)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("qdrant://db/izde", QdrantAddress(("db:6333",), "izde")),
        ("qdrant://db/izde/", QdrantAddress(("db:6333",), "izde")),
        ("qdrant://db:7000/izde", QdrantAddress(("db:7000",), "izde")),
        ("qdrant://10.0.0.7:1/a", QdrantAddress(("10.0.0.7:1",), "a")),
        ("qdrant://db-1.example.org:65535/a", QdrantAddress(("db-1.example.org:65535",), "a")),
        ("qdrant://one,two:7000,three/a", QdrantAddress(("one:6333", "two:7000", "three:6333"), "a")),
        ("qdrant://[::1]/a", QdrantAddress(("[::1]:6333",), "a")),
        ("qdrant://[fe80::1]:7000,db/a", QdrantAddress(("[fe80::1]:7000", "db:6333"), "a")),
        ("qdrants://db/izde", QdrantAddress(("db:6333",), "izde", is_encrypted=True)),
        ("qdrant://db/_a.B-9", QdrantAddress(("db:6333",), "_a.B-9")),
        (f"qdrant://db/{'a' * 100}", QdrantAddress(("db:6333",), "a" * 100)),
    ],
)
def test_what_has_one_is_a_collection_of_a_cluster(text: str, expected: QdrantAddress) -> None:
    assert location(text) == expected


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("qdrant://db/izde", "qdrant://db:6333/izde"),
        ("qdrants://one,[::1]:7000/a/", "qdrants://one:6333,[::1]:7000/a"),
    ],
)
def test_an_address_reads_as_it_is_written(text: str, full: str) -> None:
    assert str(location(text)) == full
    assert location(full) == location(text)
    assert location(location(text)) == location(text)


def test_the_nodes_are_reached_over_http_or_with_tls() -> None:
    assert QdrantAddress(("one:6333", "[::1]:7"), "a").urls == ["http://one:6333", "http://[::1]:7"]
    assert QdrantAddress(("one:6333",), "a", is_encrypted=True).urls == ["https://one:6333"]


@pytest.mark.parametrize(
    "text",
    [
        "http://db:6333/izde",
        "file:///srv/index",
        "QDRANT://db/izde",
        "qdrant://db",
        "qdrant://db/",
        "qdrant:///izde",
        "qdrant://db:/izde",
        "qdrant://db:x/izde",
        "qdrant://db:0/izde",
        "qdrant://db:65536/izde",
        "qdrant://db:123456/izde",
        "qdrant://one,/izde",
        "qdrant://one,,two/izde",
        "qdrant://one two/izde",
        "qdrant://::1/izde",
        "qdrant://[::1/izde",
        "qdrant://db/-izde",
        "qdrant://db/.",
        "qdrant://db/..",
        "qdrant://db/a/b",
        "qdrant://db/a b",
        "qdrant://db/коллекция",
        f"qdrant://db/{'a' * 101}",
        "qdrant://db/izde\n",
    ],
)
def test_what_cannot_be_right_is_refused(text: str) -> None:
    with pytest.raises(BadAddress, match=r"write qdrant://HOST:PORT/COLLECTION|is a directory or qdrant://"):
        location(text)
    with pytest.raises(UserError):
        store(text)


@pytest.mark.parametrize(
    "text",
    [
        "qdrant://:secret@db/izde",
        "qdrant://user:secret@db:6333/izde",
        "qdrants://one,user:secret@two/izde",
        "qdrant://db/izde?api_key=secret",
        "qdrant://db/izde#secret",
        "qdrant://db:secret/izde",
        "https://user:secret@db/izde",
    ],
)
def test_an_address_with_a_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(BadAddress) as raised:
        location(text)
    assert "secret" not in str(raised.value)
    with pytest.raises(SettingError) as raised_by_setting:
        Settings.from_environment({"IZDE_INDEX": text})
    assert str(raised_by_setting.value).startswith("IZDE_INDEX: ")
    assert "secret" not in str(raised_by_setting.value)


def test_a_key_before_the_host_belongs_into_the_environment() -> None:
    with pytest.raises(BadAddress, match="holds no key, which would be seen in logs; set IZDE_QDRANT_KEY"):
        location("qdrant://key@db/izde")
