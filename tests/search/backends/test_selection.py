"""Tests of `search.backends.qdrant.selection`: what filters select is what masks over an index on disk do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from qdrant_client import models

from search.backends.embedded import EmbeddedBackend
from search.backends.masks import MaskSelection
from search.backends.qdrant import selection as selection_module
from search.backends.qdrant.backend import QdrantBackend
from search.backends.qdrant.selection import FilterSelection, sparse
from search.backends.qdrant.vocabulary import WordNumbers
from search.catalogue import Filters
from search.conditions import Selection
from search.keys import Keys
from search.strings import checksum
from tests.search.backends.both import Both

#: The passages in the order of their numbers.
ARTICLES = ("crime", "lakes", "rivers", "мой файл")


@pytest.fixture
def filters(passages: Both) -> FilterSelection:
    cluster = passages.cluster
    backend = cluster.store.newest(lambda backend: backend)
    assert isinstance(backend, QdrantBackend)
    (segment,) = cluster.files().manifest().segments
    folder = cluster.files().copied(segment.name, segment.files, cluster.cache)
    numbers = WordNumbers([folder], backend.words.firsts)
    return FilterSelection(cluster.connection, "izde-1", backend.keys, backend.words, numbers)


def selected(passages: Both, chosen: models.Filter) -> list[str]:
    """The articles of the passages that a filter selects."""
    records, _ = passages.cluster.client.scroll("izde-1", chosen, limit=100)
    return sorted((record.payload or {})["article"] for record in records)


def test_everything_and_nothing(passages: Both, filters: FilterSelection) -> None:
    every, none = filters.every(), filters.none()
    assert selected(passages, every) == list(ARTICLES)
    assert selected(passages, none) == []
    assert selected(passages, filters.but(every)) == []
    assert selected(passages, filters.but(none)) == list(ARTICLES)
    assert selected(passages, filters.but(filters.but(none))) == []
    assert selected(passages, filters.all_of([every, none])) == []
    assert selected(passages, filters.any_of([every, none])) == list(ARTICLES)
    assert selected(passages, filters.any_of([none])) == []
    assert selected(passages, filters.holding("text", [])) == []
    assert selected(passages, filters.found_by([])) == []
    assert selected(passages, filters.found_by(["никакого"])) == []
    assert selected(passages, filters.passing(Filters())) == list(ARTICLES)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filters(languages=("ru",)), ["crime", "мой файл"]),
        (Filters(languages=("en", "ky")), ["lakes", "rivers"]),
        (Filters(languages=("xx",)), []),
        (Filters(year_from=2010), ["crime", "lakes"]),
        (Filters(year_to=2010), ["lakes", "rivers"]),
        (Filters(year_from=0, year_to=9999), ["crime", "lakes", "rivers"]),
        (Filters(year_from=2010, year_to=2010), ["lakes"]),
        (Filters(year_from=2011, year_to=2010), []),
        (Filters(author="ОРЛОВА Н.В."), ["crime"]),
        (Filters(author="Орлова"), []),
        (Filters(article="мой файл"), ["мой файл"]),
        (Filters(article="none"), []),
        (Filters(languages=("en",), year_from=2006), ["lakes"]),
        (Filters(languages=("ru",), author="orlova n."), []),
    ],
)
def test_filters(passages: Both, filters: FilterSelection, wanted: Filters, expected: list[str]) -> None:
    assert selected(passages, filters.passing(wanted)) == expected


def test_words_in_any_field_are_found(passages: Both, filters: FilterSelection) -> None:
    assert selected(passages, filters.found_by(["water"])) == ["lakes", "rivers"]
    assert selected(passages, filters.found_by(["water", "закон"])) == list(ARTICLES)
    assert selected(passages, filters.found_by(["whitcombe"])) == ["rivers"]
    assert selected(passages, filters.found_by(["fishing"])) == ["lakes"]
    assert selected(passages, filters.found_by(["asia"])) == ["rivers"]


Ask = Callable[[Selection[object], Callable[[str], list[int]]], object]


@pytest.mark.parametrize(
    "ask",
    [
        *(
            lambda s, n, field=field, word=word: s.holding(field, n(word))
            for field in ("text", "title", "keywords", "author")
            for word in ("water", "=water", "river", "lake", "закон", "орлова", "asia", "none")
        ),
        lambda s, n: s.holding("text", [*n("cold"), *n("asia"), *n("торговля")]),
        lambda s, n: s.in_a_row("text", [n("river"), n("bring")], 1),
        lambda s, n: s.in_a_row("text", [n("bring"), n("field")], 3),
        lambda s, n: s.in_a_row("text", [n("bring"), n("field")], 4),
        lambda s, n: s.in_a_row("text", [n("field"), n("bring")], 9),
        lambda s, n: s.in_a_row("text", [n("water")], 1),
        lambda s, n: s.in_a_row("text", [n("water"), []], 1),
        lambda s, n: s.in_a_row("text", [[], []], 1),
        lambda s, n: s.in_a_row("text", [[*n("торговля"), *n("river")], [*n("человек"), *n("bring")]], 1),
        lambda s, n: s.in_a_row("title", [n("river"), n("=of"), n("asia")], 1),
        lambda s, n: s.in_a_row("title", [n("asia"), n("river")], 1),
        lambda s, n: s.in_a_row("author", [n("орлова"), n("=н")], 1),
        lambda s, n: s.but(s.in_a_row("text", [n("river"), n("bring")], 1)),
    ],
)
def test_words_select_what_they_do_on_disk(passages: Both, filters: FilterSelection, ask: Ask) -> None:
    on_disk = passages.on_disk._backend
    assert isinstance(on_disk, EmbeddedBackend)
    masks: MaskSelection = on_disk._selection
    found = ask(filters, _numbers(filters._keys))
    expected = ask(masks, _numbers(on_disk.keys))
    assert isinstance(found, models.Filter)
    assert selected(passages, found) == [ARTICLES[place] for place in np.flatnonzero(expected)]


def test_of_very_many_passages_those_that_hold_a_phrase_best_are_looked_through(
    rivers: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, query = rivers.in_cluster, '"brings water to fields"'
    assert engine.search(query).total == 9
    monkeypatch.setattr(selection_module, "MOST_VERIFIED", 4)
    found = engine.search(query)
    assert (found.total, len(found.hits)) == (4, 4)
    # What is not looked through does not hold the phrase, and neither does its negation know of it.
    assert engine.search(f"-{query}").total == 5
    monkeypatch.setattr(selection_module, "MOST_VERIFIED", 1)
    assert [hit.passage.text for hit in engine.search('"river short1 brings"').hits] == [
        "The river short0 brings water to fields. The river short1 brings water to fields."
    ]


def test_weights_of_keys_are_under_their_checksums(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = sparse({"a": 1.0, "b": 2.0})
    assert dict(zip(weights.indices, weights.values, strict=True)) == {checksum("a"): 1.0, checksum("b"): 2.0}
    # Those of keys with the same checksum add up.
    monkeypatch.setattr(selection_module, "checksum", lambda key: len(key))
    weights = sparse({"a": 1.0, "bb": 2.0, "c": 4.0})
    assert (weights.indices, weights.values) == ([1, 2], [5.0, 2.0])


def _numbers(keys: Keys) -> Callable[[str], list[int]]:
    def numbers(word: str) -> list[int]:
        found: Sequence[int] = keys.numbers(word)
        return list(found)

    return numbers
