"""Articles and passages of a generation as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from qdrant_client import QdrantClient, models

from search.articles import Article, Passage
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.schema import articles_of, point_id
from search.backends.qdrant.scrolling import payloads
from search.index_errors import IndexProblem

#: What is read of articles where their text is not, and of passages.
_HEAD = ("id", "title", "authors", "year", "url", "keywords", "language", "pages")
_PASSAGE = ("article", "ordinal", "start", "end", "language", "text", "page")


class QdrantDocuments:
    """Reads the articles and passages of one generation. Safe to use from several threads."""

    def __init__(self, connection: Connection, generation: str) -> None:
        self._connection = connection
        self.generation = generation
        self._articles = articles_of(generation)

    def article(self, article_id: str) -> Article | None:
        """An article with its whole text, None when there is none of this id."""
        found = self._retrieved(self._articles, [point_id("article", article_id)], (*_HEAD, "text"))
        return next((_article(payload) for payload in found.values()), None)

    def heads(self) -> Iterator[Article]:
        """Every article without its text."""
        return (_article(payload) for payload in payloads(self._connection, self._articles, _HEAD))

    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article in order."""
        found = payloads(self._connection, self.generation, _PASSAGE, _of_article(article_id))
        return sorted(map(_passage, found), key=lambda passage: passage.ordinal)

    def references(self, article_id: str) -> set[int]:
        """The ordinals of an article's passages that are lists of references."""
        found = payloads(self._connection, self.generation, ("ordinal", "references"), _of_article(article_id))
        return {payload["ordinal"] for payload in found if payload["references"]}

    def shown(self, ids: Sequence[str]) -> list[tuple[Article, Passage]]:
        """Passages by the ids of their points, with their articles without text.

        Raises `IndexProblem` where one is gone since it was found, which the next search does not find any more.
        """
        passages = self._retrieved(self.generation, ids, _PASSAGE)
        articles = {payload["article"]: point_id("article", payload["article"]) for payload in passages.values()}
        heads = self._retrieved(self._articles, list(articles.values()), _HEAD)
        if len(passages) < len(set(ids)) or len(heads) < len(articles):
            raise being_changed(self.generation)
        found = [passages[each] for each in ids]
        return [(_article(heads[articles[payload["article"]]]), _passage(payload)) for payload in found]

    def _retrieved(self, collection: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The payloads of points by their ids."""
        if not ids:
            return {}
        ask = partial(QdrantClient.retrieve, collection_name=collection, ids=list(ids), with_payload=list(fields))
        return {str(record.id): record.payload or {} for record in self._connection.read(ask)}


def being_changed(generation: str) -> IndexProblem:
    """The error for what was found and is another, or gone, where it is to be shown: the next search finds what is."""
    return IndexProblem(f"{generation} is being changed; ask again")


def _of_article(article_id: str) -> models.Filter:
    return models.Filter(must=[models.FieldCondition(key="article", match=models.MatchValue(value=article_id))])


def _article(payload: dict[str, Any]) -> Article:
    return Article(
        payload["id"],
        payload["title"],
        payload.get("text", ""),
        authors=tuple(payload["authors"]),
        year=payload["year"],
        url=payload["url"],
        keywords=tuple(payload["keywords"]),
        language=payload["language"],
        pages=tuple(payload["pages"]),
    )


def _passage(payload: dict[str, Any]) -> Passage:
    return Passage(
        payload["article"],
        payload["ordinal"],
        payload["start"],
        payload["end"],
        payload["language"],
        payload["text"],
        payload.get("page"),
    )
