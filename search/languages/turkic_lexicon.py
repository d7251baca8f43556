"""Stems of Kazakh and Kyrgyz with how often they occur, and how likely each ending is."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from math import log

from search.languages.turkic_sounds import table_rows

#: Parts of speech the grammar knows: nominal and verb.
PARTS = ("n", "v")


class Lexicon:
    """The stems (`xx_stems.tsv`), irregular forms (`xx_forms.tsv`) and readings (`xx_readings.tsv`) known.

    `counts[pos][lemma]` is how often a stem was seen; `forms[form]` are the lemmas of an irregular form;
    `likelihood(pos, morphemes)` is the log-probability of what follows a stem.
    """

    def __init__(self, language: str) -> None:
        self.counts: dict[str, dict[str, float]] = {pos: {} for pos in PARTS}
        for lemma, pos, count in table_rows(f"{language}_stems.tsv"):
            self.counts[pos][lemma] = float(count)
        self.forms: dict[str, tuple[str, ...]] = {}
        for lemma, forms in table_rows(f"{language}_forms.tsv"):
            for form in forms.split():
                self.forms[form] = (*self.forms.get(form, ()), lemma)[:2]
        self._readings = {row[0]: float(row[1]) for row in table_rows(f"{language}_readings.tsv")}
        self._rarest = min(self._readings.values(), default=0.0) - 1.0

    def knows(self, lemma: str, pos: str | None = None) -> bool:
        """Whether a lemma is in the table, as this part of speech or as any."""
        if pos is not None:
            return lemma in self.counts[pos]
        return lemma in self.counts["n"] or lemma in self.counts["v"]

    def frequency(self, lemma: str, pos: str) -> float:
        """Logarithm of how often the stem was seen, 0 for a stem never seen."""
        return log(1.0 + self.counts[pos].get(lemma, 0.0))

    def likelihood(self, pos: str, morphemes: tuple[str, ...]) -> float:
        """Log-probability of the morphemes after a stem; a little below the rarest when never seen."""
        return self._readings.get(" ".join((pos, *morphemes)), self._rarest)

    def shape(self, stem: str, pos: str) -> float:
        """Log-probability that a stem of this part of speech ends in the last two letters of `stem`."""
        endings = self._shapes[pos]
        return log((endings[stem[-2:]] + 0.1) / (len(self.counts[pos]) + 1.0))

    @cached_property
    def _shapes(self) -> dict[str, Counter[str]]:
        return {pos: Counter(stem[-2:] for stem in self.counts[pos]) for pos in PARTS}
