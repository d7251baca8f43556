"""Tests of `search.settings`: defaults and the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.settings import SettingError, Settings


def test_defaults_hold_where_the_environment_says_nothing() -> None:
    assert Settings.from_environment({}) == Settings(
        index=Path("index_data/index"),
        model=None,
        host="127.0.0.1",
        port=8000,
        threads=4,
        rate_limit="300 per minute",
        prune_after=60.0,
    )


def test_an_empty_variable_says_nothing() -> None:
    names = ("INDEX", "MODEL", "HOST", "PORT", "THREADS", "RATE_LIMIT", "PRUNE_AFTER")
    assert Settings.from_environment({f"IZDE_{name}": "" for name in names}) == Settings()


def test_every_setting_has_a_variable() -> None:
    environment = {
        "IZDE_INDEX": "/srv/index",
        "IZDE_GLOSSARY": "/srv/glossary.tsv",
        "IZDE_MODEL": "intfloat/multilingual-e5-small",
        "IZDE_HOST": "0.0.0.0",
        "IZDE_PORT": "80",
        "IZDE_THREADS": "8",
        "IZDE_RATE_LIMIT": "off",
        "IZDE_PRUNE_AFTER": "0.5",
    }
    assert Settings.from_environment(environment) == Settings(
        Path("/srv/index"), Path("/srv/glossary.tsv"), "intfloat/multilingual-e5-small", "0.0.0.0", 80, 8, "off", 0.5
    )


def test_the_file_of_keys_is_named() -> None:
    assert Settings.from_environment({"IZDE_KEYS": "/srv/keys.toml"}).keys == Path("/srv/keys.toml")
    assert Settings.from_environment({"IZDE_KEYS": ""}).keys is None


def test_origins_stand_between_commas() -> None:
    environment = {"IZDE_ORIGINS": "https://Journal.example.org, http://127.0.0.1:8080 ,*,"}
    expected = ("https://journal.example.org", "http://127.0.0.1:8080", "*")
    assert Settings.from_environment(environment).origins == expected


def test_a_collection_has_a_name_and_a_logo() -> None:
    settings = Settings.from_environment({"IZDE_NAME": " Вестник\tправа ", "IZDE_LOGO": "/srv/logo.svg"})
    assert (settings.name, settings.logo) == ("Вестник права", Path("/srv/logo.svg"))


@pytest.mark.parametrize(
    ("value", "expected"), [("127.0.0.1", "127.0.0.1"), ("::0001", "::1"), (" * ", "*"), ("", None)]
)
def test_a_trusted_proxy_is_an_address(value: str, expected: str | None) -> None:
    assert Settings.from_environment({"IZDE_TRUSTED_PROXY": value}).trusted_proxy == expected


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "IZDE_ORIGINS",
            "https://journal.example.org/",
            "IZDE_ORIGINS names 'https://journal.example.org/'; "
            'write origins like "https://journal.example.org", or "*"',
        ),
        (
            "IZDE_ORIGINS",
            "a.example",
            'IZDE_ORIGINS names \'a.example\'; write origins like "https://journal.example.org", or "*"',
        ),
        (
            "IZDE_TRUSTED_PROXY",
            "nginx",
            'IZDE_TRUSTED_PROXY is \'nginx\'; write the IP address of the proxy, like "127.0.0.1", or "*"',
        ),
        (
            "IZDE_NAME",
            "n" * 101,
            f"IZDE_NAME is '{'n' * 101}'; write a name of 100 characters at most, in one line",
        ),
        ("IZDE_PORT", "http", "IZDE_PORT is 'http', which is not a whole number from 0 on"),
        ("IZDE_PORT", "-1", "IZDE_PORT is '-1', which is not a whole number from 0 on"),
        ("IZDE_THREADS", "4.5", "IZDE_THREADS is '4.5', which is not a whole number from 1 on"),
        ("IZDE_THREADS", "0", "IZDE_THREADS is '0', which is not a whole number from 1 on"),
        ("IZDE_PRUNE_AFTER", "soon", "IZDE_PRUNE_AFTER is 'soon', which is not a number from 0 on"),
        ("IZDE_PRUNE_AFTER", "nan", "IZDE_PRUNE_AFTER is 'nan', which is not a number from 0 on"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingError) as problem:
        Settings.from_environment({name: value})
    assert str(problem.value) == message


def test_the_address_of_the_originals_has_a_place_for_the_id() -> None:
    address = "https://files.example.org/articles/{id}.pdf"
    assert Settings.from_environment({"IZDE_ORIGINALS": address}).originals == address
    assert Settings.from_environment({"IZDE_ORIGINALS": " "}).originals is None


@pytest.mark.parametrize(
    "value",
    ["https://files.example.org/", "/srv/{id}", "javascript:{id}//", "https://{id}.example.org/", "https://a/ {id}"],
)
def test_an_address_of_originals_that_leads_nowhere_is_refused(value: str) -> None:
    with pytest.raises(SettingError, match=r"IZDE_ORIGINALS is .*; write an address like"):
        Settings.from_environment({"IZDE_ORIGINALS": value})
