"""What weights of keys that each shard works out by itself would change: why the cluster is asked with our own.

Qdrant's modifier for sparse vectors takes the document frequencies of the shard it looks in. Here the passages of an
index on disk are dealt into shards by chance, as the hash of their ids does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.cluster.bench import Bench
from benchmarks.cluster.equality import SAME
from benchmarks.cluster.heard import Heard, asked_for
from benchmarks.timing import Figures
from search.keyindex import KeyIndex, Postings, scores
from search.keys import idf
from search.semantic import best

#: Shards that passages are dealt into.
SHARDS = (3, 12)

#: Keys by how many passages hold them: from the one number to before the next.
BANDS = (1, 10, 100, 1_000, 10_000, 10**9)

#: Keys of a band that are looked at, at most.
_SAMPLE = 2_000

_TOP = 10

Shards = NDArray[np.int8]


def weights(bench: Bench) -> Figures:
    """How far the weights of keys differ between shards and the whole, and for how many queries the hits would."""
    backend = Heard.of(bench)
    keys = backend.keys
    figures: Figures = {}
    own = [asked.own for asked in asked_for(backend, bench.compared(), "keyword")]
    for count in SHARDS:
        shards = np.random.default_rng(4).integers(count, size=keys.passages).astype(np.int8)
        figures |= {f"shards_{count}_{name}": value for name, value in _differences(keys, shards, count).items()}
        figures |= {f"shards_{count}_{name}": value for name, value in _changed(keys, shards, count, own).items()}
    return figures


def _differences(keys: KeyIndex, shards: Shards, count: int) -> Figures:
    """Of keys of each band, in the shards that hold them: how far the shard's weight is from that of all."""
    frequencies = np.concatenate([np.diff(part) for part in keys._offsets])
    sizes = np.bincount(shards, minlength=count)
    chance = np.random.default_rng(5)
    figures: Figures = {}
    for low, high in pairwise(BANDS):
        band = np.flatnonzero((frequencies >= low) & (frequencies < high))
        if not len(band):
            continue
        chosen = chance.permutation(band)[:_SAMPLE]
        found = [each for number in chosen.tolist() for each in _of_key(keys, number, shards, sizes)]
        median, p95 = np.percentile(found, (50, 95)).tolist()
        figures |= {f"from_{low}_median": median, f"from_{low}_p95": p95, f"from_{low}_most": max(found)}
    return figures


def _of_key(keys: KeyIndex, number: int, shards: Shards, sizes: NDArray[np.int64]) -> Iterator[float]:
    holders = keys.holding([number], in_text=False)
    of_all = idf(len(holders), keys.passages)
    for size, held in zip(sizes.tolist(), np.bincount(shards[holders], minlength=len(sizes)).tolist(), strict=True):
        if held:
            yield abs(idf(held, size) - of_all)


def _changed(keys: KeyIndex, shards: Shards, count: int, queries: Sequence[Sequence[Mapping[str, float]]]) -> Figures:
    """For what share of queries the first ten passages, their order or the first would be others."""
    sizes = np.bincount(shards, minlength=count)

    def by_shard(key: str) -> Postings:
        postings = keys.postings(key)
        held = np.bincount(shards[postings.passages], minlength=count)
        ratios = [idf(own, size) for own, size in zip(held.tolist(), sizes.tolist(), strict=True)]
        factor = np.array(ratios, np.float32) / np.float32(keys.rarity(len(postings.passages)))
        return Postings(postings.passages, postings.impacts * factor[shards[postings.passages]])

    return {name: float(np.mean(each)) for name, each in _other(keys, queries, by_shard).items()}


def _other(
    keys: KeyIndex, queries: Sequence[Sequence[Mapping[str, float]]], by_shard: Callable[[str], Postings]
) -> dict[str, list[bool]]:
    """Whether the first ten passages, their order or the first are others, and not only of equal score, by query."""
    others: dict[str, list[bool]] = {"other_hits": [], "other_order": [], "other_first": []}
    for words in queries:
        scored = np.zeros(keys.passages, np.float32)
        passages, found = keys.scores(words)
        scored[passages] = found
        right = scored[passages[best(found, _TOP)]]
        passages, found = scores(words, by_shard, keys.passages)
        chosen = scored[passages[best(found, _TOP)]]
        others["other_order"].append(not np.allclose(right, chosen, atol=SAME))
        others["other_hits"].append(not np.allclose(right, -np.sort(-chosen), atol=SAME))
        others["other_first"].append(not np.allclose(right[:1], chosen[:1], atol=SAME))
    return others
