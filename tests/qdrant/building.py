"""Indexes that tests build into a cluster, and what is in them."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from indexer.build import Summary
from indexer.qdrant import generations
from indexer.qdrant.run import Options, build
from search.backends.address import QdrantAddress
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.files import ClusterManifest, Files
from search.backends.qdrant.schema import articles_of, files_of
from search.backends.qdrant.verification import problems
from search.settings import Settings
from tests.qdrant.nodes import Node

ROOT = Path(__file__).resolve().parents[2]

#: What the articles of most tests say, by their ids.
TEXTS = {
    "water": "Сырдария суы егін суаруға қажет. Су қоймасы бар.",
    "money": "Migrants send money home to their families.",
    "river": "Река приносит воду на поля. Воды не хватает летом.",
    "labour": "Мигранттар чет өлкөдө иштешет.",
    "energy": "Energy trade between the republics grows every year.",
    "drugs": "Борьба с наркотиками требует сотрудничества.",
    "canal": "Каналдар эгин талааларына суу жеткирет.",
    "treaty": "Келісім екі мемлекеттің ынтымақтастығын нығайтады.",
}


class Index:
    """An index in a cluster under a name of its own."""

    def __init__(self, *nodes: Node, key: str | None = None) -> None:
        hosts = tuple(f"{node.host}:{node.ports.http}" for node in nodes)
        self.address = QdrantAddress(hosts, f"test-{uuid.uuid4().hex[:12]}")
        self.settings = Settings(qdrant_key=key)

    def build(self, *sources: Path, **options: Any) -> Summary:
        """A build in this process, or in processes or workers that are asked for."""
        given = {"processes": 0, "settings": self.settings, **options}
        return build(sources, self.address, None, Options(**given))

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        with closing(Connection.open(self.address, self.settings, 30)) as connection:
            yield connection

    @property
    def generation(self) -> str:
        """The generation in use."""
        with self.connection() as connection:
            found = generations.current(connection, self.address.collection)
        assert found
        return found

    @property
    def generations(self) -> list[str]:
        with self.connection() as connection:
            return generations.generations(connection, self.address.collection)

    @property
    def manifest(self) -> ClusterManifest:
        with self.connection() as connection:
            return Files(connection, self.generation).manifest()

    @property
    def problems(self) -> list[str]:
        """What verification finds."""
        with self.connection() as connection:
            return problems(connection, self.generation)

    @property
    def texts(self) -> dict[str, str]:
        """The text of each article, by its passages."""
        found: dict[str, list[tuple[int, str]]] = {}
        for each in self.points(self.generation):
            found.setdefault(each["article"], []).append((each["ordinal"], each["text"]))
        return {article: " ".join(text for _, text in sorted(parts)) for article, parts in found.items()}

    def points(self, place: str) -> list[dict[str, Any]]:
        """The payloads of a collection."""
        with self.connection() as connection:
            found, after = connection.read(partial(_scrolled, place))
        assert after is None
        return [record.payload for record in found]

    def everything(self) -> str:
        """All payloads of all collections of the index."""
        places = [name for each in self.generations for name in (each, articles_of(each), files_of(each))] + [
            f"{self.address.collection}-lease"
        ]
        return "\n".join(repr(payload) for place in places for payload in self.points(place))


def _scrolled(place: str, client: Any) -> Any:
    return client.scroll(place, limit=10_000, with_payload=True)


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    """A folder of articles, each in a file."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(f"{text}\n", "utf-8")
    return folder


def python(program: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A process that runs a program, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
