"""Tests of `indexer.occurrences`: words in passages become keys in passages."""

from __future__ import annotations

import numpy as np

from indexer.occurrences import occurrences
from indexer.vocabulary import Vocabulary, analysed


def test_words_of_text_and_fields_become_keys_in_passages() -> None:
    vocabulary = Vocabulary()
    vocabulary.numbers(["en:child", "en:children"])
    found = analysed(vocabulary, None)
    # Passage 7 holds "children" and 9 "child"; both are of an article called "Children".
    none = np.zeros(2, np.int64), np.zeros(0, np.int32)
    fields = {"title": (np.array([0, 1]), np.array([1], np.int32)), "keywords": none, "author": none}
    held = occurrences(found.table, np.array([1, 0]), np.array([7, 9]), np.array([1, 1]), np.array([0, 0]), fields)
    names = [found.keys[key] for key in held.keys]
    columns = (held.passages.tolist(), held.weights.tolist(), held.in_text.tolist())
    assert list(zip(names, *columns, strict=True)) == [
        ("=children", 7, 1.0, True),
        ("child", 7, 1.0, True),
        ("=child", 9, 1.0, True),
        ("child", 9, 1.0, True),
        ("=children", 7, 2.0, False),
        ("child", 7, 2.0, False),
        ("=children", 9, 2.0, False),
        ("child", 9, 2.0, False),
    ]
