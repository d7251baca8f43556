"""What the articles of a build add up to before it is written: flat arrays over all words of all passages."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from indexer.preparation import PreparedArticle
from indexer.references import is_reference_list
from indexer.reuse import PreviousGeneration
from indexer.vocabulary import Vocabulary
from search.articles import Article
from search.encoder import Encoder
from search.languages.identify import identify
from search.languages.tokens import tokenize

#: What title and key words add to the vector of each passage.
HEADING_WEIGHT = 0.4

#: Passages encoded at once.
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Fields:
    """The words of an article's title, key words and authors, by the vocabulary's numbers."""

    title: Sequence[int]
    keywords: Sequence[int]
    author: Sequence[int]


@dataclass(slots=True)
class Collection:
    """Articles and passages in the order they are numbered.

    `words`, `starts` and `ends` hold the words of all passages on end, `lengths` how many each passage has;
    `articles`, `languages` and `references` have one entry a passage, `heads` (without text) and `fields` one an
    article.
    """

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    words: array[int] = field(default_factory=lambda: array("i"))
    starts: array[int] = field(default_factory=lambda: array("i"))
    ends: array[int] = field(default_factory=lambda: array("i"))
    lengths: list[int] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    references: list[bool] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    heads: list[Article] = field(default_factory=list)
    fields: list[Fields] = field(default_factory=list)

    def add(self, prepared: PreparedArticle, encoder: Encoder) -> None:
        """Add an article, its words found and its passages encoded; when this raises, nothing was added."""
        texts = [passage.text for passage in prepared.passages]
        vectors = [
            self._vectors(prepared.article, texts[at : at + _BATCH], encoder) for at in range(0, len(texts), _BATCH)
        ]
        tokenized = [list(tokenize(text)) for text in texts]
        for passage, tokens in zip(prepared.passages, tokenized, strict=True):
            self.words.extend(self.vocabulary.number(passage.language, token.form) for token in tokens)
            self.starts.extend(token.start for token in tokens)
            self.ends.extend(token.end for token in tokens)
            self.lengths.append(len(tokens))
        self._add_head(prepared, vectors)

    @staticmethod
    def _vectors(article: Article, texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
        """Unit vectors of passages, each drawn a little towards the title and key words of its article."""
        heading = encoder.encode([" ".join([article.title, *article.keywords])])
        drawn = encoder.encode(texts) + HEADING_WEIGHT * heading
        return drawn / np.maximum(np.linalg.norm(drawn, axis=1, keepdims=True), np.finfo(np.float32).tiny)

    def take_over(self, prepared: PreparedArticle, previous: PreviousGeneration) -> None:
        """Add an article that the previous generation holds, with the words and vectors it has there."""
        for known in previous.passage_words(prepared.article.id):
            names = [previous.words.name(int(number)) for number in known.numbers]
            self.words.extend(self.vocabulary.number(*name) for name in names)
            self.starts.extend(known.starts.tolist())
            self.ends.extend(known.ends.tolist())
            self.lengths.append(len(names))
        self._add_head(prepared, [previous.vectors(prepared.article.id)])

    def _add_head(self, prepared: PreparedArticle, vectors: list[NDArray[np.float32]]) -> None:
        article = prepared.article
        self.vectors.extend(vectors)
        self.articles.extend([len(self.heads)] * len(prepared.passages))
        self.languages.extend(passage.language for passage in prepared.passages)
        self.references.extend(is_reference_list(passage.text) for passage in prepared.passages)
        self.heads.append(replace(article, text=""))
        texts = (article.title, "\n".join(article.keywords), "\n".join(article.authors))
        self.fields.append(Fields(*(self._field(text) for text in texts)))

    def _field(self, text: str) -> list[int]:
        language = identify(text)
        return [self.vocabulary.number(language, token.form) for token in tokenize(text)]
