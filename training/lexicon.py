"""Word pairs drawn from parallel texts: IBM model 1 both ways, and the pairs both agree on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.corpus import Ragged

ITERATIONS = 6

#: Least probability of a word given its counterpart, in each direction, and least expected meetings.
LEAST_PROBABILITY = 0.25
LEAST_COUNT = 1.2

#: What makes a pair sure in one direction alone: one of many inflected forms of the other word.
SURE_PROBABILITY = 0.5
SURE_COUNT = 1.8

#: Texts with more words than this on a side teach little and cost much.
LONGEST = 40


@dataclass(frozen=True, slots=True)
class _Meetings:
    """Every word of a left text beside every word of its right text."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    left_place: NDArray[np.int64]
    right_place: NDArray[np.int64]
    pair: NDArray[np.int64]
    pair_left: NDArray[np.int64]
    pair_right: NDArray[np.int64]


def aligned_words(left: Ragged, right: Ragged) -> list[tuple[int, int]]:
    """Pairs of word numbers that translate each other, most often in inflected forms.

    IBM model 1 (Brown et al. 1993) in both directions; kept are pairs that are each other's best, or sure in
    one direction, by the thresholds of this file.
    """
    met = _meetings(left, right)
    forward = _model_1(met.pair, met.pair_left, met.right_place)
    backward = _model_1(met.pair, met.pair_right, met.left_place)
    score = np.minimum(forward.probability, backward.probability)
    count = np.minimum(forward.count, backward.count)
    mutual = _is_best(score, met.pair_left) & _is_best(score, met.pair_right)
    kept = mutual & (score >= LEAST_PROBABILITY) & (count >= LEAST_COUNT)
    for translation, owner in ((forward, met.pair_left), (backward, met.pair_right)):
        sure = (translation.probability >= SURE_PROBABILITY) & (count >= SURE_COUNT)
        kept |= sure & _is_best(translation.probability, owner)
    return list(zip(met.pair_left[kept].tolist(), met.pair_right[kept].tolist(), strict=True))


def _meetings(left: Ragged, right: Ragged) -> _Meetings:
    left_lengths, right_lengths = np.diff(left.starts), np.diff(right.starts)
    fit = np.flatnonzero((left_lengths <= LONGEST) & (right_lengths <= LONGEST))
    left, right = left.take(fit), right.take(fit)
    left_lengths, right_lengths = np.diff(left.starts), np.diff(right.starts)
    sizes = left_lengths * right_lengths
    text = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    left_place = left.starts[text] + within // right_lengths[text]
    right_place = right.starts[text] + within % right_lengths[text]
    left_word, right_word = (
        left.values[left_place].astype(np.int64),
        right.values[right_place].astype(np.int64),
    )
    width = int(right_word.max()) + 1
    keys, pair = np.unique(left_word * width + right_word, return_inverse=True)
    return _Meetings(left_word, right_word, left_place, right_place, pair, keys // width, keys % width)


@dataclass(frozen=True, slots=True)
class _Translation:
    """For each pair of words, the probability of one given the other and the expected number of links."""

    probability: NDArray[np.float64]
    count: NDArray[np.float64]


def _model_1(pair: NDArray[np.int64], given: NDArray[np.int64], place: NDArray[np.int64]) -> _Translation:
    """Expectation maximisation: each place of the explained side shares one link among its meetings."""
    probability: NDArray[np.float64] = np.ones(len(given))
    count = probability
    for _ in range(ITERATIONS):
        weight = probability[pair]
        share = weight / np.bincount(place, weight)[place]
        count = np.bincount(pair, share, minlength=len(given)).astype(np.float64)
        probability = count / np.bincount(given, count)[given]
    return _Translation(probability, count)


def _is_best(score: NDArray[np.float64], owner: NDArray[np.int64]) -> NDArray[np.bool_]:
    best = np.zeros(owner.max() + 1)
    np.maximum.at(best, owner, score)
    return score >= best[owner]
