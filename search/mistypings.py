"""Which of very many words are within a few mistypings of one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from search.chained import bounds_of

Bits = NDArray[np.uint64]


class Forms:
    """Word forms, each with its length and its letters as bits, by which nearly all others are ruled out at once.

    A mistyping takes one letter away, brings one in, does both, or changes the order only, so that at most two bits
    differ for each (a filter as of Navarro 2001, "A guided tour to approximate string matching", section 8).
    """

    def __init__(self, forms: Iterable[str]) -> None:
        self._forms = [form for form in sorted(set(forms)) if form]
        self._lengths = np.array([len(form) for form in self._forms], np.int64)
        self._letters = _letters(self._forms, self._lengths)

    def near(self, form: str, most: int) -> list[tuple[int, str]]:
        """The forms within `most` mistypings (optimal string alignment) of a form, with their distances."""
        if not form:
            return []
        length = np.array([len(form)], np.int64)
        differing = np.bitwise_count(self._letters ^ _letters([form], length))
        possible = np.flatnonzero((np.abs(self._lengths - length) <= most) & (differing <= 2 * most))
        measured = ((OSA.distance(form, self._forms[n], score_cutoff=most), self._forms[n]) for n in possible.tolist())
        return [(distance, other) for distance, other in measured if distance <= most]


def _letters(forms: list[str], lengths: NDArray[np.int64]) -> Bits:
    """The letters of each form, a bit each; letters far apart in Unicode may share one. Shape (forms,)."""
    if not forms:
        return np.zeros(0, np.uint64)
    codes = np.frombuffer("".join(forms).encode("utf-32-le", "surrogatepass"), np.uint32)
    bits = np.uint64(1) << (codes % 64).astype(np.uint64)
    return np.bitwise_or.reduceat(bits, bounds_of(lengths)[:-1])
