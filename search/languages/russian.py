"""Russian lemmas, by the dictionary of OpenCorpora as pymorphy3 reads it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer

#: A second lemma is kept when the dictionary finds it at least this probable.
SECOND_LEMMA_PROBABILITY = 0.2

_CYRILLIC = re.compile(r"[\u0400-\u04ff]+(?:-[\u0400-\u04ff]+)*")


@cache
def analyzer() -> MorphAnalyzer:
    """The dictionary; read on first use."""
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer()


def lemmas(form: str) -> tuple[str, ...]:
    """Lemmas of a lower-cased Russian form, best first, at most two; a form not wholly Cyrillic is its own lemma."""
    # The dictionary has no other forms, and fails at letters without a Unicode name.
    if not _CYRILLIC.fullmatch(form):
        return (form,)
    probability: dict[str, float] = {}
    for parse in analyzer().parse(form):
        lemma = parse.normal_form.replace("ё", "е")
        probability[lemma] = probability.get(lemma, 0.0) + parse.score
    ranked = sorted(probability, key=lambda lemma: -probability[lemma])
    return tuple(
        lemma for place, lemma in enumerate(ranked[:2]) if not place or probability[lemma] >= SECOND_LEMMA_PROBABILITY
    ) or (form,)


def is_known(form: str) -> bool:
    """Whether the dictionary has a lower-cased Russian form."""
    return bool(_CYRILLIC.fullmatch(form)) and bool(analyzer().word_is_known(form))
