"""The passages of a corpus into a cluster, by the real writers, without reading and analysing texts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import own_index
from benchmarks.cluster.bench import Bench
from benchmarks.cluster.disk import disk_by_part
from benchmarks.cluster.servers import COLLECTION, address, cpu_seconds, resident, servers
from benchmarks.corpus import Corpus
from benchmarks.synthetic import Block
from benchmarks.timing import Figures, Stopwatch
from indexer.qdrant import generations
from indexer.qdrant.articles import ArticleWriter
from indexer.qdrant.finish import finished, remove_leftovers
from indexer.qdrant.passes import Begun, Wanted, begin
from indexer.qdrant.records import Contents, Kept, ShareRecord, keep, records, vocabulary_name
from indexer.qdrant.settling import settle
from indexer.qdrant.vocabulary import ShareVocabulary
from search.backends.address import QdrantAddress
from search.backends.qdrant.connection import WRITE_S, Connection
from search.backends.qdrant.files import Files
from search.encoder import load_encoder
from search.settings import Settings
from tests.qdrant.nodes import Node

#: Processes that write.
WRITERS = 2


@dataclass(frozen=True)
class CorpusShare(Corpus):
    """A share of a corpus: every so manieth block."""

    number: int
    shares: int

    def blocks(self) -> Iterator[tuple[Block, Path]]:
        """The blocks of this share."""
        for place, each in enumerate(super().blocks()):
            if place % self.shares == self.number:
                yield each


@dataclass(frozen=True, slots=True)
class WriteShare:
    """A share that one process writes."""

    corpus: CorpusShare
    address: QdrantAddress
    generation: str
    run: str

    def __call__(self) -> Figures:
        """Write it, and leave the record of it; answers seconds, those of reading not counted."""
        self.corpus.load()
        encoder = load_encoder()
        vocabulary = ShareVocabulary()
        with closing(Connection.open(self.address, Settings(), WRITE_S)) as connection:
            stopwatch = Stopwatch()
            with ArticleWriter(connection, self.generation, self.corpus.number, vocabulary, lambda: None) as writer:
                for article in stopwatch.without(own_index._analysed(self.corpus)):
                    writer.add(article, str(self.corpus.source))
                writer.flush(())
            figures = {"write_s": stopwatch.wall(), "cpu_s": stopwatch.cpu()}
            stopwatch = Stopwatch()
            files = Files(connection, self.generation)
            with TemporaryDirectory(prefix="izde-bench-") as folder:
                vocabulary.write(Path(folder), encoder)
                stored = files.upload(Path(folder), vocabulary_name(self.corpus.number, self.run))
            held = writer.held
            record = ShareRecord(
                share=self.corpus.number,
                run=self.run,
                size=0,
                articles=len(held),
                passages=sum(each.passages for each in held.values()),
                words=sum(each.words for each in held.values()),
                digest=sum(each.digest for each in held.values()) % 2**64,
                added=len(held),
                changed=0,
                unchanged=0,
                removed=0,
                new_passages=sum(each.passages for each in held.values()),
                problems=(),
                vocabulary=stored,
            )
            keep(files, self.corpus.number, Kept(record, Contents(held)))
            return figures | {"vocabulary_s": stopwatch.wall()}


def write(bench: Bench) -> Figures:
    """Write all passages into new servers, and wait until the cluster's own indexes are made."""
    shutil.rmtree(bench.folder, ignore_errors=True)
    with servers(bench.folder, bench.nodes) as nodes:
        figures = resident(nodes, "empty")
        with closing(Connection.open(address(nodes), Settings(), WRITE_S)) as connection:
            begun = _begun(bench, connection)
            figures |= _written(bench, nodes, begun)
            figures |= resident(nodes, "written") | {"green_s": 0.0}
            figures |= _finished(connection, begun, nodes)
        figures |= resident(nodes, "green")
    (bench.folder / "written").touch()
    return figures | disk_by_part(bench.folder)


def _begun(bench: Bench, connection: Connection) -> Begun:
    layout = bench.layout
    wanted = Wanted(COLLECTION, load_encoder(), "bench", WRITERS, shards=layout.shards, replicas=layout.replicas)
    return begin(connection, wanted, prune_after=0.0)


def _written(bench: Bench, nodes: Sequence[Node], begun: Begun) -> Figures:
    corpus = bench.corpus
    shares = [CorpusShare(corpus.folder, corpus.passages, number, WRITERS) for number in range(WRITERS)]
    tasks = [WriteShare(share, address(nodes), begun.generation, begun.current.run) for share in shares]
    cpu, wall = cpu_seconds(nodes), time.perf_counter()
    with ProcessPoolExecutor(WRITERS, get_context("spawn")) as processes:
        done = [each.result() for each in [processes.submit(task) for task in tasks]]
    write_s, cpu_s = max(each["write_s"] for each in done), sum(each["cpu_s"] for each in done)
    return {
        "write_s": write_s,
        "per_wall_s": corpus.passages / write_s,
        "per_cpu_s": corpus.passages / cpu_s,
        "elapsed_s": time.perf_counter() - wall,
        "vocabulary_s": max(each["vocabulary_s"] for each in done),
        "servers_write_cpu_s": cpu_seconds(nodes) - cpu,
    }


def _finished(connection: Connection, begun: Begun, nodes: Sequence[Node]) -> Figures:
    cpu, wall = cpu_seconds(nodes), time.perf_counter()
    settle(connection, begun.generation)
    figures = {"green_s": time.perf_counter() - wall, "servers_green_cpu_s": cpu_seconds(nodes) - cpu}
    wall = time.perf_counter()
    files = Files(connection, begun.generation)
    manifest = finished(connection, begun, list(records(files)), None)
    generations.switch(connection, COLLECTION, begun.generation)
    replace(begun.current, is_done=True).write(files)
    remove_leftovers(connection, begun.manifest, manifest)
    return figures | {"finish_s": time.perf_counter() - wall}
