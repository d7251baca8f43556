"""A generation in memory, and a real server where there is one."""

from __future__ import annotations

import pytest

from tests.indexer.qdrant.memory import Memory
from tests.qdrant.conftest import qdrant_binary, qdrant_node

__all__ = ["memory", "qdrant_binary", "qdrant_node"]


@pytest.fixture
def memory() -> Memory:
    return Memory()
