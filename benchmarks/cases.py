"""Count the damaged texts that are repaired and the typed queries answered first: python -m benchmarks.cases.

The cases are in tests/cases, one a line; docs/cases.md explains them.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.build import build
from indexer.repair import repair
from search.encoder import load_encoder
from search.engine import Engine
from search.languages.analysis import lemma_keys
from search.languages.tokens import fold, tokenize
from search.results import Hit, Results

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT / "index_data" / "articles"
DAMAGE = ROOT / "tests" / "cases" / "damage.tsv"
TYPED = ROOT / "tests" / "cases" / "typed.tsv"

_ESCAPE = re.compile(r"\\(?:([ntf])|u([0-9a-f]{4}))")
_ESCAPED = {"n": "\n", "t": "\t", "f": "\f"}


@dataclass(frozen=True, slots=True)
class DamageCase:
    """A text as extraction gives it, and as it was written; `kind` names the damage."""

    damaged: str
    repaired: str
    kind: str

    @property
    def name(self) -> str:
        """The first column, which no other case has."""
        return self.damaged

    @property
    def passes(self) -> bool:
        """Whether the text is repaired to the letter."""
        return repair(self.damaged).text == self.repaired


@dataclass(frozen=True, slots=True)
class TypedCase:
    """A query as typed, the words meant and their language; `kind` says what is amiss in the query."""

    typed: str
    meant: str
    language: str
    kind: str

    @property
    def name(self) -> str:
        """The first column, which no other case has."""
        return self.typed

    def passes(self, engine: Engine) -> bool:
        """Whether the first hit has all words meant, in any form; for a typing error it is enough to suggest them."""
        results = engine.search(self.typed, limit=1)
        return self._suggested(results) or any(self._lemmas() <= _keys(hit) for hit in results.hits)

    def as_well_typed(self, engine: Engine) -> bool:
        """Whether the first hit is that of the words meant, be it in another language, or they are suggested."""
        typed, meant = engine.search(self.typed, limit=1), engine.search(self.meant, limit=1)
        same = [hit.passage.id for hit in typed.hits] == [hit.passage.id for hit in meant.hits]
        return same or self._suggested(typed)

    def _suggested(self, results: Results) -> bool:
        return self.kind == "typo" and fold(results.did_you_mean or "") == fold(self.meant)

    def _lemmas(self) -> set[str]:
        return {lemma_keys(token.form, self.language)[0][0] for token in tokenize(self.meant)}


def read_damage(file: Path = DAMAGE) -> list[DamageCase]:
    """The cases of damaged text, their escapes resolved."""
    return [DamageCase(_unescaped(damaged), _unescaped(repaired), kind) for damaged, repaired, kind in _rows(file)]


def read_typed(file: Path = TYPED) -> list[TypedCase]:
    """The cases of typed queries."""
    return [TypedCase(*row) for row in _rows(file)]


def build_samples(index: Path) -> Engine:
    """An engine over an index of the sample articles, built at `index`."""
    encoder = load_encoder()
    build([ARTICLES], index, encoder)
    return Engine.open(index, encoder)


def shares(outcomes: Iterable[tuple[str, bool]]) -> Iterator[str]:
    """A line for each kind and one for all: how many of its cases pass."""
    total: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for kind, passes in outcomes:
        for name in (kind, "all"):
            total[name] += 1
            passed[name] += passes
    for kind in [*(kind for kind in total if kind != "all"), "all"]:
        yield f"{kind:<27}{passed[kind]:>4} of {total[kind]:>3}{passed[kind] / total[kind]:>8.1%}"


def main() -> None:
    """Print how many cases of each kind pass, and on demand those that do not."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--failing", action="store_true", help="print each case that does not pass")
    failing = parser.parse_args().failing
    damage = [(case, case.passes) for case in read_damage()]
    with tempfile.TemporaryDirectory() as folder:
        engine = build_samples(Path(folder))
        typed = [(case, case.passes(engine)) for case in read_typed()]
        alike = [(case.kind, case.as_well_typed(engine)) for case in read_typed()]
    print("damaged text, repaired to the letter")
    print(*shares((case.kind, passes) for case, passes in damage), sep="\n", end="\n\n")
    print("typed queries, answered first by the words meant")
    print(*shares((case.kind, passes) for case, passes in typed), sep="\n", end="\n\n")
    print("typed queries, answered first as when well typed")
    print(*shares(alike), sep="\n")
    if failing:
        print(*(case for cases in (damage, typed) for case, passes in cases if not passes), sep="\n")


def _rows(file: Path) -> list[list[str]]:
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [line.split("\t") for line in lines[1:]]


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED[found[1]] if found[1] else chr(int(found[2], 16)), text)


def _keys(hit: Hit) -> set[str]:
    """The lemma keys of the words of a passage and of its article's title, each in its language."""
    texts = ((hit.passage.text, hit.passage.language), (hit.article.title, hit.article.language))
    return {key for text, language in texts for token in tokenize(text) for key, _ in lemma_keys(token.form, language)}


if __name__ == "__main__":
    main()
