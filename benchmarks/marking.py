"""Hold the words marked for queries in another language against marks set by hand: python -m benchmarks.marking.

`judged/marking.jsonl` says for each word of a query which words of a passage stand for it. All words of an expression
are marked ("жалпы ішкі өнім" for "ВВП"), and words derived from the counterpart's root ("нарушать" for "violation");
words of related meaning are not ("hospital" for "doctor"). Stop words of the query are left out.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.build import build
from search.encoder import Encoder, load_encoder
from search.engine import Engine
from search.languages.tokens import tokenize

GOLD = Path(__file__).parent / "judged" / "marking.jsonl"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A word of the query and the place in the passage of a word that stands for it."""

    query_word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A query, a passage in another language, and for each query word the words of the passage that stand for it."""

    id: str
    query: str
    query_language: str
    passage: str
    passage_language: str
    links: Mapping[str, Sequence[str]]

    @property
    def direction(self) -> str:
        """The languages of query and passage: `ru-kk`."""
        return f"{self.query_language}-{self.passage_language}"

    @property
    def marks(self) -> frozenset[Mark]:
        """What should be marked: every occurrence of every linked word."""
        return frozenset(
            Mark(query_word, token.start, token.end)
            for token in tokenize(self.passage)
            for query_word, words in self.links.items()
            if self.passage[token.start : token.end] in words
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """The marks of one pair, as they should be and as the engine set them."""

    pair: Pair
    marked: frozenset[Mark]

    @property
    def right(self) -> frozenset[Mark]:
        """Marks that are set and should be."""
        return self.marked & self.pair.marks

    def errors(self) -> Iterator[str]:
        """One line a wrong or missing mark."""
        for sign, marks in (("+", self.marked - self.pair.marks), ("-", self.pair.marks - self.marked)):
            for mark in sorted(marks):
                yield f"{sign} {self.pair.id}  {mark.query_word} → {self.pair.passage[mark.start : mark.end]}"


@dataclass(frozen=True, slots=True)
class Measures:
    """How many marks are right, were set and should have been; the measures are between 0 and 1."""

    right: int
    marked: int
    wanted: int

    @property
    def precision(self) -> float:
        """The part of the marks set that is right."""
        return self.right / self.marked if self.marked else 0.0

    @property
    def recall(self) -> float:
        """The part of the marks wanted that was set."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.marked + self.wanted) if self.marked + self.wanted else 0.0


def read_pairs(file: Path = GOLD) -> list[Pair]:
    """The pairs of a file, one JSON object a line."""
    return [Pair(**json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def index_pairs(pairs: Iterable[Pair], folder: Path, encoder: Encoder) -> Engine:
    """An engine over an index, made in `folder`, in which each passage is an article of its own."""
    source, index = folder / "passages.jsonl", folder / "index"
    source.write_text("".join(f"{json.dumps(_article(pair), ensure_ascii=False)}\n" for pair in pairs), "utf-8")
    build([source], index, encoder)
    return Engine.open(index, encoder)


def judge(engine: Engine, pair: Pair) -> Judged:
    """Ask for a pair's passage with its query and take the marks."""
    hits = engine.search(pair.query, article=pair.id).hits
    marks = (
        Mark(each.query_word, hit.passage.start + each.start, hit.passage.start + each.end)
        for hit in hits
        for each in hit.highlights
    )
    return Judged(pair, frozenset(marks))


def measure(judged: Iterable[Judged]) -> Measures:
    """Precision, recall and F1 of all marks together."""
    counts = [(len(each.right), len(each.marked), len(each.pair.marks)) for each in judged]
    return Measures(*(sum(column) for column in zip(*counts, strict=True)))


def by_direction(judged: Iterable[Judged]) -> dict[str, Measures]:
    """The measures of each pair of languages."""
    parts: defaultdict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        parts[each.pair.direction].append(each)
    return {direction: measure(part) for direction, part in sorted(parts.items())}


def main() -> None:
    """Print the measures of each direction and overall, with `--errors` every wrong and missing mark before them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.marking", description=main.__doc__)
    parser.add_argument("--errors", action="store_true", help="list wrong (+) and missing (-) marks")
    wanted = parser.parse_args()
    pairs = read_pairs()
    with tempfile.TemporaryDirectory() as folder:
        engine = index_pairs(pairs, Path(folder), load_encoder())
        judged = [judge(engine, pair) for pair in pairs]
    if wanted.errors:
        print(*(line for each in judged for line in each.errors()), sep="\n")
    for name, measures in {**by_direction(judged), "all": measure(judged)}.items():
        print(
            f"{name:<6} precision {measures.precision:.3f}  recall {measures.recall:.3f}  F1 {measures.f1:.3f}"
            f"  ({measures.right} right, {measures.marked} marked, {measures.wanted} wanted)"
        )


def _article(pair: Pair) -> dict[str, Any]:
    return {"id": pair.id, "title": "", "text": pair.passage, "language": pair.passage_language}


if __name__ == "__main__":
    main()
