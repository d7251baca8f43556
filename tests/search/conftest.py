"""Pieces of an index written by hand, for tests of what reads them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from whoosh.query import Query

from indexer.build import build
from search import keyindex
from search.backends.masks import MaskSelection
from search.catalogue import Catalogue
from search.conditions import Conditions
from search.documents import Documents
from search.encoder import Encoder
from search.keyindex import KeyIndex, Occurrences
from search.names import sound_numbers
from search.passage_words import WordsOfPassages
from search.storage import current_generation, generation_path
from search.vectors import quantised
from search.words import Words, WordTable, write_words

#: Article, language, year, title, author, key words and text of each passage.
PASSAGES = [
    ("rivers", "en", 2005, "Rivers of Asia", "Whitcombe A.", "water", "The rivers bring water to the fields."),
    ("lakes", "en", 2010, "Lakes", "Orlova N.", "fishing", "Water of the lakes is cold. Fields are far away."),
    ("crime", "ru", 2015, "Торговля людьми", "Орлова Н.В.", "закон", "Торговля людьми запрещена законом."),
    ("мой файл", "ru", None, "Закон о воде", "", "вода", "Люди ведут торговлю у реки."),
]

#: Vectors of the words of the small generation, and of those the tests ask for: one direction a meaning.
MEANINGS = {
    "cat": (1.0, 0.0, 0.0),
    "cats": (1.0, 0.0, 0.0),
    "кот": (0.7, 0.0, 0.714),
    "дом": (0.0, 1.0, 0.0),
    "house": (0.0, 1.0, 0.0),
    "42": (0.0, 0.8, 0.6),
    "2015": (0.0, 0.8, 0.6),
}


class MeaningEncoder:
    """Looks vectors up in the table above; a word that is not there has none."""

    name = fingerprint = "meanings"
    dimensions = 3

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [MEANINGS.get(text, (0.0, 0.0, 0.0)) for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), 3)

    encode_words = encode

    def unfamiliar(self, words: Sequence[str]) -> NDArray[np.bool_]:
        return np.array([word not in MEANINGS for word in words], np.bool_)


@pytest.fixture(scope="session")
def segment(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a generation of PASSAGES, in their order."""
    folder = tmp_path_factory.mktemp("conditions")
    names = ("id", "language", "year", "title", "authors", "keywords", "text")
    rows = [dict(zip(names, row, strict=True)) for row in PASSAGES]
    lists = [{**row, "authors": [row["authors"]], "keywords": [row["keywords"]]} for row in rows]
    (folder / "passages.jsonl").write_text("\n".join(map(json.dumps, lists)), "utf-8")
    build([folder], folder / "index", encoder)
    return generation_path(folder / "index", current_generation(folder / "index"))


@dataclass(frozen=True, slots=True)
class AnsweredConditions:
    """Conditions, and the passages that meet them."""

    conditions: Conditions
    selection: MaskSelection

    def meeting(self, condition: Query) -> NDArray[np.bool_]:
        return self.conditions.meeting(condition, self.selection)

    def expansions(self, condition: Query) -> list[tuple[str, list[str]]]:
        return self.conditions.expansions(condition)


def conditions_over(segments: Sequence[Path]) -> AnsweredConditions:
    """What answers conditions over these segments."""
    catalogue = Catalogue(segments, Documents([segment / "documents.sqlite" for segment in segments]))
    keys, words = KeyIndex(segments), Words(segments)
    order = WordsOfPassages(segments, words.firsts)
    return AnsweredConditions(Conditions(keys, words), MaskSelection(segments, catalogue, keys, words, order))


@pytest.fixture(scope="session")
def conditions(segment: Path) -> AnsweredConditions:
    """What answers conditions over PASSAGES."""
    return conditions_over([segment])


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    """Words and keys of three passages: "The cats, 42", "кот, дом" and one without a word.

    "дом" is given the sound of a name, Ранцев.
    """
    names = ["en:42", "en:cats", "ru:дом", "ru:кот"]
    keys = ["42", "=42", "=cats", "=дом", "=кот", "cat", "дом", "кот"]
    word_keys = np.array([1, 0, 2, 5, 3, 6, 4, 7], np.int32)
    table = WordTable(names, np.array([0, 2, 4, 6, 8]), word_keys, np.ones(8, np.float32), len(keys))
    vectors = quantised(MeaningEncoder().encode([name.partition(":")[2] for name in names]))
    sounds = np.array([0, 0, *sound_numbers(["ранцев"], np.array([True])), 0], np.uint32)
    write_words(tmp_path, table, vectors, sounds, np.zeros((2, 4), np.uint32))
    places = np.array([[4, 8], [10, 12], [0, 3], [5, 8]], np.int32)
    WordsOfPassages.write(tmp_path, np.array([0, 2, 4, 4]), np.array([1, 0, 3, 2], np.int32), places)
    np.save(tmp_path / "passages.languages.npy", np.zeros(3, np.int8))
    held = np.array([[0, 0], [1, 0], [2, 0], [5, 0], [3, 1], [4, 1], [6, 1], [7, 1]]).T
    occurrences = Occurrences(*held, np.ones(8, np.float32), np.ones(8, np.bool_))
    keyindex.write(tmp_path, keys, [occurrences], np.array([2, 2, 0]), 4 / 3)
    return tmp_path


@pytest.fixture
def words(generation: Path) -> Words:
    """The words of that generation."""
    return Words([generation])


@pytest.fixture
def order(generation: Path, words: Words) -> WordsOfPassages:
    """The words of its passages."""
    return WordsOfPassages([generation], words.firsts)


@pytest.fixture
def keys(generation: Path) -> KeyIndex:
    """The keys of that generation."""
    return KeyIndex([generation])


@pytest.fixture
def meanings() -> MeaningEncoder:
    """The vectors its words were given."""
    return MeaningEncoder()
