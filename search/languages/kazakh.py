"""Kazakh lemmas, by the grammar and the stems in data/kk_*.tsv."""

from __future__ import annotations

from functools import cache

from search.languages.turkic_tokens import TokenAnalyser


@cache
def analyser() -> TokenAnalyser:
    """The Kazakh analyser; its tables are read on first use."""
    return TokenAnalyser("kk")


def lemmas(form: str) -> tuple[str, ...]:
    """Lemmas of a lower-cased Kazakh form, best first, at most two."""
    return analyser().lemmas(form)


def is_known(form: str) -> bool:
    """Whether the lexicon has the lemma of a lower-cased Kazakh form."""
    return analyser().is_known(form)
