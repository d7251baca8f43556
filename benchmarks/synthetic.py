"""Passages made of our own articles' words and their forms with a Zipfian frequency, in four languages.

The passages of a collection are the first of any larger one: they are drawn in blocks, each from its own seed, and
never all in memory.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.inflection import inflected
from search.articles import LANGUAGES
from search.languages.tokens import fold

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "index_data" / "sources"
TABLES = ROOT / "training" / "data"

WORDS_PER_PASSAGE = 120
PASSAGES_PER_ARTICLE = 20
ARTICLES_PER_BLOCK = 50
PASSAGES_PER_BLOCK = PASSAGES_PER_ARTICLE * ARTICLES_PER_BLOCK

#: Forms a language has, at most.
MOST_FORMS = 100_000

#: The frequency of the word of rank r is in proportion to 1 / (r + SHIFT) (Zipf's law as Mandelbrot mended it), and
#: falls faster beyond a core vocabulary (Ferrer i Cancho & Solé 2001), so that the tail grows with the collection.
SHIFT = 2.7
CORE = 3_000
TAIL_POWER = 1.2

#: An article has one of so many subjects, and draws this part of its telling words from those of its subject: without
#: subjects all passages are about as near to one another in meaning, and none is the nearest.
SUBJECTS = 100
SUBJECT_SHARE = 0.5

#: Words of queries are drawn from these ranks, as often from 30-300 as from 300-3,000: some frequent, some rare.
QUERY_RANKS = (30, 30_000)

_WORD = re.compile(r"[^\W\d_]{2,}")

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Block:
    """Passages that follow one another: `words` are numbers in the vocabulary of `languages[article]`.

    `words` has shape (articles, passages of one, words of one); `first` is the number of the first article.
    """

    first: int
    words: Numbers

    @property
    def languages(self) -> list[str]:
        """The language of each article."""
        return [LANGUAGES[(self.first + place) % len(LANGUAGES)] for place in range(len(self.words))]


@cache
def vocabulary(language: str) -> Sequence[str]:
    """The folded forms of a language, each once: those of our texts, the most frequent first, then inflected ones."""
    counts: Counter[str] = Counter()
    for file in sorted((SOURCES / language).glob("*.md")):
        counts.update(_words(file.read_text("utf-8")))
    for file in sorted(TABLES.glob("*_sentences.tsv")) + sorted(TABLES.glob("*_terms.tsv")):
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                counts.update(_words(row[language] or ""))
    for file in sorted(TABLES.glob(f"{language}_lexicon.tsv")):
        lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
        counts.update(dict.fromkeys(_words(" ".join(lines)), 1))
    met = sorted(counts, key=lambda word: (-counts[word], word))[:MOST_FORMS]
    return [*met, *islice(dict.fromkeys(inflected(met)), MOST_FORMS - len(met))]


def blocks(passages: int, forms: Mapping[str, int], seed: int = 1) -> Iterator[Block]:
    """So many passages, or a few more to make up whole articles; `forms` says how many forms each language has."""
    shares = {language: _cumulative(forms[language]) for language in LANGUAGES}
    articles = -(-passages // PASSAGES_PER_ARTICLE)
    for number, first in enumerate(range(0, articles, ARTICLES_PER_BLOCK)):
        chance = np.random.default_rng([seed, number])
        shape = (ARTICLES_PER_BLOCK, PASSAGES_PER_ARTICLE, WORDS_PER_PASSAGE)
        drawn = chance.random(shape)
        block = Block(first, np.empty(shape, np.int32))
        for place, language in enumerate(block.languages):
            ranks = np.searchsorted(shares[language], drawn[place])
            of_subject = ranks - ranks % SUBJECTS + chance.integers(SUBJECTS)
            drawn_from_it = (
                (ranks >= SUBJECTS) & (of_subject < forms[language]) & (chance.random(shape[1:]) < SUBJECT_SHARE)
            )
            block.words[place] = np.where(drawn_from_it, of_subject, ranks)
        yield Block(first, block.words[: articles - first])


def queries(count: int, seed: int = 2) -> list[tuple[str, list[int]]]:
    """Queries of two to four words of one language: the language, and the words' numbers in its vocabulary."""
    chance = np.random.default_rng(seed)
    low, high = np.log(QUERY_RANKS)
    return [
        (
            LANGUAGES[number % len(LANGUAGES)],
            np.exp(chance.uniform(low, high, chance.integers(2, 5))).astype(int).tolist(),
        )
        for number in range(count)
    ]


def _cumulative(forms: int) -> NDArray[np.float64]:
    """The share of all words that those up to each rank have, 1 for the last."""
    ranks = np.arange(1, forms + 1)
    summed = np.cumsum(1 / ((ranks + SHIFT) * (1 + ranks / CORE) ** TAIL_POWER))
    shares: NDArray[np.float64] = summed / summed[-1]
    return shares


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
