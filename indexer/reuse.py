"""What the generation in use already knows, so that unchanged articles are not analysed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.articles import Article, Passage
from search.backends.masks import open_fields
from search.chained import Ints, Rows, whole
from search.documents import Documents
from search.encoder import Encoder
from search.index_errors import IndexProblem
from search.languages.analysis import analysis_version
from search.manifest import Manifest
from search.passage_words import WordsOfPassages
from search.storage import current_generation, generation_path, open_generation, segment_paths
from search.strings import Strings
from search.vectors import Vectors
from search.words import Words


@dataclass(frozen=True, slots=True)
class Held:
    """Numbers of some articles, and of all their passages in order."""

    articles: Ints
    passages: Ints


class PreviousGeneration:
    """Articles, words and vectors of the generation that was current when the build began."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        segments = segment_paths(path, manifest)
        self.path = path
        self.manifest = manifest
        self.words = Words(segments)
        self.order = WordsOfPassages(segments, self.words.firsts)
        self.fields: dict[str, Rows] = open_fields(segments)
        self.vectors = Vectors(segments, "passages.vectors")
        self.references: NDArray[np.bool_] = whole(segments, "passages.references")
        self._keys = Strings(segments, "keys")
        self._documents = Documents([segment / "documents.sqlite" for segment in segments], frozenset(manifest.dead))
        self.contents = self._documents.contents()
        self._places = {head.id: (number, first, count) for number, head, first, count in self._documents.heads()}

    def has(self, article_id: str, content: str) -> bool:
        """Whether an article is there, made from the same source."""
        return self.contents.get(article_id, ("", 0))[0] == content

    def documents(self, article_ids: Sequence[str]) -> list[tuple[Article, list[Passage]]]:
        """Articles it has, with their passages."""
        found = [(self._documents.article(each), self._documents.passages(each)) for each in article_ids]
        return [(article, passages) for article, passages in found if article]

    def held(self, article_ids: Sequence[str]) -> Held:
        """The numbers of articles and of their passages."""
        places = [self._places[each] for each in article_ids]
        ranges = [np.arange(first, first + count) for _, first, count in places]
        passages = np.concatenate([np.zeros(0, np.int64), *ranges]).astype(np.int64)
        return Held(np.array([number for number, _, _ in places], np.int64), passages)

    def word_number(self, name: str) -> int | None:
        """The number of a word, None when this generation has not met it."""
        language, _, form = name.partition(":")
        return self.words.number(language, form)

    def keys(self, word: int) -> tuple[tuple[str, float], ...]:
        """The keys of a word with their weights, that of its exact form first."""
        names = [self._keys[int(number)] for number in self.words.keys(word)]
        return tuple(zip(names, self.words.key_weights(word).tolist(), strict=True))


def previous_generation(index: Path, encoder: Encoder) -> PreviousGeneration | None:
    """The current generation where a build can take over from it: it is whole, and made by the same means."""
    try:
        path = generation_path(index, current_generation(index))
        manifest = open_generation(path)
        if (manifest.analysis, manifest.model_fingerprint) != (analysis_version(), encoder.fingerprint):
            return None
        return PreviousGeneration(path, manifest)
    except (IndexProblem, OSError, ValueError):
        return None
