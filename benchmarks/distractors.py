"""Paragraphs that get in the way of judged passages: `python -m benchmarks.distractors > FILE.jsonl`."""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

SENTENCES = Path(__file__).parents[1] / "training" / "data"
LANGUAGES = ("en", "ru", "kk", "ky")

#: Paragraphs in each language, sentences in each, and the letters an English sentence has at least: search phrases
#: and headings have fewer.
PER_LANGUAGE = 825
LENGTH = 5
SHORTEST = 60

Row = dict[str, str]


def blocks() -> list[list[Row]]:
    """Runs of neighbouring rows of parallel sentences, which tend to be on one subject."""
    found: list[list[Row]] = []
    for path in sorted(SENTENCES.glob("*_sentences.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows = [row for row in table if len(row["en"]) > SHORTEST]
        found.extend(rows[start : start + LENGTH] for start in range(0, len(rows) - LENGTH, LENGTH))
    return found


def distractors() -> Iterator[dict[str, str]]:
    """Articles of one paragraph each, the same ones every time."""
    draw = random.Random(1)
    for language in LANGUAGES:
        for number, block in enumerate(draw.sample(blocks(), PER_LANGUAGE)):
            text = " ".join(row[language].strip() for row in block)
            yield {"id": f"distractor-{language}-{number}", "title": "", "text": text}


def main() -> None:
    """Print them, one JSON object a line, as `izde index` reads them."""
    for article in distractors():
        sys.stdout.write(json.dumps(article, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
