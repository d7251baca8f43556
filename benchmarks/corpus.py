"""A synthetic collection on disk: what every engine of a benchmark is given, made once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import synthetic
from benchmarks.synthetic import PASSAGES_PER_ARTICLE, WORDS_PER_PASSAGE, Block
from search.articles import LANGUAGES
from search.encoder import Encoder
from search.languages.analysis import analysis_version, lemma_keys

#: Queries asked of every engine, the first to warm it up.
WARMING = 100
MEASURED = 200

#: Nearest passages of each query that are known exactly.
NEAREST = 10

WORDS_PER_SENTENCE = 15

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: its language, its words as typed, and the lemma key of each, which is what the engines are asked for."""

    language: str
    words: Sequence[str]
    tokens: Sequence[str]

    @property
    def text(self) -> str:
        """The query as typed."""
        return " ".join(self.words)


@dataclass(frozen=True)
class Corpus:
    """So many synthetic passages; `folder` keeps what they are made of, and all that is built of them."""

    folder: Path
    passages: int

    @property
    def home(self) -> Path:
        """The folder of what is built of these passages."""
        return self.folder / f"{self.passages:07}"

    @property
    def source(self) -> Path:
        """The folder of .jsonl files that `izde index` reads."""
        return self.home / "source"

    @cached_property
    def forms(self) -> Mapping[str, Sequence[str]]:
        """The vocabulary of each language."""
        return {language: [form for form, _ in rows] for language, rows in self._vocabulary.items()}

    @cached_property
    def tokens(self) -> Mapping[str, Sequence[str]]:
        """The first lemma key of each word of each vocabulary."""
        return {language: [token for _, token in rows] for language, rows in self._vocabulary.items()}

    @cached_property
    def asked(self) -> Sequence[Asked]:
        """The queries, those that warm an engine first; kept apart, so that who asks need not load all words."""
        return [Asked(*row) for row in json.loads((self.home / "asked.json").read_text("utf-8"))]

    def load(self) -> None:
        """Read the vocabulary, for who does not want to time that."""
        _ = self.forms

    def vectors(self) -> Floats:
        """A unit vector for each passage, memory-mapped; shape (passages, dimensions)."""
        mapped: Floats = np.load(self.home / "vectors.npy", mmap_mode="r")
        return mapped

    def asked_vectors(self) -> Floats:
        """A unit vector for each query."""
        loaded: Floats = np.load(self.home / "asked_vectors.npy")
        return loaded

    def nearest(self) -> Numbers:
        """The passages nearest to each query, best first; shape (queries, NEAREST)."""
        loaded: Numbers = np.load(self.home / "nearest.npy")
        return loaded

    def token_lists(self) -> Iterator[list[list[str]]]:
        """The tokens of each passage, block by block."""
        for block, _ in self.blocks():
            yield [
                [tokens[number] for number in passage]
                for article, language in zip(block.words.tolist(), block.languages, strict=True)
                for tokens in [self.tokens[language]]
                for passage in article
            ]

    def blocks(self) -> Iterator[tuple[Block, Path]]:
        """Each block with the file of the source that has its articles."""
        for block in synthetic.blocks(self.passages, {language: len(forms) for language, forms in self.forms.items()}):
            yield block, self.source / f"{block.first:06}.jsonl"

    def prepare(self, encoder: Encoder) -> None:
        """Write the source, the vectors of passages and queries, and which passages are nearest to each query."""
        self.source.mkdir(parents=True, exist_ok=True)
        (self.home / "asked.json").write_text(json.dumps(self._queries(), ensure_ascii=False), "utf-8")
        asked = encoder.encode([each.text for each in self.asked])
        shape = (-(-self.passages // PASSAGES_PER_ARTICLE) * PASSAGES_PER_ARTICLE, encoder.dimensions)
        vectors = np.lib.format.open_memmap(self.home / "vectors.npy", "w+", np.float32, shape)
        cosines, nearest = np.zeros((len(asked), 0), np.float32), np.zeros((len(asked), 0), np.int64)
        for block, file in self.blocks():
            articles = [self._texts(block, place) for place in range(len(block.words))]
            with file.open("w", encoding="utf-8") as stream:
                for place, texts in enumerate(articles):
                    stream.write(json.dumps(self._record(block, place, texts), ensure_ascii=False) + "\n")
            first = block.first * PASSAGES_PER_ARTICLE
            encoded = encoder.encode([text for texts in articles for text in texts])
            vectors[first : first + len(encoded)] = encoded
            cosines = np.concatenate([cosines, asked @ encoded.T], axis=1)
            numbers = np.broadcast_to(np.arange(first, first + len(encoded)), (len(asked), len(encoded)))
            nearest = np.concatenate([nearest, numbers], axis=1)
            order = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
            cosines, nearest = np.take_along_axis(cosines, order, axis=1), np.take_along_axis(nearest, order, axis=1)
        np.save(self.home / "asked_vectors.npy", asked)
        np.save(self.home / "nearest.npy", nearest.astype(np.int32))

    def title_words(self, block: Block, place: int) -> list[int]:
        """The words of an article's title: the first five of its text that are not among the most frequent."""
        telling = block.words[place][block.words[place] >= synthetic.QUERY_RANKS[0]]
        return list(dict.fromkeys(telling.tolist()))[:5]

    def places(self, language: str, words: Numbers) -> Numbers:
        """Starts and ends of the words of passages in their texts; shapes (passages, words) to (passages, words, 2)."""
        lengths = self._lengths[language][words]
        order = np.arange(WORDS_PER_PASSAGE)
        starts = np.cumsum(lengths, axis=1) - lengths + order + order // WORDS_PER_SENTENCE
        return np.stack([starts, starts + lengths], axis=2).astype(np.int32)

    def _queries(self) -> list[tuple[str, list[str], list[str]]]:
        return [
            (
                language,
                [self.forms[language][number] for number in numbers],
                [self.tokens[language][number] for number in numbers],
            )
            for language, numbers in synthetic.queries(WARMING + MEASURED)
        ]

    @cached_property
    def _lengths(self) -> Mapping[str, Numbers]:
        return {language: np.array([len(form) for form in forms], np.int32) for language, forms in self.forms.items()}

    def _texts(self, block: Block, place: int) -> list[str]:
        forms = self.forms[block.languages[place]]
        return [_sentences([forms[number] for number in passage]) for passage in block.words[place].tolist()]

    def _record(self, block: Block, place: int, texts: Sequence[str]) -> dict[str, object]:
        number, language = block.first + place, block.languages[place]
        title = " ".join(self.forms[language][word] for word in self.title_words(block, place))
        return {
            "id": f"synthetic-{number}",
            "title": title.capitalize(),
            "text": "\n\n".join(texts),
            "language": language,
            "year": 2000 + number % 25,
        }

    @cached_property
    def _vocabulary(self) -> dict[str, list[tuple[str, str]]]:
        """Forms and tokens of each language, analysed once for all collections in the folder."""
        file = self.folder / f"vocabulary-{analysis_version()}.json"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            analysed = {
                language: [(form, _token(form, language)) for form in synthetic.vocabulary(language)]
                for language in LANGUAGES
            }
            unfinished = file.with_suffix(".tmp")
            unfinished.write_text(json.dumps(analysed, ensure_ascii=False), "utf-8")
            unfinished.replace(file)
        read: dict[str, list[tuple[str, str]]] = json.loads(file.read_text("utf-8"))
        return read


def _token(form: str, language: str) -> str:
    """The first lemma key, the form where that is more than one word to some engine."""
    lemma = lemma_keys(form, language)[0][0]
    return lemma if lemma.isalpha() else form


def _sentences(words: Sequence[str]) -> str:
    parts = (words[at : at + WORDS_PER_SENTENCE] for at in range(0, len(words), WORDS_PER_SENTENCE))
    return " ".join(" ".join(part).capitalize() + "." for part in parts)
