"""Where an index is: a directory of this machine, or a collection of a Qdrant cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from search.errors import UserError

#: Port of Qdrant's HTTP interface.
PORT = 6333

_SCHEME = re.compile(r"(?P<scheme>qdrants?)://(?P<nodes>[^/]*)/(?P<collection>.*)")
_NODE = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_COLLECTION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class BadAddress(UserError, ValueError):
    """An address of an index that cannot be understood."""


@dataclass(frozen=True, slots=True)
class QdrantAddress:
    """A collection of a Qdrant cluster; `nodes` are host:port, any of which answers for all."""

    nodes: tuple[str, ...]
    collection: str
    is_encrypted: bool = False

    def __str__(self) -> str:
        return f"{'qdrants' if self.is_encrypted else 'qdrant'}://{','.join(self.nodes)}/{self.collection}"

    @property
    def urls(self) -> list[str]:
        """The address of each node's HTTP interface."""
        return [f"{'https' if self.is_encrypted else 'http'}://{node}" for node in self.nodes]


Location = Path | QdrantAddress


def location(text: str | Path | QdrantAddress) -> Location:
    """What an index is called: a path, or qdrant://HOST:PORT[,HOST:PORT...]/COLLECTION, with TLS qdrants://.

    Raises `BadAddress` for an address of a cluster that cannot be right, one with a password in it among them.
    """
    if not isinstance(text, str):
        return text
    if "://" not in text:
        return Path(text)
    found = _SCHEME.fullmatch(text.rstrip("/"))
    if found is None:
        raise BadAddress("an index is a directory or qdrant://HOST:PORT/COLLECTION; with TLS, qdrants://")
    if "@" in found["nodes"]:
        raise BadAddress("an address of an index holds no key, which would be seen in logs; set IZDE_QDRANT_KEY")
    nodes = [_NODE.fullmatch(node) for node in found["nodes"].split(",")]
    if not all(map(_is_right, nodes)) or not _COLLECTION.fullmatch(found["collection"]):
        # Without the address: what is wrong with it may be that it has a key somewhere.
        raise BadAddress("this is no address of an index; write qdrant://HOST:PORT/COLLECTION and nothing else")
    return QdrantAddress(
        tuple(f"{node['host']}:{node['port'] or PORT}" for node in nodes if node),
        found["collection"],
        found["scheme"] == "qdrants",
    )


def _is_right(node: re.Match[str] | None) -> bool:
    return node is not None and 0 < int(node["port"] or PORT) < 1 << 16
