"""What the generation in use already knows, so that unchanged articles are not analysed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.preparation import PreparedArticle
from search.documents import Documents
from search.encoder import Encoder
from search.keyindex import KeyIndex
from search.languages.analysis import analysis_version
from search.semantic import PassageVectors
from search.storage import IndexProblem, current_generation, generation_path, open_generation
from search.words import PassageWords, Words


class PreviousGeneration:
    """Articles, words and vectors of the generation that was current when the build began."""

    def __init__(self, path: Path) -> None:
        self.words = Words(path)
        self._keys = KeyIndex(path)
        self._vectors = PassageVectors(path)
        self._documents = Documents(path / "documents.sqlite")
        self.contents = self._documents.contents()
        self._places = {head.id: (first, count) for head, first, count in self._documents.heads()}

    def article(self, article_id: str, content: str) -> PreparedArticle | None:
        """An article as it was prepared, None when it is not there or its source was another."""
        if self.contents.get(article_id, ("", 0))[0] != content:
            return None
        article = self._documents.article(article_id)
        return PreparedArticle(article, content, self._documents.passages(article_id)) if article else None

    def passage_words(self, article_id: str) -> list[PassageWords]:
        """The words of each passage of an article, under this generation's numbers."""
        first, count = self._places[article_id]
        return [self.words.passage(number) for number in range(first, first + count)]

    def vectors(self, article_id: str) -> NDArray[np.float32]:
        """The vectors of the passages of an article."""
        first, count = self._places[article_id]
        return self._vectors[slice(first, first + count)]

    def word_number(self, name: str) -> int | None:
        """The number of a word, None when this generation has not met it."""
        language, _, form = name.partition(":")
        return self.words.number(language, form)

    def keys(self, word: int) -> tuple[tuple[str, float], ...]:
        """The keys of a word with their weights, that of its exact form first."""
        names = [self._keys.key(int(number)) for number in self.words.keys(word)]
        return tuple(zip(names, self.words.key_weights(word).tolist(), strict=True))


def previous_generation(index: Path, encoder: Encoder) -> PreviousGeneration | None:
    """The current generation where a build can take over from it: it is whole, and made by the same means."""
    try:
        path = generation_path(index, current_generation(index))
        manifest = open_generation(path)
        if (manifest.analysis, manifest.model_fingerprint) != (analysis_version(), encoder.fingerprint):
            return None
        return PreviousGeneration(path)
    except (IndexProblem, OSError, ValueError):
        return None
