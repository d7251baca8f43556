"""An index of synthetic passages, written by the real writers without reading, repairing, cutting and encoding texts.

The language analysis of 120 million words takes an hour and says nothing about retrieval. Only the different words are
analysed here; the figures of such a build are those of writing an index.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.corpus import Corpus
from benchmarks.synthetic import PASSAGES_PER_ARTICLE, Block
from benchmarks.timing import Figures, Stopwatch, rate
from indexer import readers
from indexer.analysed_article import AnalysedArticle
from indexer.collection import Collection
from indexer.errors import UnreadableSource
from indexer.preparation import PreparedArticle, content_digest
from indexer.writing import write
from search.articles import Article, Passage
from search.conditions import ARTICLE_FIELDS
from search.documents import DocumentWriter
from search.encoder import Encoder
from search.languages.analysis import analysis_version
from search.lock import building
from search.storage import new_generation, seal, switch
from search.vectors import quantised
from search.words import word_name


def build(corpus: Corpus, index: Path, encoder: Encoder) -> Figures:
    """Write an index of a corpus, which `izde index` over the same source finds unchanged, and switch to it."""
    corpus.load()
    stopwatch = Stopwatch()
    with building(index), new_generation(index) as path:
        collected = Collection()
        with DocumentWriter(path / "documents.sqlite") as documents:
            for article in stopwatch.without(_analysed(corpus)):
                documents.add(article.prepared.article, article.prepared.content, article.prepared.passages)
                collected.add(article)
        mean_length = write(path, collected, encoder, None, None)
        seal(
            path,
            analysis=analysis_version(),
            model=encoder.name,
            model_fingerprint=encoder.fingerprint,
            dimensions=encoder.dimensions,
            articles=len(collected.authors),
            passages=collected.passages,
            words=sum(collected.words.lengths),
            segments=[path.name],
            dead=[],
            mean_length=mean_length,
            glossary="",
        )
        switch(index, path.name)
    return rate(stopwatch, collected.passages)


def _analysed(corpus: Corpus) -> Iterator[AnalysedArticle]:
    vectors = corpus.vectors()
    for block, file in corpus.blocks():
        for place, article in enumerate(readers.read(file, corpus.source)):
            if isinstance(article, UnreadableSource):
                raise ValueError(f"{article}; remove {corpus.home} and measure again")
            first = (block.first + place) * PASSAGES_PER_ARTICLE
            of_article = np.array(vectors[first : first + PASSAGES_PER_ARTICLE])
            yield _article(corpus, block, place, article, of_article)


def _article(corpus: Corpus, block: Block, place: int, article: Article, vectors: np.ndarray) -> AnalysedArticle:
    language = block.languages[place]
    distinct, words = np.unique(block.words[place], return_inverse=True)
    title = np.searchsorted(distinct, corpus.title_words(block, place)).astype(np.int32)
    none = np.zeros(0, np.int32)
    return AnalysedArticle(
        prepared=PreparedArticle(article, content_digest(article), _passages(article, language)),
        names=[word_name(language, corpus.forms[language][number]) for number in distinct.tolist()],
        words=words.ravel().astype(np.int32),
        places=corpus.places(language, block.words[place]).reshape(-1, 2),
        lengths=[block.words.shape[2]] * block.words.shape[1],
        fields={name: title if name == "title" else none for name in ARTICLE_FIELDS},
        vectors=quantised(vectors),
        references=[False] * block.words.shape[1],
    )


def _passages(article: Article, language: str) -> list[Passage]:
    passages, start = [], 0
    for ordinal, text in enumerate(article.text.split("\n\n")):
        passages.append(Passage(article.id, ordinal, start, start + len(text), language, text))
        start += len(text) + 2
    return passages
