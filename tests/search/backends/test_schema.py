"""Tests of `search.backends.qdrant.schema`: what is packed comes out as it was, and checksums stay what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from search.backends.qdrant.schema import (
    PASSAGE_INDEXES,
    RANKED,
    articles_of,
    files_of,
    packed_vector,
    packed_words,
    passage_digest,
    point_id,
    unpacked_vectors,
    unpacked_words,
    word_checksum,
)
from tests.search.backends.both import Both

GENERATION = "izde-1"


def test_the_collections_of_a_generation() -> None:
    assert (articles_of("izde-1"), files_of("izde-1")) == ("izde-1-articles", "izde-1-files")


def test_ids_of_points_are_fixed() -> None:
    # What is written today is found by any later version.
    assert point_id("passage", "water-ky", 0) == "037cb5a0-c21f-5e15-835c-93c9a70e6c23"
    assert point_id("article", "water-ky") == "74c27ff2-1313-53d3-9b27-6b0f59eeb28a"
    assert point_id("article", "\udcff") != point_id("article", "\ufffd")


def test_ids_of_different_names_differ() -> None:
    names = [
        ("passage", "a", 1),
        ("passage", "a", 11),
        ("passage", "a1", 1),
        ("article", "a"),
        ("a",),
        ("passage/a/1",),
    ]
    assert len({point_id(*each) for each in names}) == len(names)


def test_checksums_of_words_are_fixed() -> None:
    assert word_checksum("ru:вода") == 132106868842010
    assert word_checksum("ru:вода") != word_checksum("kk:вода")
    assert 0 <= word_checksum("other:\udcff") < 1 << 48


def test_words_come_out_in_their_order() -> None:
    rows = [[], [word_checksum("ru:вода"), (1 << 48) - 1, 0, 1], [255], []]
    packed = [packed_words(np.array(row, np.uint64)) for row in rows]
    assert [len(each) for each in packed] == [0, 32, 8, 0]
    checksums, lengths = unpacked_words(packed)
    assert (checksums.tolist(), checksums.dtype) == ([each for row in rows for each in row], np.uint64)
    assert lengths.tolist() == [0, 4, 1, 0]


def test_no_words_at_all() -> None:
    for packed in ([], [""], ["", ""]):
        checksums, lengths = unpacked_words(packed)
        assert (checksums.tolist(), lengths.tolist()) == ([], [0] * len(packed))


def test_vectors_come_out_as_they_were() -> None:
    vectors = np.array([[-128, -127, -1, 0], [1, 2, 126, 127]], np.int8)
    found = unpacked_vectors([packed_vector(vector) for vector in vectors])
    assert (found.tolist(), found.dtype) == (vectors.tolist(), np.int8)
    assert len(unpacked_vectors([])) == 0


PAYLOAD: dict[str, Any] = {
    "article": "a",
    "ordinal": 3,
    "scale": 0.0078740157,
    "authors": ["Орлова"],
    "references": True,
}


def test_a_digest_is_of_all_but_itself() -> None:
    digest = passage_digest(PAYLOAD)
    assert 0 <= digest < 1 << 63
    assert passage_digest({**PAYLOAD, "digest": digest}) == digest
    assert passage_digest(dict(reversed(PAYLOAD.items()))) == digest
    # Qdrant's reading of a decimal may be off by the last bit of a double.
    assert passage_digest({**PAYLOAD, "scale": float(np.nextafter(0.0078740157, 1))}) == digest


@pytest.mark.parametrize(
    "change",
    [
        {"article": "b"},
        {"ordinal": 4},
        {"scale": 0.0078740167},
        {"authors": ["Орлова", "Орлова"]},
        {"references": False},
        {"year": 2001},
    ],
)
def test_a_digest_tells_of_any_change(change: dict[str, Any]) -> None:
    assert passage_digest({**PAYLOAD, **change}) != passage_digest(PAYLOAD)


def test_a_passage_holds_what_is_ranked_and_asked_for(articles: Both) -> None:
    records, _ = articles.cluster.client.scroll(GENERATION, limit=100)
    assert len(records) == 4
    for record in records:
        payload = record.payload or {}
        assert {*RANKED, *PASSAGE_INDEXES} <= payload.keys()
        assert record.id == point_id("passage", payload["article"], payload["ordinal"])
        assert payload["digest"] == passage_digest(payload)


def test_a_passage_without_a_year_has_none(passages: Both) -> None:
    years = {(each.payload or {})["article"]: (each.payload or {}).get("year") for each in _all(passages)}
    assert years == {"crime": 2015, "lakes": 2010, "rivers": 2005, "мой файл": None}
    assert [(each.payload or {})["article"] for each in _all(passages) if "year" not in (each.payload or {})] == [
        "мой файл"
    ]


def _all(both: Both) -> list[Any]:
    return both.cluster.client.scroll(GENERATION, limit=100)[0]
