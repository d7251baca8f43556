"""Our own four-way glossary and sentences, as lemmas and word counts of one language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from search.languages.turkic import Analyser

COLUMNS = ("en", "ru", "kk", "ky")
_INFINITIVE = re.compile(r"(?:ть|ти|чь)(?:ся|сь)?$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(slots=True)
class Glossary:
    """Lemmas with their part of speech: `n` nominal, `v` verb."""

    lemmas: dict[str, set[str]] = field(default_factory=dict)

    def add(self, lemma: str, pos: str) -> None:
        """Note a lemma."""
        self.lemmas.setdefault(lemma, set()).add(pos)

    def words(self) -> list[tuple[str, str]]:
        """Every lemma with each of its parts of speech."""
        return [(lemma, pos) for lemma, parts in self.lemmas.items() for pos in sorted(parts)]

    def weight(self, lemma: str, pos: str) -> float:
        """1 for a lemma of the glossary, else 0."""
        return float(pos in self.lemmas.get(lemma, ()))


def read_glossary(folder: Path, language: str, analyser: Analyser) -> Glossary:
    """One-word terms as nominals; verbal nouns that translate a Russian infinitive as verbs."""
    glossary = Glossary()
    for row in _rows(folder, "*_terms.tsv"):
        is_verb = all(_INFINITIVE.search(word) for word in row["ru"].split(" / "))
        for term in row[language].lower().replace("ё", "е").split(" / "):
            words = _WORD.findall(term)
            if is_verb and words:
                _add_verb(glossary, words[-1], analyser)
            elif len(words) == 1:
                glossary.add(words[0], "n")
    return glossary


def _add_verb(glossary: Glossary, verbal_noun: str, analyser: Analyser) -> None:
    stems = [r.stem for r in analyser.analyses(verbal_noun) if r.glosses == ("VN",) and len(r.stem) > 1]
    for stem in stems if len(stems) == 1 else ():
        glossary.add(stem, "v")


def read_running_text(folder: Path, language: str) -> Counter[str]:
    """How often each lower-cased word stands in our sentences."""
    counts: Counter[str] = Counter()
    for row in _rows(folder, "*_sentences.tsv"):
        counts.update(_WORD.findall(row[language].lower().replace("ё", "е")))
    return counts


def _rows(folder: Path, pattern: str) -> Iterator[dict[str, str]]:
    for path in sorted(folder.glob(pattern)):
        for line in path.read_text(encoding="utf-8").split("\n")[1:]:
            cells = line.split("\t")
            if len(cells) == len(COLUMNS):
                yield dict(zip(COLUMNS, cells, strict=True))
