"""The one way in: open an index, ask it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.alignment import Aligner
from search.articles import Article, Passage
from search.catalogue import Catalogue, Filters, Mask
from search.documents import Documents
from search.encoder import EMBEDDED, Encoder, load_encoder
from search.folding import left_out
from search.glossary import Glossary
from search.highlight import highlights
from search.keyindex import KeyIndex
from search.keyword import KeywordIndex
from search.known_words import KnownWords
from search.languages.analysis import analysis_version
from search.query import Query, Term, understand
from search.ranking import Evidence, Ranker
from search.respelling import Respeller
from search.results import Hit, Mode, Results, Sort
from search.semantic import PassageVectors
from search.similar import Neighbours, Similar
from search.spelling import without_own_letters
from search.storage import IndexIncompatible, Manifest, current_generation, generation_path, open_generation
from search.syntax import is_structured
from search.words import Words

#: Hits `search` gives where it is not told.
PAGE_SIZE = 10


@dataclass(frozen=True, slots=True)
class Stats:
    """What an index holds; `languages` counts passages, `years` articles."""

    articles: int
    passages: int
    words: int
    languages: dict[str, int]
    years: dict[int, int]
    generation: str
    created: str
    model: str


@dataclass(frozen=True, slots=True)
class _Page:
    """Which hits of an answer to give in which order, and how many of one article at most (0: all).

    `more` is how many of the passages left out by that the first hit of their article carries.
    """

    sort: Sort
    limit: int
    offset: int
    per_article: int
    more: int


class Engine:
    """Answers queries from one generation of an index. Safe to use from several threads."""

    def __init__(self, path: Path, encoder: Encoder | None = None) -> None:
        """Open the generation at `path`; raises `IndexIncompatible` when it needs another analyser or model."""
        self._manifest = open_generation(path)
        self._encoder = encoder or _encoder_of(self._manifest)
        _check(self._manifest, self._encoder)
        self._documents = Documents(path / "documents.sqlite")
        self._catalogue = Catalogue(path, self._documents)
        self._keys = KeyIndex(path)
        self._words = Words(path)
        self._ranker = Ranker(self._catalogue, self._keys, self._words, PassageVectors(path), self._encoder)
        self._glossary = Glossary.open(path)
        self._respeller = Respeller(self._keys, self._words)
        self._path = path

    @classmethod
    def open(cls, index: Path, encoder: Encoder | None = None) -> Engine:
        """The engine of the current generation of an index; raises `IndexMissing` when there is none."""
        return cls(generation_path(index, current_generation(index)), encoder)

    @property
    def generation(self) -> str:
        """The name of the generation this engine answers from."""
        return self._manifest.generation

    def search(
        self,
        query: str,
        *,
        mode: Mode = "hybrid",
        sort: Sort = "relevance",
        languages: Sequence[str] = (),
        year_from: int | None = None,
        year_to: int | None = None,
        author: str | None = None,
        article: str | None = None,
        limit: int = PAGE_SIZE,
        offset: int = 0,
        per_article: int = 0,
        more: int = 0,
    ) -> Results:
        """The passages that answer a query, best first or by year.

        `per_article` bounds the hits of one article, 0 does not; with it, up to `more` of the next best passages
        of an article come in `Hit.more` of its best. Raises `QueryError` for a query that
        cannot be answered. Where nothing is found, plain words are corrected and searched for again.
        """
        filters = Filters(languages, year_from, year_to, author, article)
        page = _Page(sort, limit, offset, per_article, more)
        results = self._answer(query, mode, filters, page)
        if results.total or not results.did_you_mean or is_structured(query):
            return results
        corrected = self._answer(results.did_you_mean, mode, filters, page)
        return replace(corrected, text=results.text) if corrected.total else results

    def _answer(self, query: str, mode: Mode, filters: Filters, page: _Page) -> Results:
        started = time.perf_counter()
        asked = understand(query, self._glossary)
        understood = self._with_expansions(self._respelt(asked))
        masks = self._catalogue.masks(filters)
        aligner = Aligner(understood.terms, self._keys, self._words, self._encoder)
        evidence = self._ranker.evidence(understood, aligner, mode)
        found = self._found(understood, evidence)
        ranked, scores = self._ranker.ranked(understood, aligner, evidence, found & masks.all, mode)
        if page.sort == "year":
            order = self._catalogue.latest_first(ranked)
            ranked, scores = ranked[order], scores[order]
        kept = self._at_most(page.per_article, ranked) if page.per_article else np.arange(len(ranked))
        shown = kept[page.offset : page.offset + page.limit]
        others = left_out(shown, kept, self._catalogue.articles_of(ranked))
        more = [each[: page.more] for each in others]
        known = KnownWords(aligner, self._words, ranked[np.concatenate([shown, *more])])

        def hit(place: int, rank: int) -> Hit:
            return self._hit(known, evidence, int(ranked[place]), float(scores[place]), rank, mode)

        hits = tuple(
            replace(hit(place, rank), others=len(rest), more=tuple(hit(each, rank) for each in folded.tolist()))
            for rank, place, rest, folded in zip(count(page.offset + 1), shown.tolist(), others, more, strict=False)
        )
        return Results(
            text=asked.text,
            searched=understood.text,
            language=understood.language,
            languages=understood.languages,
            mode=mode,
            total=len(kept),
            took_ms=(time.perf_counter() - started) * 1000,
            did_you_mean=self._did_you_mean(understood, aligner),
            hits=hits,
            facets=self._catalogue.facets(found, masks),
            passages=len(ranked),
        )

    def _respelt(self, asked: Query) -> Query:
        """The query in the collection's spelling; one with operators or quotes is taken as typed."""
        respelt = self._respeller.respelt(asked.text) if asked.condition is None else asked.text
        return asked if respelt == asked.text else understand(respelt, self._glossary)

    def article(self, article_id: str) -> Article | None:
        """An article with its repaired text, None when there is none of this id."""
        return self._documents.article(article_id)

    def articles(self) -> Iterator[Article]:
        """Every article with its repaired text."""
        for head in self._catalogue.heads:
            if article := self.article(head.id):
                yield article

    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article in order."""
        return self._documents.passages(article_id)

    def references(self, article_id: str) -> set[int]:
        """The ordinals of an article's passages that are lists of references."""
        own = self._catalogue.references[self._catalogue.masks(Filters(article=article_id)).article]
        return {each.ordinal for each, listed in zip(self.passages(article_id), own.tolist(), strict=True) if listed}

    def similar(self, passage: Passage, limit: int = PAGE_SIZE) -> list[Similar]:
        """The passages of other articles nearest to one in meaning, in turn from each language."""
        return self._neighbours.of(passage, limit)

    def suggest(self, prefix: str, limit: int = 8) -> list[str]:
        """Titles and key words of the collection that begin with what was typed, or hold a word that does."""
        wanted = prefix.strip().casefold()
        if not wanted:
            return []
        ranked = [(_place(folded, bare, wanted), len(phrase), phrase) for phrase, folded, bare in self._phrases]
        return [phrase for place, _, phrase in sorted(each for each in ranked if each[0] is not None)[:limit]]

    def stats(self) -> Stats:
        """What the index holds."""
        manifest = self._manifest
        return Stats(
            articles=manifest.articles,
            passages=manifest.passages,
            words=manifest.words,
            languages=self._catalogue.passages_by_language(),
            years=self._catalogue.articles_by_year(),
            generation=manifest.generation,
            created=manifest.created,
            model=manifest.model,
        )

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self._catalogue, self._documents, self._words, PassageVectors(self._path))

    @cached_property
    def _keyword(self) -> KeywordIndex:
        return KeywordIndex(self._path)

    @cached_property
    def _phrases(self) -> list[tuple[str, str, str]]:
        """Titles and key words, once each, in lower case too, and as they are typed on a Russian keyboard."""
        heads = self._catalogue.heads
        phrases = dict.fromkeys(each for head in heads for each in (head.title, *head.keywords) if each)
        return [(each, folded := each.casefold(), without_own_letters(folded)) for each in phrases]

    def _with_expansions(self, query: Query) -> Query:
        """The query with its wildcards and fuzzy words replaced by the words they stand for."""
        if query.condition is None:
            return query
        expanded = [
            Term(word, word, dict.fromkeys(keys, 1.0))
            for word, keys in self._keyword.expansions(query.condition)
            if keys
        ]
        covered = {term.word for term in expanded}
        return replace(query, terms=(*(term for term in query.terms if term.word not in covered), *expanded))

    def _found(self, query: Query, evidence: Evidence) -> Mask:
        """Which passages the query finds, before any filter; a condition without words finds all that meet it."""
        if query.condition is None:
            return evidence.any
        met = self._keyword.meeting(query.condition)
        return met & evidence.any if query.terms else met

    def _at_most(self, per_article: int, ranked: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places in the ranking of the best `per_article` passages of each article."""
        seen: Counter[int] = Counter()
        kept = []
        for place, article in enumerate(self._catalogue.articles_of(ranked).tolist()):
            seen[article] += 1
            if seen[article] <= per_article:
                kept.append(place)
        return np.array(kept, np.int64)

    def _hit(self, aligner: KnownWords, evidence: Evidence, number: int, score: float, rank: int, mode: Mode) -> Hit:
        return Hit(
            rank=rank,
            score=score,
            article=self._documents.head(self._catalogue.article_of(number)),
            passage=self._documents.passage(number),
            highlights=highlights(self._words.passage(number), aligner, self._words, by_meaning=mode != "keyword"),
            matched=tuple(evidence.matched(number)),
        )

    def _did_you_mean(self, query: Query, aligner: Aligner) -> str | None:
        """The query with each unknown word replaced by one like it, None when there is none.

        A word that others stand for is corrected only where a single letter is amiss: it may well be right.
        """
        corrected = query.text
        for place, term in enumerate(query.terms):
            if term.is_number or self._respeller.has(term.form):
                continue
            if better := self._respeller.correction(term.form, 1 if aligner.counterparts[place] else 2):
                corrected = re.sub(rf"(?<!\w){re.escape(term.word)}(?!\w)", better, corrected)
        return corrected if corrected != query.text else None


def _encoder_of(manifest: Manifest) -> Encoder:
    return load_encoder(None if manifest.model == EMBEDDED else manifest.model)


def _check(manifest: Manifest, encoder: Encoder) -> None:
    for built, wanted, what in (
        (manifest.analysis, analysis_version(), "analysis of words"),
        (manifest.model_fingerprint, encoder.fingerprint, f"model ({manifest.model})"),
    ):
        if built != wanted:
            raise IndexIncompatible(
                f"the index was built with another {what} than this izde has; rebuild it with: izde index SOURCE --full"
            )


def _place(phrase: str, bare: str, wanted: str) -> int | None:
    """Where what was typed begins in a phrase: 0 at its start, 1 at a later word, 2 more without ң; None nowhere."""
    for distance, letters in ((0, phrase), (2, bare)):
        if letters.startswith(wanted):
            return distance
        if f" {wanted}" in letters:
            return distance + 1
    return None
