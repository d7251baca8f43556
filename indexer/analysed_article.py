"""A prepared article -> its words and vectors, independent of all other articles: work for any process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.preparation import PreparedArticle
from indexer.references import is_reference_list
from search.articles import Article
from search.conditions import ARTICLE_FIELDS
from search.encoder import Encoder
from search.languages.identify import identify
from search.languages.tokens import tokenize
from search.vectors import Bytes, Floats, quantised
from search.words import word_name

#: What title and key words add to the vector of each passage.
HEADING_WEIGHT = 0.4

#: Passages encoded at once.
_BATCH = 256

Numbers = NDArray[np.int32]

_NO_VECTORS = np.zeros((0, 0), np.int8), np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class AnalysedArticle:
    """An article as the indexes need it.

    `names` are its distinct words (see `search.words.word_name`); `words` has the places among them of all words of its
    passages on end, `places` their start and end, shape (words, 2), `lengths` how many each passage has. `fields` has
    the words of title, key words and authors. `vectors` are as `search.vectors.quantised` gives them, `references` says
    which passages are lists of references.
    """

    prepared: PreparedArticle
    names: Sequence[str]
    words: Numbers
    places: Numbers
    lengths: Sequence[int]
    fields: Mapping[str, Numbers]
    vectors: tuple[Bytes, Floats]
    references: Sequence[bool]

    @property
    def id(self) -> str:
        """The id of the article."""
        return self.prepared.article.id


def analysed_article(prepared: PreparedArticle, encoder: Encoder | None) -> AnalysedArticle:
    """Find an article's words and encode its passages; without an encoder that is left to `with_vectors`."""
    numbers: dict[tuple[str, str], int] = {}

    def number(language: str, form: str) -> int:
        return numbers.setdefault((language, form), len(numbers))

    article = prepared.article
    tokenized = [list(tokenize(passage.text)) for passage in prepared.passages]
    words = [
        number(passage.language, token.form)
        for passage, tokens in zip(prepared.passages, tokenized, strict=True)
        for token in tokens
    ]
    places = [(token.start, token.end) for tokens in tokenized for token in tokens]
    texts = dict(
        zip(ARTICLE_FIELDS, (article.title, "\n".join(article.keywords), "\n".join(article.authors)), strict=True)
    )
    fields = {
        name: np.array([number(identify(text), token.form) for token in tokenize(text)], np.int32)
        for name, text in texts.items()
    }
    analysed = AnalysedArticle(
        prepared,
        [word_name(*each) for each in numbers],
        np.array(words, np.int32),
        np.array(places, np.int32).reshape(-1, 2),
        [len(tokens) for tokens in tokenized],
        fields,
        _NO_VECTORS,
        [is_reference_list(passage.text) for passage in prepared.passages],
    )
    return with_vectors(analysed, encoder) if encoder else analysed


def with_vectors(analysed: AnalysedArticle, encoder: Encoder) -> AnalysedArticle:
    """The article with the vectors of its passages."""
    prepared = analysed.prepared
    texts = [passage.text for passage in prepared.passages]
    return replace(analysed, vectors=quantised(_vectors(prepared.article, texts, encoder)))


def _vectors(article: Article, texts: Sequence[str], encoder: Encoder) -> Floats:
    """Unit vectors of passages, each drawn a little towards the title and key words of its article."""
    heading = HEADING_WEIGHT * encoder.encode([" ".join([article.title, *article.keywords])])
    batches = [encoder.encode(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
    drawn = np.concatenate([*batches, np.zeros((0, encoder.dimensions), np.float32)]) + heading
    return drawn / np.maximum(np.linalg.norm(drawn, axis=1, keepdims=True), np.finfo(np.float32).tiny)
