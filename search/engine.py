"""The one way in: open an index, ask it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from search import deadline
from search.alignment import Aligner
from search.articles import Article, Passage
from search.catalogue import Catalogue, Filters
from search.conditions import Conditions
from search.damage import Damage, telling_damage
from search.documents import Documents
from search.encoder import EMBEDDED, Encoder, load_encoder
from search.glossary import Glossary
from search.highlight import highlights
from search.index_errors import IndexIncompatible
from search.keyindex import KeyIndex
from search.languages.analysis import analysis_version
from search.manifest import Manifest
from search.order import Orderer, Page
from search.query import Query, Term, understand
from search.ranking import Evidence, Ranker
from search.respelling import Respeller
from search.results import Hit, Mode, Results, Sort
from search.semantic import PassageVectors
from search.similar import Neighbours, Similar
from search.storage import open_generation, open_newest, segment_paths
from search.suggestions import Suggestions
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
        self._ranker = Ranker(self._catalogue, self._keys, self._words, self._vectors)
        self._orderer = Orderer(self._catalogue, self._ranker)
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
        page = Page(sort, limit, offset, per_article, more)
        results = self._answer(query, mode, filters, page)
        if results.total or not results.did_you_mean or is_structured(query):
            return results
        corrected = self._answer(results.did_you_mean, mode, filters, page)
        return replace(corrected, text=results.text) if corrected.total else results

    def _answer(self, query: str, mode: Mode, filters: Filters, page: Page) -> Results:
        started = time.perf_counter()
        asked = understand(query, self._glossary)
        understood = self._with_expansions(self._respelt(asked))
        aligner = Aligner(understood.terms, self._keys, self._words, self._encoder, text=understood.ranking_text)
        found = self._found(understood, aligner, mode)
        masks = self._catalogue.masks(filters, found.passages)
        allowed = found.of(masks.all)
        order = self._orderer.ordered(understood, aligner, allowed, mode, page)

        def hit(place: int, rank: int) -> Hit:
            return self._hit(aligner, allowed, int(order.passages[place]), float(order.scores[place]), rank, mode)

        hits = tuple(
            replace(hit(each.place, rank), others=each.others, more=tuple(hit(place, rank) for place in each.more))
            for rank, each in enumerate(self._orderer.shown(order, page), page.offset + 1)
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
        return self._suggestions.beginning(prefix, limit)

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
    def _suggestions(self) -> Suggestions:
        return Suggestions(phrase for head in self._catalogue.heads for phrase in (head.title, *head.keywords))

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
            return Evidence.without_words(np.flatnonzero(met))
        evidence = self._ranker.evidence(query, aligner, mode)
        return evidence.of(met[evidence.passages])

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
