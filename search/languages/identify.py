"""Which language a text is written in: Kyrgyz, Kazakh, Russian, English or another.

A linear model over hashed character n-grams (one to four letters, with marks at word ends), after
Cavnar and Trenkle 1994 and Joulin et al. 2017. The weights are made by training/train_identifier.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.articles import LANGUAGES, OTHER_LANGUAGE

#: Order of the model's columns.
CODES = (*LANGUAGES, OTHER_LANGUAGE)

#: n-grams are hashed into 2 ** HASH_BITS rows.
HASH_BITS = 17

#: Characters read of a text: more adds time, not certainty.
SAMPLE_LENGTH = 600

_TABLE = Path(__file__).parent / "data" / "identify.npz"
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_SPACE = 32
_MULTIPLIERS = np.array([2654435761, 2246822519, 3266489917, 668265263], dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class IdentifierModel:
    """Weights of n-gram rows by language (rows x 5, float32), and the bias of each language."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def language_distribution(text: str) -> dict[str, float]:
    """How probable each of ky, kk, ru, en and "other" is; the five add up to 1.

    At most the first 600 characters are read. Letters that are neither Cyrillic nor Latin count
    as "other", and so does a text without letters.
    """
    points = letter_points(text)
    letters = points[points != _SPACE]
    if not letters.size:
        return {code: float(code == OTHER_LANGUAGE) for code in CODES}
    known = _share_of_known_scripts(letters)
    probabilities = known * _probabilities(ngram_rows(points))
    probabilities[-1] += 1.0 - known
    return dict(zip(CODES, probabilities.tolist(), strict=True))


def identify(text: str) -> str:
    """The most probable language of a text: "ky", "kk", "ru", "en" or "other"."""
    distribution = language_distribution(text)
    return max(CODES, key=distribution.__getitem__)


def letter_points(text: str) -> NDArray[np.uint32]:
    """Code points of the letters in lower case; every run of other characters is one space."""
    # Latin schwa stands for the Cyrillic one in much extracted Kazakh text.
    sample = text[:SAMPLE_LENGTH].lower().replace("ə", "ә")
    words = f" {_NOT_LETTERS.sub(' ', sample).strip()} "
    return np.frombuffer(words.encode("utf-32-le", "replace"), dtype=np.uint32)


def ngram_rows(points: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Rows of all n-grams, n = 1 to 4, that do not reach over a space."""
    inside = points != _SPACE
    hashes = points * _MULTIPLIERS[0]
    rows = [hashes[inside]]
    whole = np.ones(len(points), dtype=bool)
    for n in range(2, min(4, len(points)) + 1):
        hashes = (hashes[:-1] ^ (hashes[:-1] >> np.uint32(15))) * _MULTIPLIERS[n - 1] + points[n - 1 :]
        # An n-gram may begin or end with a space, which marks the edge of a word.
        whole = whole[:-1] & inside[n - 2 : len(points) - 1] if n > 2 else whole[:-1]
        rows.append(hashes[whole])
    mixed = np.concatenate(rows) * _MULTIPLIERS[0]
    rows_of_hashes: NDArray[np.int64] = (mixed >> np.uint32(32 - HASH_BITS)).astype(np.int64)
    return rows_of_hashes


def _probabilities(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Softmax of the summed weights, divided by the root of their number so that length tells less."""
    model = _model()
    scores = model.weights[rows].sum(axis=0, dtype=np.float64) / np.sqrt(len(rows)) + model.bias
    exponents = np.exp(scores - scores.max())
    return np.asarray(exponents / exponents.sum())


def _share_of_known_scripts(letters: NDArray[np.uint32]) -> float:
    """Part of the letters that is Latin or Cyrillic."""
    latin = (letters < 0x250) | ((letters >= 0x1E00) & (letters < 0x1F00))
    cyrillic = (letters >= 0x400) & (letters < 0x530)
    return float((latin | cyrillic).mean())


@cache
def _model() -> IdentifierModel:
    """The stored model: weights are kept as 8-bit integers with one scale."""
    with np.load(_TABLE) as table:
        weights = table["weights"].astype(np.float32) * np.float32(table["scale"])
        return IdentifierModel(weights, table["bias"].astype(np.float32))
