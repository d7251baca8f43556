"""Real Qdrant servers, each started when the first test asks for it; where there is none, the test is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.qdrant import binary
from tests.qdrant.nodes import Cluster, Node
from tests.qdrant.partition import NoNamespaces, Partition, partition


@pytest.fixture(scope="session")
def qdrant_binary() -> Path:
    """The path of the server."""
    try:
        return binary.qdrant_binary()
    except binary.NoServer as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def qdrant_node(qdrant_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """One server for all tests. Leave it running, and use a collection of your own."""
    with Node(qdrant_binary, tmp_path_factory.mktemp("qdrant_node")) as node:
        yield node


@pytest.fixture(scope="session")
def qdrant_cluster(qdrant_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three servers for all tests. Leave all of them running, and use a collection of your own."""
    with Cluster(qdrant_binary, tmp_path_factory.mktemp("qdrant_cluster")) as cluster:
        yield cluster


@pytest.fixture
def qdrant_partition(qdrant_binary: Path, tmp_path: Path) -> Iterator[Partition]:
    """Three servers for one test, any two of which can be cut off from each other."""
    with ExitStack() as stack:
        try:
            cut_off = stack.enter_context(partition(qdrant_binary, tmp_path))
        except NoNamespaces as reason:
            pytest.skip(str(reason))
        yield cut_off
