"""Tests of `search.backends.qdrant.batch`: passages of a cluster say what they say in an index on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qdrant_client import models

from search.backends.embedded import EmbeddedBackend
from search.backends.qdrant.backend import QdrantBackend
from search.backends.qdrant.batch import Batch, BatchPostings, WordRows
from search.backends.qdrant.schema import RANKED, packed_vector, packed_words, word_checksum
from search.backends.qdrant.vocabulary import UNKNOWN, WordNumbers
from search.encoder import Encoder
from search.keyindex import KeyIndex
from search.storage import current_generation, generation_path
from tests.search.backends.both import Both
from tests.search.backends.local_cluster import LocalCluster, write


def backend_of(both: Both) -> QdrantBackend:
    backend = both.cluster.store.newest(lambda backend: backend)
    assert isinstance(backend, QdrantBackend)
    return backend


def numbers_of(both: Both) -> WordNumbers:
    """The numbers of the words of its only segment."""
    (segment,) = both.cluster.files().manifest().segments
    return WordNumbers([both.cluster.files().copied(segment.name, segment.files, both.cluster.cache)], [0])


def points_of(both: Both) -> list[models.Record]:
    return both.cluster.client.scroll("izde-1", limit=100, with_payload=list(RANKED))[0]


@pytest.mark.parametrize("fixture", ["articles", "passages", "rivers"])
def test_keys_say_in_a_batch_what_they_say_on_disk(fixture: str, request: pytest.FixtureRequest) -> None:
    both: Both = request.getfixturevalue(fixture)
    path = both.cluster.cache.parent / "index"
    on_disk = KeyIndex([generation_path(path, current_generation(path))])
    backend = backend_of(both)
    batch = Batch.of(reversed(points_of(both)), numbers_of(both))
    keys = [on_disk.key(number) for number in range(len(on_disk._names))]
    postings = BatchPostings(batch, keys, backend.keys, backend.words, backend.mean_length)
    assert len(keys) > 20
    for key in keys:
        expected, found = on_disk.postings(key), postings(key)
        assert found.passages.tolist() == expected.passages.tolist(), key
        assert found.impacts.tolist() == expected.impacts.tolist(), key


def test_the_facts_of_passages(passages: Both) -> None:
    batch = Batch.of(points_of(passages), numbers_of(passages))
    assert len(batch) == 4
    assert batch.article_ids == ["crime", "lakes", "rivers", "мой файл"]
    assert batch.articles.tolist() == [0, 1, 2, 3]
    assert batch.languages.tolist() == [2, 3, 3, 2]
    assert batch.years.tolist() == [2015, 2010, 2005, -1]
    assert batch.references.tolist() == [False] * 4
    assert batch.lengths.tolist() == [4, 10, 7, 5]
    assert batch.vectors[0].shape == (4, 512)


def test_the_words_of_a_batch_are_those_on_disk(articles: Both) -> None:
    on_disk = articles.on_disk._backend
    assert isinstance(on_disk, EmbeddedBackend)
    backend, batch = backend_of(articles), Batch.of(points_of(articles), numbers_of(articles))
    found, expected = batch.words.take(np.arange(4)), on_disk.order.take(np.arange(4))
    assert found[1].tolist() == expected[1].tolist()
    assert [backend.words.name(each) for each in found[0].tolist()] == [
        on_disk.words.name(each) for each in expected[0].tolist()
    ]


def test_a_batch_of_nothing(articles: Both) -> None:
    backend, batch = backend_of(articles), Batch.of([], numbers_of(articles))
    postings = BatchPostings(batch, ["a", "b"], backend.keys, backend.words, backend.mean_length)
    assert (len(batch), batch.lengths.tolist(), postings("a").passages.tolist()) == (0, [], [])


def test_words_that_are_not_known_are_left_out(passages: Both) -> None:
    numbers = numbers_of(passages)
    known, unknown = word_checksum("en:water"), word_checksum("en:xyzzy")
    rows = [[known, unknown, known], [unknown], [], [known]]
    words = WordRows.unpacked([packed_words(np.array(row, np.uint64)) for row in rows], numbers)
    water = int(numbers.of(np.array([known], np.uint64))[0])
    assert words.numbers.tolist() == [water, UNKNOWN, water, UNKNOWN, water]
    assert words.bounds.tolist() == [0, 3, 4, 4, 5]
    for chosen, expected, bounds in (
        ([0, 1, 2, 3], [water] * 3, [0, 2, 2, 2, 3]),
        ([3, 1, 0], [water] * 3, [0, 1, 1, 3]),
        ([], [], [0]),
    ):
        taken = words.take(np.array(chosen, np.int64))
        assert (taken[0].tolist(), taken[1].tolist()) == (expected, bounds)


def test_where_no_word_is_known_no_key_says_anything(passages: Both) -> None:
    strange = packed_words(np.array([word_checksum("en:xyzzy")] * 3, np.uint64))
    payload: dict[str, Any] = {
        "article": "a",
        "ordinal": 0,
        "language": "xx",
        "references": True,
        "words": strange,
        "title": strange,
        "keywords": "",
        "author": "",
        "vector": packed_vector(np.ones(512, np.int8)),
        "scale": 0.01,
    }
    backend = backend_of(passages)
    batch = Batch.of([models.Record(id=1, payload=payload)], numbers_of(passages))
    postings = BatchPostings(batch, ["water", "xyzzy"], backend.keys, backend.words, backend.mean_length)
    assert [postings(key).passages.tolist() for key in ("water", "xyzzy")] == [[], []]
    assert (batch.lengths.tolist(), batch.languages.tolist(), batch.years.tolist()) == ([3], [4], [-1])


def test_an_engine_answers_on_over_words_it_does_not_know(tmp_path: Path, encoder: Encoder) -> None:
    cluster = LocalCluster(tmp_path / "cache", encoder)
    cluster.index(write(tmp_path / "a.jsonl", [_water("Water is cold."), _money("Migrants send money.")]))
    before = cluster.engine()
    write(tmp_path / "a.jsonl", [_water("Xyzzy water plugh, cold frobnicated fields."), _money("Qwyjibo blorf.")])
    cluster.index(tmp_path / "a.jsonl", run="2")
    (hit,) = before.search("cold", mode="keyword").hits
    assert [hit.passage.text[mark.start : mark.end] for mark in hit.highlights] == ["cold"]
    # Words that are not known stand between others.
    assert [before.search(query).total for query in ('"water cold"', '"water cold"~2', '"water is"')] == [0, 1, 0]
    for query in ("xyzzy", "xyzzy plugh", "money", "qwyjibo", "title:money", "-water", "migr*", "year:2001"):
        for hit in before.search(query).hits:
            assert hit.passage.text in ("Xyzzy water plugh, cold frobnicated fields.", "Qwyjibo blorf.")
    after = cluster.engine()
    (hit,) = after.search("xyzzy", mode="keyword").hits
    assert [hit.passage.text[mark.start : mark.end] for mark in hit.highlights] == ["Xyzzy"]
    assert (before.generation, after.generation) == ("izde-1@1", "izde-1@2")


def _water(text: str) -> dict[str, Any]:
    return {"id": "water", "title": "Water", "text": text}


def _money(text: str) -> dict[str, Any]:
    return {"id": "money", "title": "Money", "text": text}
