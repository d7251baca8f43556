"""Indexes on disk and in Qdrant's in-process mode over the same articles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from search.encoder import Encoder
from tests.conftest import ARTICLES
from tests.search.backends.answering_node import AnsweringNode
from tests.search.backends.both import Both
from tests.search.conftest import PASSAGES

#: Sentences of seven words about rivers; ten of them make a passage.
SENTENCE = "The river {n} brings water to fields. "


@pytest.fixture
def answering() -> Iterator[AnsweringNode]:
    """A node that answers as it is told."""
    with AnsweringNode() as node:
        yield node


@pytest.fixture
def other_answering() -> Iterator[AnsweringNode]:
    """Another such node."""
    with AnsweringNode() as node:
        yield node


@pytest.fixture(scope="session")
def articles(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The articles of tests/conftest.py."""
    return Both.of(ARTICLES, encoder, tmp_path_factory.mktemp("articles"))


@pytest.fixture(scope="session")
def passages(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The four passages of tests/search/conftest.py."""
    names = ("id", "language", "year", "title", "authors", "keywords", "text")
    rows = [dict(zip(names, row, strict=True)) for row in PASSAGES]
    listed = [{**row, "authors": [row["authors"]], "keywords": [row["keywords"]]} for row in rows]
    return Both.of(listed, encoder, tmp_path_factory.mktemp("passages"))


@pytest.fixture(scope="session")
def rivers(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Two long articles and a short one, several passages each."""
    written = [
        {"id": name, "title": name, "text": "".join(SENTENCE.format(n=name + str(n)) for n in range(count))}
        for name, count in (("long", 90), ("middle", 50), ("short", 2))
    ]
    return Both.of(written, encoder, tmp_path_factory.mktemp("rivers"))
