"""The benchmarks of a cluster with a tiny collection, and the tables of their figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import own_index
from benchmarks.cluster import weights
from benchmarks.cluster.__main__ import results_of
from benchmarks.cluster.asking import ask
from benchmarks.cluster.bench import Bench
from benchmarks.cluster.candidates import candidates
from benchmarks.cluster.disk import disk_by_part
from benchmarks.cluster.equality import compared
from benchmarks.cluster.profiling import profile
from benchmarks.cluster.report import placed, read_all, tables
from benchmarks.cluster.writing import CorpusShare, write
from benchmarks.corpus import Corpus
from benchmarks.records import Record
from search.articles import LANGUAGES, Article, Passage
from search.encoder import Encoder
from search.results import Hit, Results
from tests.bench_corpus import MACHINE, small_corpus
from tests.qdrant.binary import NoServer, qdrant_binary


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Corpus:
    """A small corpus."""
    made = small_corpus(tmp_path_factory.mktemp("bench"), encoder)
    own_index.build(made, made.home / "izde", encoder)
    return made


@pytest.fixture
def bench(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """What is measured, with few queries."""
    monkeypatch.setattr("benchmarks.cluster.bench.WARMING", 2)
    monkeypatch.setattr("benchmarks.cluster.bench.COMPARED", 20)
    monkeypatch.setenv("IZDE_CACHE", str(corpus.home / "cache"))
    made = Bench(corpus, 1)
    made.write_queries()
    return made


def results(*scored: tuple[str, float], total: int = 2) -> Results:
    """An answer with hits in these articles."""
    hits = tuple(
        Hit(rank, score, Article(name, "", ""), Passage(name, 0, 0, 0, "en", ""), (), ())
        for rank, (name, score) in enumerate(scored, start=1)
    )
    return Results("", "", "en", {}, "keyword", total, 1.0, None, hits, {})


@pytest.mark.slow
def test_cluster_and_index_on_disk_are_asked_the_same(bench: Bench) -> None:
    try:
        qdrant_binary()
    except NoServer as reason:
        pytest.skip(str(reason))
    written = write(bench)
    assert min(written[name] for name in ("per_wall_s", "disk_payload_mb", "node0_green_rss_mb")) > 0
    answered = ask(bench, "keyword")
    names = ("queries", "same_but_ties", "rank_10_most", "same_total", "total_ratio", "same_facets")
    assert [answered[name] for name in names] == [20, 1, 0, 1, 1, 1]
    chosen = candidates(bench)
    assert [chosen[f"{kind}_recall_10"] for kind in ("own", "counterparts", "meaning")] == [1, 1, 1]
    spent = profile(bench, "hybrid")
    parts = ("candidates_server", "candidates_transfer", "candidates_decode", "unpack", "score", "order", "texts")
    assert min(spent[f"{part}_ms"] for part in parts) > 0
    assert min(spent[f"server_{kind}_ms"] for kind in ("query", "count", "scroll", "points")) > 0
    assert sum(spent[f"{part}_ms"] for part in parts) < spent["answer_ms"]


def test_one_shard_has_the_weights_of_all(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SHARDS", (1, 4))
    found = weights.weights(bench)
    names = ("from_1_most", "from_10_most", "other_hits", "other_order", "other_first")
    assert [found[f"shards_1_{name}"] for name in names] == [0, 0, 0, 0, 0]
    assert found["shards_4_from_1_median"] > found["shards_4_from_100_median"] > 0
    assert found["shards_4_other_order"] > 0


def test_shares_of_a_corpus_are_all_of_it() -> None:
    def firsts(made: Corpus) -> Sequence[int]:
        return [block.first for block, _ in made.blocks()]

    forms = {language: ["a"] * 5_000 for language in LANGUAGES}
    shares = [CorpusShare(Path("none"), 5_000, number, 2) for number in range(2)]
    for share in shares:
        share.__dict__["forms"] = forms
    assert [firsts(share) for share in shares] == [[0, 100, 200], [50, 150]]


def test_answers_are_compared() -> None:
    alike = results(("a", 0.9), ("b", 0.5))
    other_order = results(("b", 0.9), ("a", 0.5))
    other_of_equals = results(("a", 0.9), ("c", 0.5), total=3)
    other_score = results(("a", 0.9), ("c", 0.25))
    found = compared([(alike, each) for each in (alike, other_order, other_of_equals, other_score)])
    assert found == {
        "queries": 4,
        "same_hits": 0.5,
        "same_order": 0.25,
        "same_first": 0.75,
        "same_but_ties": 0.5,
        "missed": 0.5,
        "rank_10_median": 0.125,
        "rank_10_most": 0.25,
        "same_total": 0.75,
        "total_ratio": 9 / 8,
        "same_facets": 1.0,
    }


def test_disk_is_told_by_part(tmp_path: Path) -> None:
    shard = tmp_path / "node0" / "storage" / "collections" / "bench-1" / "0"
    files = {
        shard / "wal" / "open-1": 1,
        shard / "segments" / "a" / "vector_storage-meaning" / "chunk_0": 2,
        shard / "segments" / "a" / "payload_storage" / "page_0": 3,
        tmp_path / "node0" / "storage" / "collections" / "bench-1-articles" / "0" / "wal" / "open-1": 4,
        tmp_path / "node0" / "storage" / "raft_state.json": 5,
    }
    for file, blocks in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * 4096 * blocks)
    sizes = {"all": 15, "articles": 4, "other": 5, "payload": 3, "vectors": 2, "wal": 1}
    assert disk_by_part(tmp_path) == {f"disk_{part}_mb": blocks * 4096 / 1e6 for part, blocks in sizes.items()}


def test_figures_are_put_into_a_page(tmp_path: Path) -> None:
    machine = MACHINE | {"packages": {"numpy": "2.0.0", "qdrant": "1.16.3", "qdrant-client": "1.20.0"}}
    record = Record(20_000, machine, steps={"write": {"per_wall_s": 1234.0, "green_s": 5.0}})
    record.write(results_of(3, tmp_path))
    (measured,) = read_all(tmp_path)
    assert measured.name == "20,000, 3 servers"
    page = placed("# Scaling\n\n<!-- figures -->\nold\n<!-- /figures -->\nmore\n", tables([measured]))
    assert page.startswith("# Scaling\n\n<!-- figures -->\n\nExample CPU, 2 cores, 8.0 GB, Linux 6.1; qdrant 1.16.3,")
    assert "\n| 20,000, 3 servers | 1,234 | – | – | 5 | – |\n" in page
    assert page.endswith("\n<!-- /figures -->\nmore\n")
    with pytest.raises(ValueError, match="add them where the tables belong"):
        placed("# Scaling\n", "")
