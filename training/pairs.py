"""Training pairs: texts and words of two languages that mean the same, as word numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.corpus import Ragged, WordTable
from training.data import LANGUAGE_PAIRS, Row
from training.lexicon import aligned_words

Pair = tuple[str, str]

#: The pairs of each kind of source and language pair.
Pairs = dict[tuple[str, Pair], "PairedTexts"]


@dataclass(frozen=True, slots=True)
class PairedTexts:
    """The pairs of one kind of source in one language pair: row i of `left` means what row i of `right` means."""

    left: Ragged
    right: Ragged

    def __len__(self) -> int:
        return len(self.left.starts) - 1


def paired_texts(rows: list[Row], pair: Pair, table: WordTable) -> PairedTexts:
    """All pairs of `rows` in one language pair; a term gives a pair for each of its synonyms."""
    first, second = pair
    pairs = [
        (left, right)
        for row in rows
        if first in row.texts and second in row.texts
        for left, right in _synonym_pairs(row.texts[first], row.texts[second])
    ]
    left, right = table.add(left for left, _ in pairs), table.add(right for _, right in pairs)
    kept = [number for number in range(len(pairs)) if left[number] and right[number]]
    return PairedTexts(Ragged.of([left[n] for n in kept]), Ragged.of([right[n] for n in kept]))


def word_pairs(sentences: PairedTexts) -> PairedTexts:
    """Pairs of single words, in the inflected forms in which `sentences` have them."""
    pairs = aligned_words(sentences.left, sentences.right)
    return PairedTexts(Ragged.of([[left] for left, _ in pairs]), Ragged.of([[right] for _, right in pairs]))


def _synonym_pairs(left: tuple[str, ...], right: tuple[str, ...]) -> Iterator[Pair]:
    for number in range(max(len(left), len(right))):
        yield left[number % len(left)], right[number % len(right)]


def prepared_texts(rows: dict[str, list[Row]], tokenizer: Tokenizer, seed: int) -> tuple[Pairs, WordTable]:
    """All pairs of `rows`, and the table of their words; kind "lexicon" is drawn from the authored ones."""
    table = WordTable(tokenizer)
    texts: Pairs = {
        (kind, pair): paired_texts(of_kind, pair, table) for kind, of_kind in rows.items() for pair in LANGUAGE_PAIRS
    }
    for pair in LANGUAGE_PAIRS:
        texts["lexicon", pair] = word_pairs(texts["authored", pair])
    table.cut(seed)
    return texts, table


def term_weights(texts: list[PairedTexts], table: WordTable, pieces: int) -> NDArray[np.float32]:
    """Square root of the inverse document frequency of each piece, 1 for the rarest."""
    frequency, documents = np.zeros(pieces), 0
    draw = np.random.default_rng(0)
    for paired in texts:
        for side in (paired.left, paired.right):
            cut = table.pieces(side, 0.0, draw)
            documents += len(cut.starts) - 1
            owners = np.repeat(np.arange(len(cut.starts) - 1), np.diff(cut.starts))
            seen = np.unique(owners * pieces + cut.values) % pieces
            frequency += np.bincount(seen, minlength=pieces)
    idf = np.log((documents + 1) / (frequency + 1))
    weights: NDArray[np.float32] = np.sqrt(idf / idf.max()).astype(np.float32)
    return weights
