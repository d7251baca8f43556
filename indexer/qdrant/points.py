"""Analysed articles -> the points of their passages, and their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qdrant_client import models

from indexer.analysed_article import AnalysedArticle
from indexer.occurrences import occurrences
from indexer.qdrant.vocabulary import ShareVocabulary
from search.articles import Passage
from search.backends.qdrant.schema import (
    KEYS,
    LOTS,
    MEANING,
    NOMINAL_LENGTH,
    packed_vector,
    packed_words,
    passage_digest,
    point_id,
)
from search.chained import Ints, bounds_of, rows
from search.conditions import ARTICLE_FIELDS
from search.keyindex import Floats, Occurrences, saturation, told_apart
from search.strings import checksum

#: Decimals of the weights of keys: as many as tell passages apart.
_DECIMALS = 5

Checksums = NDArray[np.uint32]
Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Holding:
    """Which keys some passages hold, with their weights: `bounds` is where those of each passage begin.

    `keys` are numbers of the vocabulary, `checksums` theirs. A key is there once a passage.
    """

    bounds: Ints
    keys: NDArray[np.int32]
    checksums: Checksums
    weights: Floats
    in_text: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ArticlePoints:
    """The points of an article's passages, how many words they have, and the sum of their digests (see `schema`)."""

    analysed: AnalysedArticle
    passages: list[models.PointStruct]
    words: int
    digest: int


def article_points(articles: Sequence[AnalysedArticle], vocabulary: ShareVocabulary) -> list[ArticlePoints]:
    """The points of some articles' passages; their words, and the passages that hold each key, are counted."""
    numbers = [vocabulary.numbers(article.names) for article in articles]
    held = _holding(articles, numbers, vocabulary)
    vocabulary.count(held.keys)
    vectors, text_keys = _sparse_vectors(held), _text_keys(held)
    ends = accumulate((len(article.lengths) for article in articles), initial=0)
    return [
        _points(article, own, vocabulary, vectors[first:last], text_keys[first:last])
        for article, own, (first, last) in zip(articles, numbers, pairwise(ends), strict=True)
    ]


def article_point(points: ArticlePoints, share: int, source: str) -> models.PointStruct:
    """The point of an article itself, which a share of the sources holds, read from the file `source`."""
    prepared = points.analysed.prepared
    article = prepared.article
    payload = {
        "id": article.id,
        "title": article.title,
        "authors": list(article.authors),
        "year": article.year,
        "url": article.url,
        "keywords": list(article.keywords),
        "language": article.language,
        "pages": list(article.pages),
        "text": article.text,
        "content": prepared.content,
        "source": source,
        "share": share,
        "passages": len(points.passages),
        "digest": f"{points.digest:016x}",
    }
    return models.PointStruct(id=point_id("article", article.id), vector={}, payload=payload)


def _holding(
    articles: Sequence[AnalysedArticle], numbers: Sequence[NDArray[np.int32]], vocabulary: ShareVocabulary
) -> Holding:
    """What the passages of articles hold, given the numbers of the articles' words."""
    pairs = list(zip(articles, numbers, strict=True))
    lengths = np.array([length for article in articles for length in article.lengths], np.int64)
    owners = np.repeat(np.arange(len(articles)), [len(article.lengths) for article in articles])
    fields = {
        name: (
            bounds_of([len(article.fields[name]) for article in articles]),
            np.concatenate([own[article.fields[name]] for article, own in pairs]),
        )
        for name in ARTICLE_FIELDS
    }
    words = np.concatenate([own[article.words] for article, own in pairs])
    found = occurrences(vocabulary, words, np.arange(len(lengths)), lengths, owners, fields)
    ids = (passage.id for article in articles for passage in article.prepared.passages)
    return _added_up(found, told_apart(lengths, [checksum(each) for each in ids]), vocabulary.key_checksums)


def _added_up(found: Occurrences, lengths: Floats, checksums: Checksums) -> Holding:
    # Only indexing needs it, and it takes a tenth of a second to load.
    from scipy.sparse import coo_array

    # Both sums at once: the weight, and in the imaginary part the occurrences in the text.
    values = found.weights + 1j * found.in_text.astype(np.float32)
    table = coo_array((values, (found.passages, found.keys)), shape=(len(lengths), len(checksums))).tocsr()
    table.sum_duplicates()
    bounds, keys = table.indptr.astype(np.int64), table.indices.astype(np.int32)
    relative = np.repeat((lengths / NOMINAL_LENGTH).astype(np.float32), np.diff(bounds))
    weights = saturation(table.data.real, relative)
    return Holding(bounds, keys, checksums[keys], weights, table.data.imag > 0)


def _sparse_vectors(held: Holding) -> list[models.SparseVector]:
    """The weights of each passage's keys under their checksums; of keys of the same checksum, the larger."""
    passages = np.repeat(np.arange(len(held.bounds) - 1), np.diff(held.bounds))
    order = np.lexsort((-held.weights, held.checksums, passages))
    passages, checksums = passages[order], held.checksums[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (np.diff(passages) != 0) | (np.diff(checksums) != 0)
    indices = checksums[is_first].tolist()
    values = np.round(held.weights[order][is_first].astype(np.float64), _DECIMALS).tolist()
    bounds = np.searchsorted(passages[is_first], np.arange(len(held.bounds))).tolist()
    return [
        models.SparseVector.model_construct(indices=indices[first:last], values=values[first:last])
        for first, last in pairwise(bounds)
    ]


def _text_keys(held: Holding) -> list[list[int]]:
    """The checksums of the keys each passage holds in its own text, sorted."""
    parts = pairwise(held.bounds.tolist())
    return [np.unique(held.checksums[first:last][held.in_text[first:last]]).tolist() for first, last in parts]


def _points(
    analysed: AnalysedArticle,
    numbers: NDArray[np.int32],
    vocabulary: ShareVocabulary,
    vectors: Sequence[models.SparseVector],
    text_keys: Sequence[list[int]],
) -> ArticlePoints:
    """The points of one article, given the numbers of its words."""
    shared = _shared_payload(analysed, numbers, vocabulary)
    words = vocabulary.checksums[numbers[analysed.words]]
    meanings, scales = analysed.vectors
    points, sum_of_digests = [], 0
    for place, (passage, (first, last)) in enumerate(
        zip(analysed.prepared.passages, pairwise(bounds_of(analysed.lengths).tolist()), strict=True)
    ):
        name = point_id("passage", passage.article_id, passage.ordinal)
        payload = {
            **_passage_payload(passage),
            **shared,
            "references": bool(analysed.references[place]),
            "words": packed_words(words[first:last]),
            "text_keys": text_keys[place],
            "vector": packed_vector(meanings[place]),
            "scale": float(scales[place]),
            "lot": int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "little") % LOTS,
        }
        payload["digest"] = passage_digest(payload)
        sum_of_digests += payload["digest"]
        # Only the direction of the vector counts, and whole numbers are a third as long.
        vector = {MEANING: meanings[place].tolist(), KEYS: vectors[place]}
        points.append(models.PointStruct.model_construct(id=name, vector=vector, payload=payload))
    return ArticlePoints(analysed, points, len(words), sum_of_digests % 2**64)


def _passage_payload(passage: Passage) -> Payload:
    payload = {
        "article": passage.article_id,
        "ordinal": passage.ordinal,
        "start": passage.start,
        "end": passage.end,
        "language": passage.language,
        "text": passage.text,
    }
    return payload if passage.page is None else {**payload, "page": passage.page}


def _shared_payload(analysed: AnalysedArticle, numbers: NDArray[np.int32], vocabulary: ShareVocabulary) -> Payload:
    """What all passages of an article have in common."""
    article = analysed.prepared.article
    payload: Payload = {
        "authors": list(article.authors),
        "authors_folded": [author.casefold() for author in article.authors],
        "content": analysed.prepared.content,
    }
    if article.year is not None:
        payload["year"] = article.year
    for name in ARTICLE_FIELDS:
        words = numbers[analysed.fields[name]]
        payload[name] = packed_words(vocabulary.checksums[words])
        payload[f"{name}_keys"] = _key_checksums(words, vocabulary)
    return payload


def _key_checksums(words: NDArray[np.int32], vocabulary: ShareVocabulary) -> list[int]:
    """The checksums of the keys of words, sorted."""
    places, _ = rows(vocabulary.key_offsets, words)
    return np.unique(vocabulary.key_checksums[vocabulary.keys[places]]).tolist()
