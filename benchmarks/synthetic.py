"""Passages made of the words of our own articles with a Zipfian frequency, in four languages."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from search.articles import LANGUAGES

SOURCES = Path(__file__).parents[1] / "index_data" / "sources"
WORDS_PER_PASSAGE = 120
PASSAGES_PER_ARTICLE = 20

_WORD = re.compile(r"[^\W\d_]{2,}")


def vocabulary(language: str) -> list[str]:
    """The distinct words of our articles in a language, the most frequent first."""
    counts: dict[str, int] = {}
    for file in sorted((SOURCES / language).glob("*.md")):
        for word in _WORD.findall(file.read_text("utf-8")):
            counts[word.lower()] = counts.get(word.lower(), 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))


def articles(passages: int, seed: int = 1) -> Iterator[dict[str, object]]:
    """Articles that give about this many passages of 120 words each."""
    chance = random.Random(seed)
    words = {language: vocabulary(language) for language in LANGUAGES}
    weights = {language: [1 / (rank + 1) for rank in range(len(known))] for language, known in words.items()}
    for number in range(max(1, passages // PASSAGES_PER_ARTICLE)):
        language = LANGUAGES[number % len(LANGUAGES)]
        paragraphs = []
        for _ in range(PASSAGES_PER_ARTICLE):
            drawn = chance.choices(words[language], weights[language], k=WORDS_PER_PASSAGE)
            sentences = [" ".join(drawn[at : at + 15]).capitalize() + "." for at in range(0, len(drawn), 15)]
            paragraphs.append(" ".join(sentences))
        title = " ".join(chance.choices(words[language][100:], k=5)).capitalize()
        yield {
            "id": f"synthetic-{number}",
            "title": title,
            "text": "\n\n".join(paragraphs),
            "language": language,
            "year": 2000 + number % 25,
        }


def write(file: Path, passages: int) -> None:
    """Write the articles as a .jsonl source."""
    with open(file, "w", encoding="utf-8") as stream:
        for article in articles(passages):
            stream.write(json.dumps(article, ensure_ascii=False) + "\n")


def queries(count: int, seed: int = 2) -> list[str]:
    """Queries of two to four words of one language, drawn from all ranks of its vocabulary."""
    chance = random.Random(seed)
    words = {language: vocabulary(language) for language in LANGUAGES}
    return [
        " ".join(chance.choices(words[LANGUAGES[number % len(LANGUAGES)]], k=chance.randint(2, 4)))
        for number in range(count)
    ]
