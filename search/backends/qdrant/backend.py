"""A collection in a Qdrant cluster, its words on this machine.

Qdrant chooses passages: the best by the weights of their keys and those nearest to the query's vector. What they score
is worked out here from their words, by the functions that rank an index on disk, so that both give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException

from search.articles import Article, Passage
from search.backends.protocol import Alternatives, Asked
from search.backends.qdrant.batch import Batch
from search.backends.qdrant.connection import Connection
from search.backends.qdrant.counting import Counts
from search.backends.qdrant.documents import QdrantDocuments, being_changed
from search.backends.qdrant.files import ClusterManifest
from search.backends.qdrant.found import DEEPEST, QdrantFound, stepped
from search.backends.qdrant.schema import KEYS, MEANING, RANKED, articles_of, point_id, unpacked_vectors
from search.backends.qdrant.selection import FilterSelection, sparse
from search.backends.qdrant.vocabulary import WordNumbers
from search.catalogue import LANGUAGE_CODES
from search.conditions import Conditions
from search.glossary import Glossary
from search.index_errors import IndexProblem
from search.keys import Keys
from search.semantic import RELATED
from search.vectors import Floats
from search.words import Words

#: Passages a search by the graph of vectors looks at, of which the nearest are taken: with fewer some are missed.
_LOOKED_AT = 2048

#: Without it vectors in bytes decide alone, and of 25 passages that are among the ten nearest one is missed.
_RESCORED = models.QuantizationSearchParams(rescore=True)

#: How many times as many passages are chosen by keys as are ranked: Qdrant sums their weights up, where a score takes
#: the best of a word's alternatives. A word of a query has few of its own, and up to 40 that stand for it.
_SLACK_OWN, _SLACK_COUNTERPARTS = 1.5, 3.0

#: Among more passages than these, more have a high sum and no high score; of how many times as many are chosen at most.
_SLACK_FROM = 20_000
_MOST_SLACK = 4.0

#: How much less near than what is found by meaning a passage may be by Qdrant's own reckoning.
_TOLERANCE = 0.01

_MOST_YEARS = 1_000


class QdrantBackend:
    """One generation of a collection. Safe to use from several threads."""

    def __init__(
        self, connection: Connection, manifest: ClusterManifest, folders: list[Path], glossary: Path, threads: Executor
    ) -> None:
        """`folders` have the segments of the vocabulary in their order, `glossary` is the one with the glossary."""
        self._connection = connection
        self.description = manifest
        self._collection = manifest.generation
        self._threads = threads
        self._slack = min(max(1.0, (manifest.passages / _SLACK_FROM) ** (1 / 3)), _MOST_SLACK)
        self.generation = f"{manifest.generation}@{manifest.run}"
        self.keys = Keys(folders, sum(segment.passages for segment in manifest.segments))
        self.words = Words(folders)
        self.glossary = Glossary.open(glossary)
        self.mean_length = manifest.mean_length
        self.documents = QdrantDocuments(connection, self._collection)
        self._numbers = WordNumbers(folders, self.words.firsts)
        self._selection = FilterSelection(connection, self._collection, self.keys, self.words, self._numbers)
        self._conditions = Conditions(self.keys, self.words)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Raise `IndexProblem` for a request that the cluster cannot answer."""
        try:
            yield
        except ApiException as error:
            reason = str(error).partition("\n")[0][:200]
            raise IndexProblem(f"{self._collection} cannot be searched ({reason}); run: izde verify") from error

    def found(self, asked: Asked, counts: Counts | None = None) -> QdrantFound:
        """What is found for a query: the best by each kind of evidence, and counts of all, where they are not known."""
        condition = [] if asked.condition is None else [self._conditions.meeting(asked.condition, self._selection)]
        words = (*asked.own, *asked.counterparts)
        # Without any key nothing is: a query that asks for nothing finds nothing.
        by_words = [self._selection.found_by([key for word in words for key in word])]
        asks_words = asked.has_words or asked.condition is None
        if counts is None:
            selected = [*condition, *(by_words if asks_words else [])]
            counts = Counts(self._connection, self._collection, self._selection, selected, asked.filters, self._threads)
            counts.start()
        allowed = self._selection.all_of([*condition, self._selection.passing(asked.filters)])
        batch = Batch.of(self._candidates(asked, allowed, [*by_words, allowed]), self._numbers)
        return QdrantFound(self, asked, batch, counts)

    def article(self, article_id: str) -> Article | None:
        """An article with its whole text, None when there is none of this id."""
        return self.documents.article(article_id)

    def heads(self) -> Iterator[Article]:
        """Every article without its text."""
        return self.documents.heads()

    def passages(self, article_id: str) -> list[Passage]:
        """The passages of an article in order."""
        return self.documents.passages(article_id)

    def references(self, article_id: str) -> set[int]:
        """The ordinals of an article's passages that are lists of references."""
        return self.documents.references(article_id)

    def vector(self, passage: Passage) -> Floats:
        """The unit vector of a passage; shape (dimensions,)."""
        ids = [point_id("passage", passage.article_id, passage.ordinal)]
        found = self._connection.read(
            lambda client: client.retrieve(self._collection, ids, with_payload=["vector", "scale"])
        )
        if not found or found[0].payload is None:
            raise being_changed(self._collection)
        payload = found[0].payload
        return unpacked_vectors([payload["vector"]])[0].astype("float32") * payload["scale"]

    def passages_by_language(self) -> dict[str, int]:
        """How many passages there are in each language."""
        counts = self._facet(self._collection, "language", len(LANGUAGE_CODES))
        return {code: counts[code] for code in LANGUAGE_CODES if code in counts}

    def articles_by_year(self) -> dict[int, int]:
        """How many articles there are of each year, earliest first."""
        counts = self._facet(articles_of(self._collection), "year", _MOST_YEARS)
        return dict(sorted((int(year), count) for year, count in counts.items()))

    def _candidates(
        self, asked: Asked, allowed: models.Filter, by_words: list[models.Filter]
    ) -> list[models.ScoredPoint]:
        """The passages that may come first, in one request."""
        if asked.condition is None and not asked.has_words:
            return []
        most = stepped(asked.depth)
        parts = [
            models.Prefetch(
                query=sparse(weights), using=KEYS, filter=allowed, limit=min(int(slack * self._slack * most), DEEPEST)
            )
            for words, slack in ((asked.own, _SLACK_OWN), (asked.counterparts, _SLACK_COUNTERPARTS))
            if (weights := self._weights(words))
        ]
        if asked.vector is not None:
            parts.append(
                models.Prefetch(
                    query=asked.vector.tolist(),
                    using=MEANING,
                    filter=allowed,
                    limit=most,
                    score_threshold=RELATED - _TOLERANCE,
                    params=models.SearchParams(hnsw_ef=max(_LOOKED_AT, most), quantization=_RESCORED),
                )
            )
        if asked.by_year:
            latest = models.OrderByQuery(order_by=models.OrderBy(key="year", direction=models.Direction.DESC))
            found = self._selection.all_of(by_words) if asked.has_words else allowed
            # Those without a year have no place in an order by year.
            undated = models.Filter(must=[found, models.IsEmptyCondition(is_empty=models.PayloadField(key="year"))])
            parts += [
                models.Prefetch(query=latest, filter=found, limit=most),
                models.Prefetch(filter=undated, limit=most),
            ]
        every = models.FusionQuery(fusion=models.Fusion.RRF) if parts else None

        def ask(client: QdrantClient) -> models.QueryResponse:
            return client.query_points(
                self._collection,
                prefetch=parts or None,
                query=every,
                query_filter=None if parts else allowed,
                limit=sum(part.limit or 0 for part in parts) or most,
                with_payload=list(RANKED),
            )

        if asked.has_words and not parts:
            return []
        return self._connection.read(ask).points

    def _weights(self, words: Sequence[Alternatives]) -> dict[str, float]:
        """The weight of each key that stands for some words: those of several words add up."""
        weights: dict[str, float] = {}
        for word in words:
            for key, weight in word.items():
                if frequency := self.keys.frequency(key):
                    weights[key] = weights.get(key, 0.0) + weight * self.keys.rarity(frequency)
        return weights

    def _facet(self, collection: str, field: str, limit: int) -> dict[str, int]:
        hits = self._connection.read(lambda client: client.facet(collection, key=field, limit=limit, exact=True)).hits
        return {str(hit.value): hit.count for hit in hits}
