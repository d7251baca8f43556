"""The one way in: open an index, ask it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property

from search import deadline
from search.alignment import Aligner
from search.articles import Article, Passage
from search.backends import store
from search.backends.address import Location
from search.backends.protocol import Backend, Found
from search.catalogue import Filters
from search.conditions import Conditions
from search.encoder import EMBEDDED, Encoder, load_encoder
from search.highlight import highlights
from search.index_errors import IndexIncompatible
from search.languages.analysis import analysis_version
from search.manifest import Description
from search.order import Order, OrderedHit, Orderer
from search.page import Page
from search.query import Query, Term, understand
from search.ranking import asked
from search.respelling import Respeller
from search.results import Hit, Mode, Results, Sort
from search.similar import Similar, similar
from search.stats import Stats
from search.suggestions import Suggestions
from search.syntax import is_structured
from search.telling import told

#: Hits `search` gives where it is not told.
PAGE_SIZE = 10


class Engine:
    """Answers queries from one generation of an index. Safe to use from several threads."""

    def __init__(self, backend: Backend, encoder: Encoder | None = None) -> None:
        """Answer from a backend; raises `IndexIncompatible` when it needs another analyser or model."""
        self._backend = backend
        self._encoder = encoder or _encoder_of(backend.description)
        _check(backend.description, self._encoder)
        self._conditions = Conditions(backend.keys, backend.words)
        self._respeller = Respeller(backend.keys, backend.words)

    @classmethod
    def open(cls, index: Location | str, encoder: Encoder | None = None) -> Engine:
        """The engine of the current generation of an index; of the newest whole one where that is damaged.

        Raises `IndexMissing` when there is none, `IndexProblem` when none is whole.
        """
        return store(index).newest(lambda backend: cls(backend, encoder))

    @property
    def generation(self) -> str:
        """The name of the generation this engine answers from."""
        return self._backend.generation

    @told
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
        filters = Filters(tuple(languages), year_from, year_to, author, article)
        page = Page(sort, limit, offset, per_article, more)
        results = self._answer(query, mode, filters, page)
        if results.total or not results.did_you_mean or is_structured(query):
            return results
        corrected = self._answer(results.did_you_mean, mode, filters, page)
        return replace(corrected, text=results.text) if corrected.total else results

    def _answer(self, query: str, mode: Mode, filters: Filters, page: Page) -> Results:
        started = time.perf_counter()
        typed = understand(query, self._backend.glossary)
        understood = self._with_expansions(self._respelt(typed))
        aligner = self._aligner(understood)
        found = self._backend.found(asked(understood, aligner, mode, filters, page))
        orderer = Orderer(understood, aligner, found, mode)
        order = orderer.ordered(page)
        while order.is_short_of(page) and (deeper := found.deeper()):
            found, orderer = deeper, Orderer(understood, aligner, deeper, mode)
            order = orderer.ordered(page)
        return Results(
            text=typed.text,
            searched=understood.text,
            language=understood.language,
            languages=understood.languages,
            mode=mode,
            total=order.hits,
            took_ms=(time.perf_counter() - started) * 1000,
            did_you_mean=self._did_you_mean(understood, aligner),
            hits=tuple(self._hits(aligner, found, order, list(orderer.shown(order, page)), page.offset, mode)),
            facets=found.facets(),
            passages=found.total,
        )

    def _aligner(self, query: Query) -> Aligner:
        backend = self._backend
        return Aligner(query.terms, backend.keys, backend.words, self._encoder, text=query.ranking_text)

    def _respelt(self, typed: Query) -> Query:
        """The query in the collection's spelling; one with operators or quotes is taken as typed."""
        respelt = self._respeller.respelt(typed.text) if typed.condition is None else typed.text
        return typed if respelt == typed.text else understand(respelt, self._backend.glossary)

    @told
    def article(self, article_id: str) -> Article | None:
        """An article with its repaired text, None when there is none of this id."""
        return self._backend.article(article_id)

    def articles(self) -> Iterator[Article]:
        """Every article with its repaired text."""
        with self.told():
            for head in self._backend.heads():
                if article := self._backend.article(head.id):
                    yield article

    @told
    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article in order."""
        return self._backend.passages(article_id)

    @told
    def references(self, article_id: str) -> set[int]:
        """The ordinals of an article's passages that are lists of references."""
        return self._backend.references(article_id)

    @told
    def similar(self, passage: Passage, limit: int = PAGE_SIZE) -> list[Similar]:
        """The passages of other articles nearest to one in meaning, in turn from each language."""
        return similar(self._backend, passage, limit)

    @told
    def suggest(self, prefix: str, limit: int = 8) -> list[str]:
        """Titles and key words of the collection that begin with what was typed, or hold a word that does."""
        return self._suggestions.beginning(prefix, limit)

    @told
    def stats(self) -> Stats:
        """What the index holds."""
        return self._stats

    def told(self) -> AbstractContextManager[None]:
        """Raise `IndexProblem`, naming what is at fault, for an error that comes from how the collection is kept."""
        return self._backend.told()

    @cached_property
    def _stats(self) -> Stats:
        description = self._backend.description
        return Stats(
            articles=description.articles,
            passages=description.passages,
            words=description.words,
            languages=self._backend.passages_by_language(),
            years=self._backend.articles_by_year(),
            generation=self._backend.generation,
            created=description.created,
            model=description.model,
        )

    @cached_property
    def _suggestions(self) -> Suggestions:
        return Suggestions(phrase for head in self._backend.heads() for phrase in (head.title, *head.keywords))

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

    def _hits(
        self, aligner: Aligner, found: Found, order: Order, hits: Sequence[OrderedHit], offset: int, mode: Mode
    ) -> Iterator[Hit]:
        """The hits of a page; what is shown of them is asked for at once."""
        places = [place for each in hits for place in (each.place, *each.more)]
        passages = dict(zip(places, found.shown(order.passages[places].tolist()), strict=True))

        def hit(place: int, rank: int) -> Hit:
            deadline.check()
            shown = passages[place]
            return Hit(
                rank=rank,
                score=float(order.scores[place]),
                article=shown.article,
                passage=shown.passage,
                highlights=highlights(shown.words, aligner, by_meaning=mode != "keyword"),
                matched=tuple(found.evidence.matched(int(order.passages[place]))),
            )

        for rank, each in enumerate(hits, offset + 1):
            more = tuple(hit(place, rank) for place in each.more)
            yield replace(hit(each.place, rank), others=each.others, more=more)

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


def _encoder_of(built: Description) -> Encoder:
    return load_encoder(None if built.model == EMBEDDED else built.model)


def _check(description: Description, encoder: Encoder) -> None:
    for built, wanted, what in (
        (description.analysis, analysis_version(), "analysis of words"),
        (description.model_fingerprint, encoder.fingerprint, f"model ({description.model})"),
    ):
        if built != wanted:
            raise IndexIncompatible(
                f"the index was built with another {what} than this izde has; rebuild it with: izde index SOURCE --full"
            )
