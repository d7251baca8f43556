"""Train the linear ranker of the Kazakh or Kyrgyz analyser on lemma gold.

The model is log-linear over the readings of a form; the loss is minus the log-probability of all readings
with the right lemma. Only weights leave this script (the gold itself is CC BY-SA).

    python -m training.train_ranker kk --shared ../shared
"""

from __future__ import annotations

import argparse
import math
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from search.languages.turkic import Analyser, Analysis
from training.lemma_gold import GoldForm, read_gold

EPOCHS, RATE, DECAY = 15, 0.1, 4e-2
#: Where the weights start and are drawn back to: what the tables say, taken at face value.
START = {"ending": 1.0, "stem-n": 1.0, "stem-v": 1.0, "length-n": -1.0, "length-v": -1.0}
#: A noun table of UniMorph repeats each lemma some forty times: so many of its forms are used.
UNIMORPH_FORMS = 1500


@dataclass(slots=True)
class Example:
    """Features of each reading of a form, and whether the reading has the right lemma."""

    readings: list[dict[str, float]]
    right: list[bool]
    weight: float


def examples(analyser: Analyser, gold: list[GoldForm]) -> list[Example]:
    """What can be learnt from: forms with several lemmas among their readings, the right one too."""
    found = []
    for pair in gold:
        readings = analyser.analyses(pair.form)
        right = [_is_right(analyser, reading, pair) for reading in readings]
        if any(right) and not all(right):
            features = [analyser.features(reading) for reading in readings]
            found.append(Example(features, right, 1 + math.log(pair.count)))
    return found


def _is_right(analyser: Analyser, reading: Analysis, pair: GoldForm) -> bool:
    """Whether a reading has the right lemma, and not as a verb that is none (улуттук, "we улут-ed")."""
    is_verb = pair.upos in ("VERB", "AUX") or analyser.lexicon.knows(reading.stem, "v")
    return reading.stem == pair.lemma and (reading.pos == "n" or is_verb)


def train(data: list[Example], seed: int = 1) -> dict[str, float]:
    """Weights by AdaGrad over shuffled examples."""
    shuffle, weights = random.Random(seed), defaultdict(float, START)
    squares: dict[str, float] = defaultdict(lambda: 1.0)
    for _ in range(EPOCHS):
        shuffle.shuffle(data)
        for example in data:
            for name, slope in _slopes(example, weights).items():
                slope = slope * example.weight - DECAY * (weights[name] - START.get(name, 0.0))
                squares[name] += slope * slope
                weights[name] += RATE * slope / math.sqrt(squares[name])
    return dict(weights)


def _slopes(example: Example, weights: dict[str, float]) -> dict[str, float]:
    scores = [sum(weights[name] * value for name, value in one.items()) for one in example.readings]
    top = max(scores)
    odds = [math.exp(score - top) for score in scores]
    total = sum(odds)
    total_right = sum(odd for odd, right in zip(odds, example.right, strict=True) if right)
    slopes: dict[str, float] = defaultdict(float)
    for features, odd, right in zip(example.readings, odds, example.right, strict=True):
        slope = (odd / total_right if right else 0.0) - odd / total
        for name, value in features.items():
            slopes[name] += slope * value
    return slopes


def training_part(path: Path) -> list[GoldForm]:
    """The pairs not held out, with a sample of the noun tables."""
    pairs = [pair for pair in read_gold(path) if not pair.is_held_out]
    nouns = [pair for pair in pairs if pair.source.startswith("unimorph")]
    random.Random(1).shuffle(nouns)
    return [pair for pair in pairs if not pair.source.startswith("unimorph")] + nouns[:UNIMORPH_FORMS]


def main() -> None:
    """Write `xx_weights.tsv` of one language."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("language", choices=["kk", "ky"])
    options.add_argument("--shared", type=Path, default=Path("../shared"))
    chosen = options.parse_args()
    gold = training_part(chosen.shared / f"data/gold/{chosen.language}.tsv")
    data = examples(Analyser(chosen.language), gold)
    weights = train(data)
    path = Path("search/languages/data") / f"{chosen.language}_weights.tsv"
    rows = sorted((name, weight) for name, weight in weights.items() if abs(weight) >= 0.01)
    heading = "# Weights of the reading ranker: feature, weight. Made by training/train_ranker.py from lemma gold.\n"
    path.write_text(heading + "".join(f"{name}\t{weight:.3f}\n" for name, weight in rows), "utf-8")
    print(f"{len(data)} examples of {len(gold)} pairs, {len(rows)} weights -> {path}")


if __name__ == "__main__":
    main()
