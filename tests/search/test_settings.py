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


def test_origins_stand_between_commas() -> None:
    environment = {"IZDE_ORIGINS": "https://Journal.example.org, http://127.0.0.1:8080 ,*,"}
    expected = ("https://journal.example.org", "http://127.0.0.1:8080", "*")
    assert Settings.from_environment(environment).origins == expected


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
