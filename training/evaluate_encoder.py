"""Measure an encoder: `python -m training.evaluate_encoder [--model FOLDER_OR_ID]`.

Sentence retrieval on ../shared/data/dev (X-WMT, WMT19, Tatoeba), never trained on, and the nearest
neighbour across languages of the words in training/word_probe.tsv.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.encoder import Encoder, load_encoder
from training.data import LANGUAGES, authored_rows

PROBE = Path(__file__).parent / "word_probe.tsv"

#: Neighbours that the hub correction looks at (Conneau et al. 2018).
CSLS_NEIGHBOURS = 10

#: Word forms of the authored texts that are candidates for a word's neighbour: those met this often.
CANDIDATE_COUNT = 2


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Share of texts of `source` whose nearest text of `target` is their translation, in %."""

    name: str
    source: str
    target: str
    top1: float
    top1_csls: float


def top1(similarity: NDArray[np.float32]) -> float:
    """Percentage of rows whose largest entry is on the diagonal."""
    return float((similarity.argmax(axis=1) == np.arange(len(similarity))).mean() * 100)


def csls(similarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Similarities less the mean of each side's nearest neighbours (CSLS, Conneau et al. 2018)."""
    k = min(CSLS_NEIGHBOURS, len(similarity))
    rows = np.sort(similarity, axis=1)[:, -k:].mean(axis=1)
    columns = np.sort(similarity, axis=0)[-k:].mean(axis=0)
    corrected: NDArray[np.float32] = 2 * similarity - rows[:, None] - columns[None, :]
    return corrected


def retrievals(encoder: Encoder, path: Path) -> list[Retrieval]:
    """Both directions of every language pair of a tab-separated file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = []
    for source, target in permutations([code for code in rows[0] if code in LANGUAGES], 2):
        both = [row for row in rows if row[source] and row[target]]
        similarity = encoder.encode([row[source] for row in both]) @ encoder.encode([row[target] for row in both]).T
        found.append(Retrieval(path.stem, source, target, top1(similarity), top1(csls(similarity))))
    return found


def development_retrievals(encoder: Encoder, data: Path) -> list[Retrieval]:
    """Every set and direction once: xwmt_test_multi repeats the pairs of the other X-WMT files but en-ru."""
    found = [r for path in sorted((data / "dev").glob("*.tsv")) for r in retrievals(encoder, path)]
    return [r for r in found if r.name != "xwmt_test_multi" or {r.source, r.target} == {"en", "ru"}]


def candidate_words() -> dict[str, list[str]]:
    """For each language, the word forms that occur at least CANDIDATE_COUNT times in the authored texts."""
    counts: dict[str, Counter[str]] = {code: Counter() for code in LANGUAGES}
    for row in chain(*authored_rows().values()):
        for code, texts in row.texts.items():
            for text in texts:
                counts[code].update(re.findall(r"[^\W\d_]{2,}", text.lower()))
    return {code: sorted(w for w, n in count.items() if n >= CANDIDATE_COUNT) for code, count in counts.items()}


def read_probe() -> list[dict[str, tuple[str, list[str]]]]:
    """For each concept and language the word to ask with, and the beginnings that a right answer may have."""
    with PROBE.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [{code: _probe_cell(row[code]) for code in LANGUAGES} for row in rows]


def _probe_cell(cell: str) -> tuple[str, list[str]]:
    word, *beginnings = cell.split("|")
    return word, beginnings


def word_accuracy(encoder: Encoder, data: Path, verbose: bool = False) -> dict[tuple[str, str], float]:
    """Percentage of probe words whose nearest word form in another language means the same."""
    probe, candidates = read_probe(), candidate_words()
    vectors = {code: encoder.encode_words(words) for code, words in candidates.items()}
    found = {}
    for source, target in permutations(LANGUAGES, 2):
        asked = encoder.encode_words([concept[source][0] for concept in probe])
        nearest = [candidates[target][n] for n in (asked @ vectors[target].T).argmax(axis=1)]
        right = [near.startswith(tuple(concept[target][1])) for near, concept in zip(nearest, probe, strict=True)]
        if verbose:
            wrong = [f"{c[source][0]}→{near}" for c, near, ok in zip(probe, nearest, right, strict=True) if not ok]
            print(f"  {source}→{target} wrong: {', '.join(wrong)}")
        found[source, target] = 100 * sum(right) / len(right)
    return found


def print_results(model: str | Path | None, data: Path, verbose: bool = False) -> None:
    """Print a table of every figure for one model."""
    encoder = load_encoder(model)
    found = development_retrievals(encoder, data)
    print(f"{'set':24}{'direction':12}{'top-1 %':>8}{'CSLS':>8}")
    for r in found:
        print(f"{r.name:24}{r.source + '→' + r.target:12}{r.top1:8.1f}{r.top1_csls:8.1f}")
    print(f"{'mean':36}{np.mean([r.top1 for r in found]):8.2f}{np.mean([r.top1_csls for r in found]):8.2f}")
    words = word_accuracy(encoder, data, verbose)
    print("words: " + ", ".join(f"{s}→{t} {value:.0f}" for (s, t), value in words.items()))
    print(f"words, mean: {np.mean(list(words.values())):.1f}")


def main() -> None:
    """Print the figures of the model named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None, help="folder or Hugging Face id; the embedded model by default")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--verbose", action="store_true", help="print the words that went wrong")
    options = parser.parse_args()
    print_results(options.model, options.data, options.verbose)


if __name__ == "__main__":
    main()
