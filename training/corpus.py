"""Training texts as piece numbers, each word cut in several ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.tokenizer import thinned

#: Other cuts of each word that training may draw, and the share of longer pieces each does without.
CUTS = 6
THINNED_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of different lengths in one array: row i is `values[starts[i]:starts[i + 1]]`."""

    values: NDArray[np.int32]
    starts: NDArray[np.int64]

    @staticmethod
    def of(rows: Sequence[Sequence[int]]) -> Ragged:
        """Rows given as lists."""
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=starts[1:])
        return Ragged(np.fromiter((v for row in rows for v in row), np.int32, int(starts[-1])), starts)

    def take(self, rows: NDArray[np.int64]) -> Ragged:
        """The given rows, in that order."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(lengths, out=starts[1:])
        positions = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Ragged(self.values[positions], starts)


class WordTable:
    """Every word of the corpus once, with its pieces in the usual cut and in CUTS random others."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.numbers: dict[str, int] = {}
        self.cuts: list[Ragged] = []
        self._texts: dict[str, list[int]] = {}

    def add(self, texts: Iterable[str]) -> list[list[int]]:
        """The words of each text as numbers in this table, new words added."""
        return [self._words(text) for text in texts]

    def _words(self, text: str) -> list[int]:
        known = self._texts.get(text)
        if known is None:
            normalised = self._tokenizer.normalizer.normalize_str(text)
            words = [word[1:] for word, _ in self._tokenizer.pre_tokenizer.pre_tokenize_str(normalised)]
            known = self._texts[text] = [self.numbers.setdefault(word, len(self.numbers)) for word in words]
        return known

    def cut(self, seed: int) -> None:
        """Fill `cuts`, the usual one first, once all words are in."""
        words = list(self.numbers)
        tokenizers = [self._tokenizer]
        tokenizers += [thinned(self._tokenizer, THINNED_SHARE, seed + number) for number in range(CUTS)]
        for tokenizer in tokenizers:
            encodings = tokenizer.encode_batch_fast(words, add_special_tokens=False)
            self.cuts.append(Ragged.of([encoding.ids for encoding in encodings]))

    def pieces(self, words: Ragged, varied: float, draw: np.random.Generator) -> Ragged:
        """Texts of word numbers as texts of piece numbers; a share `varied` of the words in another cut."""
        lengths = np.empty(len(words.values), dtype=np.int64)
        chosen = np.where(
            draw.random(len(words.values)) < varied, draw.integers(1, len(self.cuts), len(words.values)), 0
        )
        parts = []
        for number, cut in enumerate(self.cuts):
            places = np.flatnonzero(chosen == number)
            part = cut.take(words.values[places].astype(np.int64))
            lengths[places] = np.diff(part.starts)
            parts.append((places, part))
        ends = np.concatenate([[0], np.cumsum(lengths)])
        values = np.empty(ends[-1], dtype=np.int32)
        for places, part in parts:
            own = np.diff(part.starts)
            target = np.arange(part.starts[-1]) + np.repeat(ends[places] - part.starts[:-1], own)
            values[target] = part.values
        return Ragged(values, ends[words.starts])
