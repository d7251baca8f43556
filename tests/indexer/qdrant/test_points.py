"""Tests of `indexer.qdrant.points`: what is written of each passage and article."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from qdrant_client import models

from indexer import readers
from indexer.build import build
from search.backends.qdrant.schema import (
    KEYS,
    MEANING,
    NOMINAL_LENGTH,
    packed_words,
    passage_digest,
    point_id,
    unpacked_vectors,
    word_checksum,
)
from search.chained import Rows, mapped_array
from search.documents import Documents
from search.encoder import Encoder
from search.keyindex import K1, B, told_apart
from search.storage import current_generation, generation_path
from search.strings import StringTable, checksum
from tests.indexer.qdrant.memory import Memory, write_articles

SAMPLES = Path(__file__).resolve().parents[3] / "index_data" / "articles"

RIVERS = {
    "id": "rivers",
    "title": "Rivers of Asia",
    "authors": ["Whitcombe A."],
    "year": 2005,
    "keywords": ["water"],
    "text": "The rivers bring water.",
}
PEOPLE = {"id": "люди", "text": "Торговля людьми."}


def _packed(*names: str) -> str:
    return packed_words(np.array([word_checksum(name) for name in names], np.uint64))


def _checksums(*keys: str) -> list[int]:
    return sorted(checksum(key) for key in keys)


def _weight(frequency: float, length: int, passage: str) -> float:
    relative = (length + 4 * checksum(passage) / 2**32) / NOMINAL_LENGTH
    return frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * relative))


def test_a_passage_has_all_that_is_asked_of_it(memory: Memory, tmp_path: Path, encoder: Encoder) -> None:
    memory.index(write_articles(tmp_path / "a.jsonl", [RIVERS, PEOPLE]))
    passage = memory.passages()["rivers#0"]
    content = memory.articles()["rivers"]["content"]
    vectors, digest = passage.pop("vectors"), passage.pop("digest")
    assert passage.pop("id") == point_id("passage", "rivers", 0)
    vector, scale = unpacked_vectors([passage["vector"]])[0], passage["scale"]
    assert passage == {
        "article": "rivers",
        "ordinal": 0,
        "start": 0,
        "end": 23,
        "language": "en",
        "text": "The rivers bring water.",
        "year": 2005,
        "authors": ["Whitcombe A."],
        "authors_folded": ["whitcombe a."],
        "references": False,
        "words": _packed("en:the", "en:rivers", "en:bring", "en:water"),
        "title": _packed("en:rivers", "en:of", "en:asia"),
        "keywords": _packed("en:water"),
        "author": _packed("en:whitcombe", "en:a"),
        "text_keys": _checksums("=the", "the", "=rivers", "river", "=bring", "bring", "=water", "water"),
        "title_keys": _checksums("=rivers", "river", "=of", "of", "=asia", "asia"),
        "keywords_keys": _checksums("=water", "water"),
        "author_keys": _checksums("=whitcombe", "whitcombe", "=a", "a"),
        "content": content,
        "lot": 537,
        "vector": passage["vector"],
        "scale": scale,
    }
    assert digest == passage_digest(passage)
    heading = encoder.encode(["Rivers of Asia water"])[0]
    expected = encoder.encode(["The rivers bring water."])[0] + 0.4 * heading
    np.testing.assert_allclose(vector * scale, expected / np.linalg.norm(expected), atol=1e-3)
    np.testing.assert_allclose(vectors[MEANING], vector / np.linalg.norm(vector.astype(float)), atol=1e-5)


def test_the_weights_of_keys_are_those_of_bm25(memory: Memory, tmp_path: Path) -> None:
    memory.index(write_articles(tmp_path / "a.jsonl", [RIVERS, PEOPLE]))
    vector = memory.passages()["rivers#0"]["vectors"][KEYS]
    assert isinstance(vector, models.SparseVector)
    once = ["=the", "the", "=bring", "bring", "=whitcombe", "whitcombe", "=a", "a"]
    frequencies = {
        **dict.fromkeys(once, 1.0),
        **dict.fromkeys(["=rivers", "river"], 1 + 2.0),
        **dict.fromkeys(["=water", "water"], 1 + 1.5),
        **dict.fromkeys(["=of", "of", "=asia", "asia"], 2.0),
    }
    expected = {checksum(key): _weight(frequency, 4, "rivers#0") for key, frequency in frequencies.items()}
    assert dict(zip(vector.indices, vector.values, strict=True)) == pytest.approx(expected, abs=1e-5)


def test_of_two_keys_with_one_checksum_the_larger_weight_stays(memory: Memory, tmp_path: Path) -> None:
    assert checksum("=vodokuli") == checksum("=laziputa")
    article = {"id": "a", "title": "Rivers", "text": "Vodokuli laziputa laziputa rivers."}
    memory.index(write_articles(tmp_path / "a.jsonl", [article]))
    passage = memory.passages()["a#0"]
    vector = passage["vectors"][KEYS]
    assert len(set(vector.indices)) == len(vector.indices)
    assert vector.values[vector.indices.index(checksum("=laziputa"))] == pytest.approx(_weight(2, 4, "a#0"), abs=1e-5)
    assert passage["text_keys"].count(checksum("=laziputa")) == 1


def test_what_is_not_known_is_left_out(memory: Memory, tmp_path: Path) -> None:
    memory.index(write_articles(tmp_path / "a.jsonl", [PEOPLE]))
    passage = memory.passages()["люди#0"]
    assert {"year", "page"}.isdisjoint(passage)
    assert (passage["authors"], passage["author"], passage["author_keys"]) == ([], "", [])


def test_an_article_has_its_whole_text(memory: Memory, tmp_path: Path) -> None:
    file = write_articles(tmp_path / "a.jsonl", [RIVERS])
    memory.index(file, number=7)
    article = memory.articles()["rivers"]
    assert article.pop("content")
    assert article == {
        "id": "rivers",
        "title": "Rivers of Asia",
        "authors": ["Whitcombe A."],
        "year": 2005,
        "url": None,
        "keywords": ["water"],
        "language": "en",
        "pages": [],
        "text": "The rivers bring water.",
        "source": str(file),
        "share": 7,
        "passages": 1,
        "digest": f"{memory.passages()['rivers#0']['digest']:016x}",
    }


def test_the_sample_articles_are_as_in_an_index_on_disk(memory: Memory, tmp_path: Path, encoder: Encoder) -> None:
    source = tmp_path / "articles"
    source.mkdir()
    for name in ("en-asset-recovery.txt", "kk-water-energy.md", "ky-drug-control.txt", "ru-water-energy.pdf"):
        (source / name).write_bytes((SAMPLES / name).read_bytes())
    (source / "articles.csv").write_bytes((SAMPLES / "articles.csv").read_bytes())
    build([source], tmp_path / "index", encoder, processes=0)
    memory.index(source, processes=0)
    segment = generation_path(tmp_path / "index", current_generation(tmp_path / "index"))
    _same(memory, segment)


def _same(memory: Memory, segment: Path) -> None:
    documents, words = Documents([segment / "documents.sqlite"]), StringTable(segment / "words")
    numbers, vectors = Rows.open([segment], "passages.words"), mapped_array(segment / "passages.vectors.npy")
    scales = mapped_array(segment / "passages.vectors.scales.npy")
    passages = memory.passages()
    assert len(passages) == len(vectors) > 40
    assert len(readers.find(SAMPLES)) > len(memory.articles()) == 4
    lengths = numbers.lengths(np.arange(len(vectors)))
    apart = told_apart(lengths, [checksum(documents.passage(number).id) for number in range(len(lengths))])
    weights = _weights(segment, apart, float(lengths.mean()))
    for number in range(len(vectors)):
        there, here = documents.passage(number), passages[documents.passage(number).id]
        assert [here[name] for name in ("start", "end", "language", "text")] == [
            there.start,
            there.end,
            there.language,
            there.text,
        ]
        assert here.get("page") == there.page
        assert here["words"] == _packed(*(words[each] for each in numbers[number].tolist()))
        assert unpacked_vectors([here["vector"]])[0].tolist() == vectors[number].tolist()
        assert np.float32(here["scale"]) == scales[number]
        found = dict(zip(here["vectors"][KEYS].indices, here["vectors"][KEYS].values, strict=True))
        assert found == pytest.approx(weights[number], abs=1e-4)


def _weights(segment: Path, lengths: NDArray[np.float32], mean_length: float) -> list[dict[int, float]]:
    """The weights an index on disk has for the keys of each passage, as if the mean length was the nominal one."""
    found: list[dict[int, float]] = [{} for _ in lengths]
    keys, passages = StringTable(segment / "keys"), mapped_array(segment / "postings.passages.npy").tolist()
    impacts = (mapped_array(segment / "postings.impacts.npy") * ((K1 + 1) / 65_535)).tolist()
    relative, nominal = lengths / mean_length, lengths / NOMINAL_LENGTH
    for key, (first, last) in enumerate(pairwise(mapped_array(segment / "postings.offsets.npy").tolist())):
        sum_of_key = checksum(keys[key])
        for passage, impact in zip(passages[first:last], impacts[first:last], strict=True):
            frequency = impact * K1 * (1 - B + B * relative[passage]) / (K1 + 1 - impact)
            weight = frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * nominal[passage]))
            found[passage][sum_of_key] = max(weight, found[passage].get(sum_of_key, 0.0))
    return found
