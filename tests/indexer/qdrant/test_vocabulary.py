"""Tests of `indexer.qdrant.vocabulary`: the words of shares add up to those of an index on disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build
from indexer.qdrant.share import ShareRecord, vocabulary_name
from indexer.qdrant.vocabulary import ShareVocabulary, merge
from search.backends.qdrant.schema import word_checksum
from search.chained import mapped_array
from search.encoder import Encoder
from search.keyindex import KeyIndex
from search.storage import current_generation, generation_path
from search.strings import StringTable
from tests.indexer.qdrant.memory import Memory

SAMPLES = Path(__file__).resolve().parents[3] / "index_data" / "articles"

#: Which articles are in which share.
SHARES = (
    ("en-asset-recovery.txt", "ru-regional-cooperation.txt", "ky-asset-recovery.md"),
    ("kk-water-energy.md", "ky-drug-control.txt"),
    ("en-human-trafficking.txt",),
)

#: Files of a segment that have no passages, and are the same wherever its words come from.
SAME = (
    *("words.strings", "words.offsets.npy", "words.sums.npy", "words.by_sum.npy"),
    *("words.keys.npy", "words.keys.offsets.npy", "words.key_weights.npy", "keys.words.npy", "keys.words.offsets.npy"),
    *("words.vectors.npy", "words.vectors.scales.npy", "words.vectors.signs.npy", "words.vectors.positive.npy"),
    *("words.sounds.npy", "words.skeletons.npy"),
    *("keys.strings", "keys.offsets.npy", "keys.sums.npy", "keys.by_sum.npy"),
    "postings.offsets.npy",
)


def _copied(names: tuple[str, ...], folder: Path) -> Path:
    folder.mkdir()
    for name in names:
        shutil.copy(SAMPLES / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def segment(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an index on disk of all articles of all shares."""
    folder = tmp_path_factory.mktemp("embedded")
    names = tuple(name for each in SHARES for name in each)
    build([_copied(names, folder / "articles")], folder / "index", encoder, processes=0)
    return generation_path(folder / "index", current_generation(folder / "index"))


def _vocabulary(memory: Memory, record: ShareRecord, cache: Path) -> Path:
    return memory.files.copied(vocabulary_name(record.share, record.run), record.vocabulary, cache)


@pytest.fixture
def parts(memory: Memory, tmp_path: Path) -> list[Path]:
    """The vocabularies of the shares."""
    folders = [_copied(names, tmp_path / f"share{number}") for number, names in enumerate(SHARES)]
    records = [memory.index(folder, number=number, processes=0) for number, folder in enumerate(folders)]
    return [_vocabulary(memory, record, tmp_path / "cache") for record in records]


def test_the_words_of_all_shares_are_those_of_an_index_on_disk(
    parts: list[Path], segment: Path, tmp_path: Path
) -> None:
    (tmp_path / "merged").mkdir()
    merge(parts, tmp_path / "merged")
    different = [name for name in SAME if (tmp_path / "merged" / name).read_bytes() != (segment / name).read_bytes()]
    assert different == []


def test_each_key_is_counted_in_all_passages_of_all_shares(parts: list[Path], segment: Path, tmp_path: Path) -> None:
    (tmp_path / "merged").mkdir()
    merge(parts, tmp_path / "merged")
    keys, index = StringTable(tmp_path / "merged" / "keys"), KeyIndex([segment])
    frequencies = np.diff(mapped_array(tmp_path / "merged" / "postings.offsets.npy")).tolist()
    assert [index.frequency(keys[number]) for number in range(len(keys))] == frequencies
    assert len(keys) > 5_000


def test_words_are_found_by_their_checksums(parts: list[Path], tmp_path: Path) -> None:
    (tmp_path / "merged").mkdir()
    merge(parts, tmp_path / "merged")
    for folder in (*parts, tmp_path / "merged"):
        words = StringTable(folder / "words")
        checksums = mapped_array(folder / "words.checksums.npy")
        numbers = mapped_array(folder / "words.by_checksum.npy")
        assert sorted(numbers.tolist()) == list(range(len(words)))
        assert checksums.tolist() == sorted(checksums.tolist())
        assert checksums.tolist() == [word_checksum(words[number]) for number in numbers.tolist()]
        assert (str(checksums.dtype), str(numbers.dtype)) == ("uint64", "int32")


def test_a_merged_vocabulary_can_be_merged_again(parts: list[Path], tmp_path: Path) -> None:
    for name in ("first", "stepwise", "at_once"):
        (tmp_path / name).mkdir()
    merge(parts[:2], tmp_path / "first")
    merge([tmp_path / "first", parts[2]], tmp_path / "stepwise")
    merge(parts, tmp_path / "at_once")
    for file in (tmp_path / "at_once").iterdir():
        assert (tmp_path / "stepwise" / file.name).read_bytes() == file.read_bytes(), file.name


def test_a_single_vocabulary_stays_as_it_is(parts: list[Path], tmp_path: Path) -> None:
    (tmp_path / "merged").mkdir()
    merge(parts[2:], tmp_path / "merged")
    for file in parts[2].iterdir():
        assert (tmp_path / "merged" / file.name).read_bytes() == file.read_bytes(), file.name


def test_words_and_keys_are_numbered_as_they_come() -> None:
    vocabulary = ShareVocabulary()
    assert vocabulary.numbers(["en:rivers", "en:river"]).tolist() == [0, 1]
    assert vocabulary.numbers(["en:river", "ru:люди", "en:rivers"]).tolist() == [1, 2, 0]
    assert len(vocabulary) == 3
    assert vocabulary.checksums.tolist() == [word_checksum(name) for name in ("en:rivers", "en:river", "ru:люди")]
    assert vocabulary.key_offsets.tolist() == [0, 2, 4, 6]
    # =rivers river, =river river, =люди человек
    assert vocabulary.keys.tolist() == [0, 1, 2, 1, 3, 4]
