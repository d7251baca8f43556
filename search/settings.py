"""Every setting of Izde, its default, and the environment variable that changes it."""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from search.backends.address import BadAddress, Location, location
from search.errors import UserError

#: What a browser sends as Origin: scheme, host in ASCII and, where it is not the usual one, the port.
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")

#: An address on the web with a place in its path for an article's id.
_ORIGINALS = re.compile(r"https?://[^\s/{}?#]+/[^\s{}]*\{id\}[^\s{}]*")

#: Characters of a name that still fits into the heading of a page.
_LONGEST_NAME = 100


class SettingError(UserError, ValueError):
    """A setting has a value that cannot be used; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, each with its environment variable in the comment above it."""

    # IZDE_INDEX: directory of the index, or qdrant://HOST:PORT/COLLECTION.
    index: Location = Path("index_data/index")
    # IZDE_GLOSSARY: table of terms and names in four languages, used where the file exists.
    glossary: Path = Path("index_data/glossary.tsv")
    # IZDE_MODEL: folder or Hugging Face id of a sentence-transformers model; empty: the embedded one.
    model: str | None = None
    # IZDE_HOST: address `izde serve` listens at.
    host: str = "127.0.0.1"
    # IZDE_PORT: port `izde serve` listens at; 0 takes a free one.
    port: int = 8000
    # IZDE_THREADS: requests answered at the same time.
    threads: int = 4
    # IZDE_RATE_LIMIT: requests one client may make ("300 per minute"); "off" turns the limit off.
    rate_limit: str = "300 per minute"
    # IZDE_PRUNE_AFTER: seconds a replaced generation of the index is kept for those still reading it.
    prune_after: float = 60.0
    # IZDE_ORIGINS: origins of other sites whose pages may use the search, with commas between them; "*" for all.
    origins: tuple[str, ...] = ()
    # IZDE_NAME: what the collection is called on its pages and in feeds; 100 characters at most.
    name: str = "izde"
    # IZDE_LOGO: an SVG or PNG file of less than 200 kB, in place of the logo of the software.
    logo: Path | None = None
    # IZDE_TRUSTED_PROXY: IP address of the reverse proxy whose X-Forwarded headers are believed, or "*" for any.
    trusted_proxy: str | None = None
    # IZDE_KEYS: TOML file of public keys for the search, each with its origins and its rate limit.
    keys: Path | None = None
    # IZDE_ORIGINALS: address of the files the articles were read from, with {id} for the article's id.
    originals: str | None = None
    # IZDE_METRICS: who may read /metrics: "off" for nobody, "private" for private networks, "all".
    metrics: str = "private"
    # IZDE_LOG: a line on stderr for each request, as "text" or "json", or "off".
    log: str = "off"
    # IZDE_QUERY_TIME: seconds a query may take before it is ended.
    query_time: float = 10.0
    # IZDE_PROCESSES: processes that read files beside `izde index`; 0: one per core.
    processes: int = 0
    # IZDE_FILE_MEMORY: megabytes of memory that reading one file may take.
    file_memory: int = 4096
    # IZDE_QDRANT_KEY: API key of the Qdrant cluster.
    qdrant_key: str | None = field(default=None, repr=False)
    # IZDE_QDRANT_CA: certificates, in PEM, of the authority that signed those of the cluster; empty: the usual ones.
    qdrant_ca: Path | None = None
    # IZDE_CACHE: directory for the words of the indexes of a cluster, which can be removed at any time.
    cache: Path = Path("~/.cache/izde")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings with what the environment says; raises `SettingError` for a bad value."""
        given = os.environ if environment is None else environment
        default = cls()
        return cls(
            index=_location(given, "IZDE_INDEX", default.index),
            qdrant_key=_key(given, "IZDE_QDRANT_KEY"),
            qdrant_ca=Path(given["IZDE_QDRANT_CA"]) if given.get("IZDE_QDRANT_CA") else None,
            cache=Path(given.get("IZDE_CACHE") or default.cache),
            glossary=Path(given.get("IZDE_GLOSSARY") or default.glossary),
            model=given.get("IZDE_MODEL") or default.model,
            host=given.get("IZDE_HOST") or default.host,
            port=_integer(given, "IZDE_PORT", default.port),
            threads=_integer(given, "IZDE_THREADS", default.threads, least=1),
            rate_limit=given.get("IZDE_RATE_LIMIT") or default.rate_limit,
            prune_after=_number(given, "IZDE_PRUNE_AFTER", default.prune_after),
            query_time=_number(given, "IZDE_QUERY_TIME", default.query_time),
            processes=_integer(given, "IZDE_PROCESSES", default.processes),
            file_memory=_integer(given, "IZDE_FILE_MEMORY", default.file_memory, least=256),
            origins=_origins(given, "IZDE_ORIGINS"),
            name=_name(given, "IZDE_NAME", default.name),
            logo=Path(given["IZDE_LOGO"]) if given.get("IZDE_LOGO") else default.logo,
            trusted_proxy=_proxy(given, "IZDE_TRUSTED_PROXY"),
            keys=Path(given["IZDE_KEYS"]) if given.get("IZDE_KEYS") else default.keys,
            originals=_originals(given, "IZDE_ORIGINALS"),
            metrics=given.get("IZDE_METRICS", "").strip() or default.metrics,
            log=given.get("IZDE_LOG", "").strip() or default.log,
        )


def origin_of(text: str) -> str | None:
    """An origin as a browser sends it, such as "https://journal.example.org"; None for anything else."""
    origin = text.strip().lower()
    return origin if _ORIGIN.fullmatch(origin) else None


def _integer(given: Mapping[str, str], name: str, default: int, least: int = 0) -> int:
    try:
        value = int(given.get(name) or default)
    except ValueError:
        value = least - 1
    if value < least:
        raise SettingError(f"{name} is {given[name]!r}, which is not a whole number from {least} on")
    return value


def _number(given: Mapping[str, str], name: str, default: float) -> float:
    try:
        value = float(given.get(name) or default)
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        raise SettingError(f"{name} is {given[name]!r}, which is not a number from 0 on")
    return value


def _origins(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    origins = tuple(each.strip().lower() for each in given.get(name, "").split(",") if each.strip())
    for origin in origins:
        if origin != "*" and origin_of(origin) is None:
            raise SettingError(f'{name} names {origin!r}; write origins like "https://journal.example.org", or "*"')
    return origins


def _location(given: Mapping[str, str], name: str, default: Location) -> Location:
    try:
        return location(given.get(name) or default)
    except BadAddress as error:
        raise SettingError(f"{name}: {error}") from None


def _key(given: Mapping[str, str], name: str) -> str | None:
    value = given.get(name, "").strip()
    if not (value.isascii() and value.isprintable()):
        # Without the key, which would be seen in logs.
        raise SettingError(f"{name} has characters that no key has; write one line of letters, digits and signs")
    return value or None


def _originals(given: Mapping[str, str], name: str) -> str | None:
    value = given.get(name, "").strip()
    if value and not _ORIGINALS.fullmatch(value):
        raise SettingError(f'{name} is {value!r}; write an address like "https://files.example.org/{{id}}.pdf"')
    return value or None


def _name(given: Mapping[str, str], name: str, default: str) -> str:
    value = " ".join(given.get(name, "").split()) or default
    if len(value) > _LONGEST_NAME or not value.isprintable():
        raise SettingError(f"{name} is {value!r}; write a name of {_LONGEST_NAME} characters at most, in one line")
    return value


def _proxy(given: Mapping[str, str], name: str) -> str | None:
    value = given.get(name, "").strip()
    if value in ("", "*"):
        return value or None
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise SettingError(
            f'{name} is {value!r}; write the IP address of the proxy, like "127.0.0.1", or "*"'
        ) from None
