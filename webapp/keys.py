"""Public keys: each lets the pages of named origins search, at a rate limit of its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app, g, request
from werkzeug.datastructures import ImmutableMultiDict, WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from search.settings import SettingError, origin_of
from webapp.messages import gettext
from webapp.rates import readable_rate

#: What a key is good for; elsewhere the parameter says nothing.
_ENDPOINTS = ("api.search", "api.suggest", "api.article", "similar.for_programs", "embed.frame", "oembed.rich")

_PARAMETER = "key"
_FIELDS = ("key", "origins", "rate_limit")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,}")
_MAKE = "python -c 'import secrets; print(secrets.token_urlsafe(24))'"


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its name in the file; `rate_limit` is like "120 per minute", or empty for none."""

    name: str
    key: str = field(repr=False)
    origins: tuple[str, ...]
    rate_limit: str


class KeyUnknown(Unauthorized):
    """The request has a key that is not in the file: answered with status 401."""

    parameter = _PARAMETER

    def __init__(self) -> None:
        # RFC 9110, 15.5.2 wants a challenge; browsers ask nobody for a password in a scheme they do not know.
        super().__init__(gettext("This key is not known here."), www_authenticate=WWWAuthenticate("Key"))


class KeyOfOthers(Forbidden):
    """The request comes from a page that its key is not for: answered with status 403."""

    parameter = _PARAMETER

    def __init__(self) -> None:
        super().__init__(gettext("This key is not for the site that the request comes from."))


def install(app: Flask) -> None:
    """Refuse what comes with a key not in the file `config["KEYS"]`, or from an origin that is not the key's.

    Raises `SettingError` for a file that cannot be used.
    """
    file = app.config["KEYS"]
    app.extensions["izde.keys"] = {each.key: each for each in read_keys(Path(file))} if file else {}
    app.before_request(_check)


def key_of_request() -> Key | None:
    """The key that this request came with; None without one, with an unknown one, and where keys say nothing."""
    return cast("Key | None", g.get("key"))


def read_keys(file: Path) -> tuple[Key, ...]:
    """The keys of a TOML file, in its order; raises `SettingError`, naming the file, the table and what to write."""
    keys: dict[str, Key] = {}
    for name, table in _tables(file).items():
        read = _read(name, table, f"{file}: [{name}]")
        if read.key in keys:
            raise SettingError(f"{file}: [{name}] has the key of [{keys[read.key].name}]; make another with {_MAKE}")
        keys[read.key] = read
    return tuple(keys.values())


def _check() -> None:
    given = _taken()
    if not given or request.endpoint not in _ENDPOINTS:
        return
    known: Mapping[str, Key] = current_app.extensions["izde.keys"]
    if given not in known:
        raise KeyUnknown
    g.key = known[given]
    origin = request.headers.get("Origin")
    if origin is not None and origin not in known[given].origins:
        raise KeyOfOthers


def _taken() -> str:
    """The key as given, taken out of the parameters so that no link made of them has it."""
    given = request.args.get(_PARAMETER, "")
    others = [(name, value) for name, value in request.args.items(multi=True) if name != _PARAMETER]
    request.args = ImmutableMultiDict(others)
    return given


def _tables(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingError(f"IZDE_KEYS: {file} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise SettingError(f"IZDE_KEYS: {file} is not TOML in UTF-8 ({error})") from None


def _read(name: str, table: Any, place: str) -> Key:
    if not isinstance(table, dict):
        raise SettingError(f"{place} is no table; write [{name}] and below it {', '.join(_FIELDS)}")
    for unknown in table.keys() - set(_FIELDS):
        raise SettingError(f"{place} has {unknown!r}; a key has {', '.join(_FIELDS)}")
    rate = table.get("rate_limit")
    if not isinstance(rate, str):
        raise SettingError(f'{place} has no rate_limit; write one like rate_limit = "120 per minute"')
    return Key(name, _letters(table.get("key"), place), _origins(table.get("origins"), place), _rate(rate, place))


def _letters(key: Any, place: str) -> str:
    # The message leaves the key out: it may end in a log.
    if not isinstance(key, str) or _KEY.fullmatch(key) is None:
        raise SettingError(f"{place} needs a key of 16 or more of A-Z a-z 0-9 _ -; make one with {_MAKE}")
    return key


def _origins(origins: Any, place: str) -> tuple[str, ...]:
    if not isinstance(origins, list) or not origins:
        raise SettingError(f'{place} has no origins; write them like origins = ["https://journal.example.org"]')
    return tuple(_origin(each, place) for each in origins)


def _origin(text: Any, place: str) -> str:
    origin = origin_of(text) if isinstance(text, str) else None
    if origin is None:
        raise SettingError(f'{place} names the origin {text!r}; write origins like "https://journal.example.org"')
    return origin


def _rate(text: str, place: str) -> str:
    return readable_rate(text, f"{place} rate_limit")
