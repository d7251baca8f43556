"""The articles of a share in Qdrant: written with their passages, told from those of other shares, removed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar

from qdrant_client import models

from indexer.analysed_article import AnalysedArticle
from indexer.errors import UnreadableSource
from indexer.qdrant.points import ArticlePoints, article_point, article_points
from indexer.qdrant.records import HeldArticle
from indexer.qdrant.upload import Uploader
from indexer.qdrant.vocabulary import ShareVocabulary
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.schema import articles_of, point_id
from search.backends.qdrant.scrolling import payloads

#: Passages whose points are made at once: fewer cost more each, more wait longer for their articles.
_AT_ONCE = 512

#: Articles asked for, or named in a deletion, at once.
_NAMED_AT_ONCE = 64

#: Bytes of an article's text: its point cannot be divided, and Qdrant takes no more than 32 million bytes at once.
MOST_TEXT = 24 << 20

T = TypeVar("T")


class ArticleWriter:
    """Writes articles of one share, and no others. Use it in a `with` block, and `flush` at its end.

    The point of an article comes first, and is left alone where it is that of another share: `left_out` has what is to
    be told of these articles by their ids, `held` those that were written. Whoever comes after one that was interrupted
    finds by them which passages may be there. `begin` is called before anything is written.
    """

    def __init__(
        self,
        connection: Connection,
        generation: str,
        share: int,
        vocabulary: ShareVocabulary,
        begin: Callable[[], None],
    ) -> None:
        self.held: dict[str, HeldArticle] = {}
        self.left_out: dict[str, UnreadableSource] = {}
        self._connection = connection
        self._generation = generation
        self._share = share
        self._vocabulary = vocabulary
        self._begin = begin
        self._own = _match("share", share)
        self._waiting: list[tuple[AnalysedArticle, str]] = []
        self._passages_waiting = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            articles = Uploader(self._connection, articles_of(self._generation), only=models.Filter(must=[self._own]))
            self._articles = stack.enter_context(articles)
            self._passages = stack.enter_context(Uploader(self._connection, self._generation))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def claimed(self) -> set[str]:
        """The ids of the articles that are there of this share."""
        own = models.Filter(must=[self._own])
        return {each["id"] for each in payloads(self._connection, articles_of(self._generation), ["id"], own)}

    def add(self, analysed: AnalysedArticle, source: str) -> None:
        """Write an article that was read from a file, some time before the next `flush` ends."""
        article = analysed.prepared.article
        if (size := len(article.text.encode())) > MOST_TEXT:
            reason = f"the text of {article.id} has {size >> 20:,} MB, a cluster takes {MOST_TEXT >> 20:,} MB of one"
            self.left_out[article.id] = UnreadableSource(Path(source), reason, "divide it into articles")
            return
        self._waiting.append((analysed, source))
        self._passages_waiting += len(analysed.lengths)
        if self._passages_waiting >= _AT_ONCE:
            self._write()

    def flush(self, before: Collection[str]) -> None:
        """Wait until all articles are written; of those that were there `before`, remove the passages of old."""
        self._write()
        self._passages.flush()
        for ids in _parts(each for each in self.held if each in before):
            others = models.Filter(should=[_of_another(each, self.held[each].content) for each in ids])
            self._delete(self._generation, others)

    def remove(self, ids: Collection[str]) -> None:
        """Remove articles with their passages, but for those that another share holds now."""
        for part in _parts(ids):
            self._begin()
            own = [each for each, (share, _) in self._owners(part).items() if share == self._share]
            if own:
                self._delete(self._generation, models.Filter(must=[_match("article", *own)]))
                # Last, as it says whose passages there may be.
                self._delete(articles_of(self._generation), models.Filter(must=[self._own, _match("id", *own)]))

    def _write(self) -> None:
        waiting, self._waiting, self._passages_waiting = self._waiting, [], 0
        if not waiting:
            return
        self._begin()
        sources = {analysed.id: source for analysed, source in waiting}
        own = self._own_of(sources)
        points = article_points([analysed for analysed, _ in waiting if analysed.id in own], self._vocabulary)
        self._articles.add(article_point(each, self._share, sources[each.analysed.id]) for each in points)
        self._articles.flush()
        # Another share may have been faster.
        own = self._own_of({each: sources[each] for each in own})
        for each in points:
            if each.analysed.id in own:
                self._passages.add(each.passages)
                self.held[each.analysed.id] = _held(each)

    def _own_of(self, sources: dict[str, str]) -> set[str]:
        """Which of some articles, given with their files, no other share holds; the others are left out."""
        for part in _parts(sources):
            for each, (share, file) in self._owners(part).items():
                if share != self._share:
                    reason, remedy = f"the id {each} is that of an article in {file}", "give one of them another id"
                    self.left_out[each] = UnreadableSource(Path(sources[each]), reason, remedy)
        return sources.keys() - self.left_out.keys()

    def _owners(self, ids: Sequence[str]) -> dict[str, tuple[int, str]]:
        """The share that holds each of some articles, and the file it is from, of those that are there."""
        points = [point_id("article", each) for each in ids]
        payload = ["id", "share", "source"]
        found = self._connection.read(
            lambda client: client.retrieve(articles_of(self._generation), points, with_payload=payload)
        )
        held = [record.payload for record in found if record.payload]
        return {each["id"]: (each["share"], each["source"]) for each in held}

    def _delete(self, collection: str, wanted: models.Filter) -> None:
        selector = models.FilterSelector(filter=wanted)
        self._connection.write(lambda client: client.delete(collection, selector, wait=True))


def _held(points: ArticlePoints) -> HeldArticle:
    return HeldArticle(points.analysed.prepared.content, len(points.passages), points.words, points.digest)


def _of_another(article: str, content: str) -> models.Condition:
    """The condition that a passage is of an article, made of another content."""
    return models.Filter(must=[_match("article", article)], must_not=[_match("content", content)])


def _match(key: str, *values: Any) -> models.FieldCondition:
    """The condition that a payload is one of some values."""
    return models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))


def _parts(names: Collection[T] | Iterator[T]) -> Iterator[list[T]]:
    """Names, some at a time."""
    rest = iter(names)
    while part := list(islice(rest, _NAMED_AT_ONCE)):
        yield part
