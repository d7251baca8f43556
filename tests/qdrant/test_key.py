"""The key of a cluster: a wrong one is told, and no key is ever written down."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index_errors import IndexProblem
from tests.qdrant.building import ROOT, TEXTS, Index, write
from tests.qdrant.nodes import Node

KEY = "d1f6a0c6b2-the-key"
WRONG = "5e0b7a9c44-wrong-one"


@pytest.fixture(scope="module")
def locked_node(qdrant_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    environment = {"QDRANT__SERVICE__API_KEY": KEY, "QDRANT__LOG_LEVEL": "DEBUG"}
    with Node(qdrant_binary, tmp_path_factory.mktemp("locked"), environment=environment) as node:
        yield node


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write(tmp_path / "articles", TEXTS)


@pytest.mark.parametrize("key", [None, WRONG])
def test_a_wrong_key_is_told(locked_node: Node, articles: Path, key: str | None) -> None:
    index = Index(locked_node, key=key)
    with pytest.raises(IndexProblem) as raised:
        index.build(articles)
    assert str(raised.value) == f"{index.address} refuses the key; set IZDE_QDRANT_KEY to one it takes"


def izde(index: Index, key: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "izde", "index", *map(str, arguments), "--index", str(index.address)],
        cwd=ROOT,
        env={**os.environ, "IZDE_QDRANT_KEY": key, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
def test_the_key_is_nowhere(locked_node: Node, articles: Path) -> None:
    index = Index(locked_node, key=KEY)
    done = izde(index, KEY, articles, "--json", "--processes", "2")
    assert done.returncode == 0, done.stderr
    refused = izde(index, WRONG, articles)
    assert refused.returncode == 2
    told = f"izde: {index.address} refuses the key; set IZDE_QDRANT_KEY to one it takes"
    assert refused.stderr.splitlines()[-1] == told
    everything = index.everything()
    assert "water" in everything
    for text in (done.stdout, done.stderr, everything, locked_node.log.read_text("utf-8", "replace")):
        assert KEY not in text
        assert WRONG not in text
    assert KEY not in repr(index.settings)
