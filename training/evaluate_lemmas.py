"""Measure the Kazakh and Kyrgyz lemmas on gold: accuracy by type and token, and conflation.

Conflation asks of every pair of forms whether they are rightly put together: pairs that share a lemma in the
gold against pairs that share a key. F1 of those pairs, with the first key and with any key.

    python -m training.evaluate_lemmas kk --held-out
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations
from pathlib import Path

from training.lemma_gold import GoldForm, read_gold

MODULES = {"kk": "kazakh", "ky": "kyrgyz"}


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares between 0 and 1 for one source."""

    forms: int
    by_type: float
    by_token: float
    either_by_type: float
    conflation: float
    conflation_any: float


def measure(pairs: list[GoldForm], keys: dict[str, tuple[str, ...]]) -> Figures:
    """Figures of a list of pairs given the lemmas of each form."""
    right = [keys[pair.form][0] == pair.lemma for pair in pairs]
    tokens = sum(pair.count for pair in pairs)
    return Figures(
        len(pairs),
        sum(right) / len(pairs),
        sum(pair.count for pair, good in zip(pairs, right, strict=True) if good) / tokens,
        sum(pair.lemma in keys[pair.form] for pair in pairs) / len(pairs),
        conflation(pairs, {form: found[:1] for form, found in keys.items()}),
        conflation(pairs, keys),
    )


def conflation(pairs: list[GoldForm], keys: dict[str, tuple[str, ...]]) -> float:
    """F1 of the pairs of different forms put together, against those of one lemma."""
    gold = _together({pair.form: tuple(p.lemma for p in pairs if p.form == pair.form) for pair in pairs})
    found = _together({pair.form: keys[pair.form] for pair in pairs})
    return 2 * len(gold & found) / (len(gold) + len(found)) if gold or found else 1.0


def _together(keys: dict[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    forms: dict[str, set[str]] = defaultdict(set)
    for form, found in keys.items():
        for key in found:
            forms[key].add(form)
    return {pair for group in forms.values() for pair in combinations(sorted(group), 2)}


def by_source(pairs: list[GoldForm]) -> dict[str, list[GoldForm]]:
    """Pairs grouped by source; words split into several are left out, as their form is not the whole."""
    groups: dict[str, list[GoldForm]] = defaultdict(list)
    for pair in pairs:
        if not pair.source.endswith(":mwt"):
            groups[pair.source].append(pair)
    return groups


def phenomena(path: Path, language: str, keys: dict[str, tuple[str, ...]]) -> tuple[int, int]:
    """How many of the hand-written cases come out right, and of how many."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[1:] if line]
    rows = [row for row in rows if row[0] == language]
    return sum(keys[form.lower()][0] == lemma for _, form, lemma, _ in rows), len(rows)


class _Keys(dict[str, tuple[str, ...]]):
    def __init__(self, language: str) -> None:
        super().__init__()
        self._lemmas = import_module(f"search.languages.{MODULES[language]}").lemmas

    def __missing__(self, form: str) -> tuple[str, ...]:
        self[form] = self._lemmas(form)
        return self[form]


def main() -> None:
    """Print the figures of one language; with --errors, the wrong lemmas too."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("language", choices=sorted(MODULES))
    options.add_argument("--shared", type=Path, default=Path("../shared"))
    options.add_argument("--held-out", action="store_true", help="only lemmas the ranker was not trained on")
    options.add_argument("--errors", action="store_true", help="only print training pairs that are wrong")
    chosen = options.parse_args()
    keys = _Keys(chosen.language)
    gold = chosen.shared / "data/gold"
    pairs = [p for p in read_gold(gold / f"{chosen.language}.tsv") if p.is_held_out or not chosen.held_out]
    if chosen.errors:
        for pair in pairs:
            if not pair.is_held_out and keys[pair.form][0] != pair.lemma:
                print(pair.upos, pair.form, pair.lemma, *keys[pair.form], pair.count, sep="\t")
        return
    for source, part in by_source(pairs).items():
        _ = [keys[pair.form] for pair in part]
        print(source, measure(part, keys))
    print("phenomena", *phenomena(gold / "phenomena.tsv", chosen.language, keys))


if __name__ == "__main__":
    main()
