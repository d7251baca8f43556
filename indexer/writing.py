"""The files of a segment, written from what a build collected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.collection import Collection
from indexer.occurrences import FieldWords, occurrences
from indexer.reuse import PreviousGeneration
from indexer.vocabulary import analysed, word_skeletons, word_sounds, word_vectors
from search import keyindex, words
from search.catalogue import write_catalogue
from search.chained import Ints, Rows, bounds_of
from search.encoder import Encoder
from search.keyindex import Occurrences
from search.passage_words import WordsOfPassages
from search.vectors import Vectors
from search.words import WordTable

#: Passages whose occurrences are in memory at once.
_AT_ONCE = 20_000


def write(
    path: Path, collected: Collection, encoder: Encoder, previous: PreviousGeneration | None, mean_length: float | None
) -> float:
    """Write all files of a segment but the documents; `mean_length` is that of passages in words, None for their own.

    Answers the mean length the segment was written with.
    """
    vocabulary = analysed(collected.vocabulary, previous)
    numbers = vocabulary.places[collected.words.entries()].astype(np.int32)
    offsets = bounds_of(collected.words.lengths)
    mean_length = mean_length or max(1.0, len(numbers) / max(1, len(offsets) - 1))
    encoded = word_vectors(vocabulary, encoder, previous)
    words.write_words(path, vocabulary.table, encoded, word_sounds(vocabulary, encoder), word_skeletons(vocabulary))
    WordsOfPassages.write(path, offsets, numbers, np.concatenate([np.zeros((0, 2), np.int32), *collected.places]))
    fields = {
        name: (bounds_of(field.lengths), vocabulary.places[field.entries()].astype(np.int32))
        for name, field in collected.fields.items()
    }
    for name, field in fields.items():
        Rows.write(path, f"fields.{name}", *field)
    blocks = _occurrences(collected, vocabulary.table, numbers, offsets, fields)
    lengths = keyindex.told_apart(np.diff(offsets), collected.checksums)
    keyindex.write(path, vocabulary.keys, blocks, lengths, mean_length)
    vectors, scales = (np.concatenate(part) for part in zip(*collected.vectors, strict=True))
    Vectors.write(path, "passages.vectors", vectors, scales)
    write_catalogue(path, collected.columns(), collected.authors)
    return mean_length


def _occurrences(
    collected: Collection,
    table: WordTable,
    numbers: NDArray[np.integer],
    offsets: Ints,
    fields: Mapping[str, FieldWords],
) -> Iterator[Occurrences]:
    """Keys in passages, block by block."""
    lengths, articles = np.diff(offsets), np.array(collected.articles, np.int64)
    for start in range(0, collected.passages, _AT_ONCE):
        passages = np.arange(start, min(start + _AT_ONCE, collected.passages))
        held = numbers[offsets[start] : offsets[passages[-1] + 1]]
        yield occurrences(table, held, passages, lengths[passages], articles[passages], fields)
