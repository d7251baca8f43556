"""The pieces of the encoder: a unigram vocabulary over lower-cased words of the four languages."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from math import log

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.trainers import UnigramTrainer

from training.data import Row

UNKNOWN = "[UNK]"

#: How often a text of our own counts against one of another kind: the vocabulary should know its register.
OWN_KINDS = frozenset({"authored", "terms"})
AUTHORED_WEIGHT = 4

#: Share of the pieces kept for frequent authored words as wholes.
WHOLE_WORDS = 0.15


def blank_tokenizer() -> Tokenizer:
    """A tokenizer with our rules for words and no pieces yet.

    Words are runs of letters, marks and digits, lower-cased, compatibility-composed (NFKC), without
    soft hyphens and stress marks, ё written е. All else parts words and is dropped.
    """
    tokenizer = Tokenizer(Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex("[\u00ad\u200b-\u200d\u0300\u0301\ufe00-\ufe0f]"), ""),
            normalizers.Replace("ё", "е"),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{M}\p{N}]+"), behavior="removed"),
            pre_tokenizers.Metaspace(prepend_scheme="always", split=True),
        ]
    )
    return tokenizer


def train_tokenizer(rows: dict[str, list[Row]], pieces: int) -> Tokenizer:
    """A tokenizer of about `pieces` pieces learnt from all texts of `rows`; piece 0 is the unknown one.

    A share of WHOLE_WORDS are frequent authored words that the unigram vocabulary would have cut, often
    behind an unrelated shorter word (илим into или + м, шоссе into шос + се).
    """
    trainer = UnigramTrainer(
        vocab_size=round(pieces * (1 - WHOLE_WORDS)),
        special_tokens=[UNKNOWN],
        unk_token=UNKNOWN,
        max_piece_length=16,
        show_progress=False,
    )
    tokenizer = blank_tokenizer()
    tokenizer.train_from_iterator(_texts(rows), trainer)
    scores = dict(_scores(tokenizer))
    own = [row for kind in sorted(OWN_KINDS) for row in rows[kind]]
    whole = _whole_words(tokenizer, own, scores, pieces - len(scores))
    return with_pieces(tokenizer, [(piece, round(score, 3)) for piece, score in (scores | whole).items()])


def _whole_words(tokenizer: Tokenizer, rows: list[Row], known: Mapping[str, float], number: int) -> dict[str, float]:
    """The `number` most frequent words of `rows` that are no piece, as pieces, with their log-probability."""
    counts: Counter[str] = Counter()
    for text in _texts({"authored": rows}):
        words = tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))
        counts.update(word for word, _ in words)
    total = counts.total()
    missing = ((word, count) for word, count in counts.most_common() if word not in known)
    return {word: log(count / total) for word, count in islice(missing, number)}


def _texts(rows: dict[str, list[Row]]) -> Iterator[str]:
    for kind, of_kind in rows.items():
        for _ in range(AUTHORED_WEIGHT if kind in OWN_KINDS else 1):
            for row in of_kind:
                for forms in row.texts.values():
                    yield from forms


def _scores(tokenizer: Tokenizer) -> list[tuple[str, float]]:
    return [(piece, score) for piece, score in json.loads(tokenizer.to_str())["model"]["vocab"]]


def with_pieces(tokenizer: Tokenizer, scores: Iterable[tuple[str, float]]) -> Tokenizer:
    """The same rules with these pieces and log-probabilities."""
    state = json.loads(tokenizer.to_str())
    state["model"]["vocab"] = [list(pair) for pair in scores]
    return Tokenizer.from_str(json.dumps(state))


def thinned(tokenizer: Tokenizer, share: float, seed: int) -> Tokenizer:
    """The tokenizer with a random `share` of its longer pieces made too unlikely to be used.

    It cuts words differently while piece numbers stay the same. Training on several cuts of a word is
    subword regularisation (Kudo 2018) by another name: stems and endings learn from every form.
    """
    draw = random.Random(seed)
    scores = [
        (piece, score - 1000.0 if len(piece.strip("▁")) > 2 and draw.random() < share else score)
        for piece, score in _scores(tokenizer)
    ]
    return with_pieces(tokenizer, scores)
