"""The one way in: open an index, ask it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search import deadline
from search.alignment import Aligner
from search.articles import Article, Passage
from search.catalogue import Catalogue, Filters
from search.conditions import Conditions
from search.damage import Damage, telling_damage
from search.documents import Documents
from search.encoder import EMBEDDED, Encoder, load_encoder
from search.folding import left_out
from search.glossary import Glossary
from search.highlight import highlights
from search.keyindex import KeyIndex
from search.languages.analysis import analysis_version
from search.query import Query, Term, understand
from search.ranking import Evidence, Ranker
from search.respelling import Respeller
from search.results import Hit, Mode, Results, Sort
from search.semantic import PassageVectors
from search.similar import Neighbours, Similar
from search.spelling import without_own_letters
from search.storage import (
    IndexIncompatible,
    Manifest,
    open_generation,
    open_newest,
    segment_paths,
)
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


@dataclass(frozen=True, slots=True)
class _Order:
    """The first passages of an answer, best first, with their scores; `kept` are the places of those that are hits.

    `hits` counts those of the whole answer, `of_articles` the passages found of each article where that is asked for.
    """

    passages: NDArray[np.int64]
    scores: NDArray[np.float32]
    kept: NDArray[np.int64]
    hits: int
    of_articles: NDArray[np.int64] | None


class Engine:
    """Answers queries from one generation of an index. Safe to use from several threads."""

    def __init__(self, path: Path, encoder: Encoder | None = None) -> None:
        """Open the generation at `path`; raises `IndexIncompatible` when it needs another analyser or model."""
        self._manifest = open_generation(path)
        self._encoder = encoder or _encoder_of(self._manifest)
        _check(self._manifest, self._encoder)
        #: Which errors come from damaged files.
        self.damage = Damage(path)
        with self.damage.told():
            self._open(path)

    def _open(self, path: Path) -> None:
        segments = segment_paths(path, self._manifest)
        dead = frozenset(self._manifest.dead)
        self._documents = Documents([segment / "documents.sqlite" for segment in segments], dead)
        self._catalogue = Catalogue(segments, self._documents, dead)
        self._keys = KeyIndex(segments)
        self._words = Words(segments)
        self._vectors = PassageVectors(segments)
        self._ranker = Ranker(self._catalogue, self._keys, self._words, self._vectors, self._encoder)
        self._conditions = Conditions(segments, self._catalogue, self._keys, self._words)
        self._glossary = Glossary.open(path)
        self._respeller = Respeller(self._keys, self._words)

    @classmethod
    def open(cls, index: Path, encoder: Encoder | None = None) -> Engine:
        """The engine of the current generation of an index; of the newest whole one where that is damaged.

        Raises `IndexMissing` when there is none, `IndexProblem` when none is whole.
        """
        return open_newest(index, lambda path: cls(path, encoder))

    @property
    def generation(self) -> str:
        """The name of the generation this engine answers from."""
        return self._manifest.generation

    @telling_damage
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
        aligner = Aligner(understood.terms, self._keys, self._words, self._encoder)
        found = self._found(understood, aligner, mode)
        masks = self._catalogue.masks(filters, found.passages)
        allowed = found.of(masks.all)
        order = self._ordered(understood, aligner, allowed, mode, page)

        def hit(place: int, rank: int) -> Hit:
            return self._hit(aligner, allowed, int(order.passages[place]), float(order.scores[place]), rank, mode)

        hits = tuple(
            replace(hit(place, rank), others=others, more=tuple(hit(each, rank) for each in folded))
            for rank, (place, others, folded) in enumerate(self._shown(order, page), page.offset + 1)
        )
        return Results(
            text=asked.text,
            searched=understood.text,
            language=understood.language,
            languages=understood.languages,
            mode=mode,
            total=order.hits,
            took_ms=(time.perf_counter() - started) * 1000,
            did_you_mean=self._did_you_mean(understood, aligner),
            hits=hits,
            facets=self._catalogue.facets(found.passages, masks),
            passages=len(allowed.passages),
        )

    def _respelt(self, asked: Query) -> Query:
        """The query in the collection's spelling; one with operators or quotes is taken as typed."""
        respelt = self._respeller.respelt(asked.text) if asked.condition is None else asked.text
        return asked if respelt == asked.text else understand(respelt, self._glossary)

    @telling_damage
    def article(self, article_id: str) -> Article | None:
        """An article with its repaired text, None when there is none of this id."""
        return self._documents.article(article_id)

    def articles(self) -> Iterator[Article]:
        """Every article with its repaired text."""
        with self.damage.told():
            heads = self._catalogue.heads
        for head in heads:
            if article := self.article(head.id):
                yield article

    @telling_damage
    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article in order."""
        return self._documents.passages(article_id)

    @telling_damage
    def references(self, article_id: str) -> set[int]:
        """The ordinals of an article's passages that are lists of references."""
        own = self._catalogue.references[self._catalogue.all(Filters(article=article_id))]
        return {each.ordinal for each, listed in zip(self.passages(article_id), own.tolist(), strict=True) if listed}

    @telling_damage
    def similar(self, passage: Passage, limit: int = PAGE_SIZE) -> list[Similar]:
        """The passages of other articles nearest to one in meaning, in turn from each language."""
        return self._neighbours.of(passage, limit)

    @telling_damage
    def suggest(self, prefix: str, limit: int = 8) -> list[str]:
        """Titles and key words of the collection that begin with what was typed, or hold a word that does."""
        wanted = prefix.strip().casefold()
        if not wanted:
            return []
        ranked = [(_place(folded, bare, wanted), len(phrase), phrase) for phrase, folded, bare in self._phrases]
        return [phrase for place, _, phrase in sorted(each for each in ranked if each[0] is not None)[:limit]]

    @telling_damage
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
        return Neighbours(self._catalogue, self._documents, self._words, self._vectors)

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
            Term(word, word, dict.fromkeys(keys, 1.0), stands_for_others=True)
            for word, keys in self._conditions.expansions(query.condition)
            if keys
        ]
        covered = {term.word for term in expanded}
        return replace(query, terms=(*(term for term in query.terms if term.word not in covered), *expanded))

    def _found(self, query: Query, aligner: Aligner, mode: Mode) -> Evidence:
        """What the query finds, before any filter; a condition without words finds all that meet it."""
        if query.condition is None:
            return self._ranker.evidence(query, aligner, mode)
        met = self._conditions.meeting(query.condition)
        if not query.terms:
            return self._ranker.without_words(np.flatnonzero(met))
        evidence = self._ranker.evidence(query, aligner, mode)
        return evidence.of(met[evidence.passages])

    def _ordered(self, query: Query, aligner: Aligner, evidence: Evidence, mode: Mode, page: _Page) -> _Order:
        """The passages found, in order, as far as the page reaches or further, and how many there are in all."""
        total = len(evidence.passages)
        of_articles = np.bincount(self._catalogue.articles_of(evidence.passages)) if page.per_article else None
        hits = total if of_articles is None else int(np.minimum(of_articles, page.per_article).sum())
        # By year the last found may come first.
        depth = total if page.sort == "year" else page.offset + page.limit
        while True:
            ranked, scores = self._ranker.ranked(query, aligner, evidence, mode, depth)
            if page.sort == "year":
                order = self._catalogue.latest_first(ranked)
                ranked, scores = ranked[order], scores[order]
            kept = self._at_most(page.per_article, ranked) if page.per_article else np.arange(len(ranked))
            if len(kept) >= min(hits, page.offset + page.limit) or len(ranked) >= total:
                return _Order(ranked, scores, kept, hits, of_articles)
            depth = 8 * len(ranked)

    def _shown(self, order: _Order, page: _Page) -> Iterator[tuple[int, int, list[int]]]:
        """For each hit of the page its place, and for the first of an article how many more it has, and the best."""
        shown = order.kept[page.offset : page.offset + page.limit]
        folded = left_out(shown, order.kept, self._catalogue.articles_of(order.passages))
        seen: set[int] = set()
        for place, rest in zip(shown.tolist(), folded, strict=True):
            article = int(self._catalogue.articles_of(order.passages[place]))
            found = 0 if order.of_articles is None or article in seen else int(order.of_articles[article])
            seen.add(article)
            yield place, max(0, found - page.per_article), rest[: page.more].tolist()

    def _at_most(self, per_article: int, ranked: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places in the ranking of the best `per_article` passages of each article."""
        seen: Counter[int] = Counter()
        kept = []
        for place, article in enumerate(self._catalogue.articles_of(ranked).tolist()):
            seen[article] += 1
            if seen[article] <= per_article:
                kept.append(place)
        return np.array(kept, np.int64)

    def _hit(self, aligner: Aligner, evidence: Evidence, number: int, score: float, rank: int, mode: Mode) -> Hit:
        deadline.check()
        return Hit(
            rank=rank,
            score=score,
            article=self._documents.head(self._catalogue.article_of(number)),
            passage=self._documents.passage(number),
            highlights=highlights(self._words.passage(number), aligner, by_meaning=mode != "keyword"),
            matched=tuple(evidence.matched(number)),
        )

    def _did_you_mean(self, query: Query, aligner: Aligner) -> str | None:
        """The query with each unknown word replaced by one like it, None when there is none.

        A word that others stand for is corrected only where a single letter is amiss: it may well be right.
        """
        corrected = query.text
        for place, term in enumerate(query.terms):
            if term.is_number or self._respeller.has(term.form) or term.stands_for_others:
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
