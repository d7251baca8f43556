"""The benchmarks with tiny collections: the same passages for all, real engines, and a page of the figures."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from benchmarks import own_index, own_search, records, serving, steps, synthetic
from benchmarks.__main__ import measure, run
from benchmarks.chart import Chart
from benchmarks.corpus import Corpus
from benchmarks.inflection import inflected
from benchmarks.lexical import ENGINES
from benchmarks.nearest import SEARCHES
from benchmarks.records import Record
from benchmarks.report import report, slower
from benchmarks.steps import Step
from benchmarks.timing import Stopwatch, latency, percentiles
from search.articles import LANGUAGES
from search.encoder import Encoder
from search.engine import Engine
from search.languages.tokens import tokenize
from search.storage import current_generation
from tests.bench_corpus import MACHINE, PASSAGES, small_corpus

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Corpus:
    """A small corpus."""
    return small_corpus(tmp_path_factory.mktemp("bench"), encoder)


@pytest.fixture(scope="module")
def index(corpus: Corpus, encoder: Encoder) -> Path:
    own_index.build(corpus, corpus.home / "izde", encoder)
    return corpus.home / "izde"


def holding(corpus: Corpus, word: str) -> list[int]:
    """The passages that hold a word."""
    passages = [tokens for batch in corpus.token_lists() for tokens in batch]
    return [number for number, tokens in enumerate(passages) if word in tokens]


def rare(corpus: Corpus) -> str:
    """A word that a few passages hold."""
    tokens = [token for batch in corpus.token_lists() for passage in batch for token in set(passage)]
    names, counts = np.unique(tokens, return_counts=True)
    return str(names[counts == 5][0])


def test_endings_are_put_after_words_that_end_alike() -> None:
    words = ["table", "tables", "cable", "cables", "fable", "fables", "gable"]
    assert list(inflected(words)) == ["gables"]


def test_passages_are_the_same_every_time_and_the_first_of_any_larger_collection() -> None:
    forms = dict.fromkeys(LANGUAGES, 5_000)
    (small,) = synthetic.blocks(100, forms)
    first, second = synthetic.blocks(2_000, forms)
    assert small.words.shape == (5, 20, 120)
    assert (small.words == first.words[:5]).all()
    assert (first.first, second.first) == (0, 50)
    assert first.languages[:5] == ["ky", "kk", "ru", "en", "ky"]
    assert not (first.words == second.words).all()


def test_words_are_rarer_by_their_rank() -> None:
    (block,) = synthetic.blocks(1_000, dict.fromkeys(LANGUAGES, 50_000))
    counts = np.bincount(block.words.ravel(), minlength=50_000)
    assert counts[0] > 2 * counts[10:20].mean() > 4 * counts[100:200].mean() > 8 * counts[1_000:2_000].mean() > 0


def test_source_has_the_passages_in_texts_whose_words_are_where_they_are_said_to_be(corpus: Corpus) -> None:
    block, file = next(corpus.blocks())
    article = json.loads(file.read_text("utf-8").splitlines()[1])
    texts = article["text"].split("\n\n")
    assert (article["id"], article["language"], article["year"], len(texts)) == ("synthetic-1", "kk", 2001, 20)
    places = [[token.start, token.end] for token in tokenize(texts[7])]
    assert corpus.places("kk", block.words[1])[7].tolist() == places


@pytest.mark.parametrize("name", ENGINES)
def test_lexical_peers_find_the_passages_that_hold_a_word(name: str, corpus: Corpus, tmp_path: Path) -> None:
    pytest.importorskip({"fts5": "sqlite3"}.get(name, name), reason="python -m pip install 'izde[bench]'")
    word = rare(corpus)
    ENGINES[name].build(corpus.token_lists(), tmp_path / name)
    assert sorted(ENGINES[name].open(tmp_path / name)([word])) == holding(corpus, word)


def test_own_ranking_finds_the_passages_that_hold_a_word(corpus: Corpus, index: Path) -> None:
    word = rare(corpus)
    assert sorted(own_search.open_ranking(index)([word])) == holding(corpus, word)


@pytest.mark.parametrize("name", SEARCHES)
def test_vector_peers_find_what_is_nearest(name: str, corpus: Corpus, tmp_path: Path) -> None:
    pytest.importorskip(name.split()[0], reason="python -m pip install 'izde[bench]'")
    SEARCHES[name].build(np.array(corpus.vectors()), tmp_path / "index")
    search = SEARCHES[name].open(tmp_path / "index")
    vectors = np.array(corpus.vectors()[:20])
    assert [int(search(vector)[0]) for vector in vectors] == list(range(20))


def test_own_vectors_find_what_is_nearest(corpus: Corpus, index: Path) -> None:
    search = own_search.open_nearest(index)
    assert [int(search(vector)[0]) for vector in np.array(corpus.vectors()[:20])] == list(range(20))


def test_index_answers_every_kind_of_query(corpus: Corpus, index: Path, encoder: Encoder) -> None:
    engine = Engine.open(index, encoder)
    assert engine.stats().passages == PASSAGES
    asked = own_search.structured(corpus, index)
    assert list(asked) == list(steps.STRUCTURED)
    assert engine.search(asked["phrase"][0]).total > 0


def test_izde_index_finds_the_source_of_the_index_unchanged(corpus: Corpus, index: Path) -> None:
    command = [sys.executable, "-m", "izde", "index", str(corpus.source), "--index", str(index), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert (said["added"], said["changed"], said["unchanged"], said["removed"]) == (0, 0, PASSAGES // 20, 0)


def test_all_clients_are_answered_through_http(corpus: Corpus, index: Path) -> None:
    figures = serving.through_http(corpus, index, "keyword")
    assert sorted(figures) == sorted(
        [
            *(
                f"clients_{clients}_{each}"
                for clients in (1, 4, 16)
                for each in ("median_ms", "p95_ms", "p99_ms", "per_s")
            ),
            "pss_mb",
            "rss_mb",
        ]
    )
    assert min(figures.values()) > 0


def test_an_update_is_seen_by_a_server_and_leaves_the_index_as_it_was(corpus: Corpus, index: Path) -> None:
    def state() -> tuple[str, list[bytes]]:
        return current_generation(index), [file.read_bytes() for file in sorted(corpus.source.iterdir())]

    before = state()
    figures = serving.update(corpus, index)
    assert sorted(figures) == ["searchable_s", "update_cpu_s", "update_peak_mb", "update_wall_s"]
    assert figures["searchable_s"] > figures["update_wall_s"] > 0
    assert state() == before


def test_a_step_is_measured_in_a_process_of_its_own(corpus: Corpus) -> None:
    step = next(step for step in steps.steps(corpus) if step.name == "vectors numpy build")
    assert sorted(measure(corpus, step)) == ["build_s", "disk_mb", "per_cpu_s", "per_wall_s"]


def test_a_run_goes_on_where_it_was_and_says_what_failed(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [Step("vectors numpy build", dict), Step("vectors absent build", dict)]
    monkeypatch.setattr("benchmarks.__main__.steps", lambda corpus: told)
    first = run(corpus, tmp_path)
    assert list(first.steps) == ["vectors numpy build"]
    assert first.failed == {"vectors absent build": "ValueError: not enough values to unpack (expected 1, got 0)"}
    capsys.readouterr()
    second = run(corpus, tmp_path, only="numpy")
    assert "1/1  vectors numpy build          done before" in capsys.readouterr().out
    assert records.read(PASSAGES, tmp_path) == second


def test_time_to_make_the_items_is_not_counted() -> None:
    def items() -> list[int]:
        return [sum(range(200_000)) for _ in range(20)]

    stopwatch = Stopwatch()
    assert len(list(stopwatch.without(value for _ in range(3) for value in items()))) == 60
    assert stopwatch.cpu() < 0.05


def test_percentiles_of_times() -> None:
    assert percentiles(range(101), "cpu_") == {"cpu_median_ms": 50.0, "cpu_p95_ms": 95.0, "cpu_p99_ms": 99.0}
    assert sorted(latency(abs, [1, 2])) == [
        "cpu_median_ms",
        "cpu_p95_ms",
        "cpu_p99_ms",
        "median_ms",
        "p95_ms",
        "p99_ms",
    ]


def test_the_page_has_ratios_and_says_where_peers_are_ahead() -> None:
    record = Record(
        20_000,
        MACHINE,
        steps={
            "lexical izde search": {"cpu_median_ms": 0.5, "open_ms": 2.0},
            "lexical tantivy search": {"cpu_median_ms": 0.25, "open_ms": 4.0},
        },
        failed={"vectors hnswlib build": "ModuleNotFoundError: No module named 'hnswlib'"},
    )
    assert list(slower(record)) == ["- Izde needs 0.5 ms to rank a query, tantivy 0.25: 2.0 times as much."]
    lines = report([record]).splitlines()
    assert "| izde | 0.500 | – | – | – | 2.0 | – | – | – | 2.00 |" in lines
    assert "Example CPU, 2 cores, 8.0 GB, Linux 6.1, Python 3.11.7; numpy 2.0.0." in lines
    assert lines[-1] == "- vectors hnswlib build failed: ModuleNotFoundError: No module named 'hnswlib'"


def test_a_chart_is_told_in_words_and_drawn_for_light_and_dark() -> None:
    chart = Chart("Ranking", "passages", "ms", {"izde": [(20_000, 0.1), (200_000, 1.0)], "a<b": [(20_000, 10.0)]})
    drawing = ET.fromstring(chart.svg())
    space = "{http://www.w3.org/2000/svg}"
    assert drawing.findtext(f"{space}desc") == (
        "Ranking; ms against passages. izde: 0.1 at 20,000, 1 at 200,000; a<b: 10 at 20,000."
    )
    assert "prefers-color-scheme:dark" in (drawing.findtext(f"{space}style") or "")
    lines = [line.get("points") for line in drawing.findall(f"{space}polyline")]
    assert lines == ["84.0,348.0 550.0,194.0", "84.0,40.0"]
