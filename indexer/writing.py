"""The files of a generation, written from what a build collected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from indexer.collection import Collection
from indexer.reuse import PreviousGeneration
from indexer.vocabulary import AnalysedVocabulary, analysed, word_skeletons, word_sounds, word_vectors
from search import keyindex, words
from search.catalogue import write_catalogue
from search.encoder import Encoder
from search.keyindex import Floats, Ints
from search.keyword import KeywordEntry, write_keyword_index
from search.semantic import write_vectors

#: What a word counts for in a field of the article, beside the text of the passage.
FIELD_WEIGHTS = {"title": 2.0, "keywords": 1.5, "author": 1.0}


def write(path: Path, collected: Collection, encoder: Encoder, previous: PreviousGeneration | None) -> None:
    """Write all files of a generation but the documents."""
    vocabulary = analysed(collected.vocabulary, previous)
    numbers = vocabulary.places[np.array(collected.words, np.int64)]
    lengths = np.array(collected.lengths, np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    vectors = word_vectors(vocabulary, encoder, previous)
    words.write_words(path, vocabulary.table, vectors, word_sounds(vocabulary, encoder), word_skeletons(vocabulary))
    places = [numbers, np.array(collected.starts), np.array(collected.ends)]
    words.write_places(path, offsets, np.stack(places).astype(np.int32))
    keyindex.write(path, vocabulary.keys, _occurrences(collected, vocabulary, numbers, lengths), lengths)
    write_vectors(path, np.concatenate([*collected.vectors, np.zeros((0, encoder.dimensions), np.float32)]))
    years = [collected.heads[article].year for article in collected.articles]
    write_catalogue(path, collected.languages, years, collected.articles, collected.references)
    write_keyword_index(path, _keyword_entries(collected, vocabulary, numbers, offsets))


def _occurrences(
    collected: Collection, vocabulary: AnalysedVocabulary, numbers: Ints, lengths: Ints
) -> tuple[Ints, Ints, Floats]:
    """Keys in passages with their weights, from the passages' text and from the fields of their articles."""
    passages = np.repeat(np.arange(len(lengths)), lengths)
    parts = [vocabulary.occurrences(numbers, passages, np.ones(len(numbers), np.float32))]
    first = np.searchsorted(collected.articles, np.arange(len(collected.heads) + 1))
    for article, fields in enumerate(collected.fields):
        held = np.arange(first[article], first[article + 1])
        for name, weight in FIELD_WEIGHTS.items():
            found = vocabulary.places[np.array(getattr(fields, name), np.int64)]
            weights = np.full(len(found) * len(held), weight, np.float32)
            parts.append(vocabulary.occurrences(np.tile(found, len(held)), np.repeat(held, len(found)), weights))
    keys, places, counts = zip(*parts, strict=True)
    return np.concatenate(keys), np.concatenate(places), np.concatenate(counts)


def _keyword_entries(
    collected: Collection, vocabulary: AnalysedVocabulary, numbers: Ints, offsets: Ints
) -> Iterator[KeywordEntry]:
    table, names = vocabulary.table, vocabulary.keys
    keys = [
        [names[key] for key in table.keys[table.key_offsets[word] : table.key_offsets[word + 1]]]
        for word in range(len(table.names))
    ]
    for passage, article in enumerate(collected.articles):
        head, held = collected.heads[article], collected.fields[article]
        fields = {name: [keys[vocabulary.places[word]] for word in getattr(held, name)] for name in FIELD_WEIGHTS}
        text = [keys[word] for word in numbers[offsets[passage] : offsets[passage + 1]]]
        yield KeywordEntry(head.id, collected.languages[passage], head.year, text, **fields)
