"""Tests of `search.evaluation`: the measures, and judged queries over the articles of tests/conftest.py."""

from __future__ import annotations

from math import log2
from pathlib import Path

import pytest

from search.articles import Passage
from search.engine import Engine
from search.evaluation import (
    JudgedQuery,
    Judgement,
    JudgementError,
    Mean,
    Measures,
    evaluate,
    gains_of,
    grades_by_language,
    mean,
    ndcg,
    read_judgements,
    recall,
    reciprocal_rank,
)

SURE = Mean(1.0, 1.0, 1.0)


def test_ndcg_of_rankings_worked_out_by_hand() -> None:
    assert ndcg([2, 1], [1, 2]) == 1
    assert ndcg([0, 2, 1], [1, 2]) == pytest.approx((2 / log2(3) + 1 / 2) / (2 + 1 / log2(3)))
    assert ndcg([0] * 10 + [2], [2]) == 0
    assert ndcg([], []) == 0


def test_reciprocal_rank_is_that_of_the_first_relevant_hit() -> None:
    assert [reciprocal_rank(gains) for gains in ([2], [0, 0, 1, 2], [0] * 10 + [1], [])] == [1, 1 / 3, 0, 0]


def test_recall_is_the_part_found_among_fifty() -> None:
    assert recall([1, 0, 2], [1, 2, 2, 1]) == 0.5
    assert recall([0] * 50 + [1], [1]) == 0


def test_judgements_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "judged.jsonl"
    passages = '[{"article": "a", "quote": " Сырдария\\n суы", "grade": 2}, {"article": "b", "grade": 1}]'
    file.write_text(f'{{"query": "су", "language": "kk", "passages": {passages}}}\n\n', "utf-8")
    judged = (Judgement("a", "Сырдария суы", 2.0), Judgement("b", "", 1.0))
    assert read_judgements(file) == [JudgedQuery("су", "kk", judged)]


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"1",
        b'{"query": "a"}',
        b'{"query": "a", "language": "kk", "passages": [{"article": "a", "grade": "x"}]}',
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_judgement_is_named(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "judged.jsonl"
    file.write_bytes(b"\n" + line)
    with pytest.raises(JudgementError, match=r"judged.jsonl:2: not a judged query"):
        read_judgements(file)


def test_a_passage_earns_its_grade_and_an_article_earns_it_once() -> None:
    passages = [Passage("a", n, 0, 0, "en", "") for n in range(3)]
    assert gains_of(passages, {"a#0": 2.0, "a#2": 1.0, "b": 2.0}) == [2.0, 0.0, 1.0]
    assert gains_of(passages, {"a": 1.0}) == [1.0, 0.0, 0.0]


def test_grades_go_by_the_language_of_the_passage(engine: Engine) -> None:
    judged = JudgedQuery(
        "су",
        "kk",
        (
            Judgement("water-kk", "Өзен суын бөлу", 1),
            Judgement("water-kk", "келісім жыл сайын", 2),
            _whole("migration-en", 1),
            Judgement("water-kk", "no such words", 2),
        ),
    )
    assert grades_by_language(engine, judged) == {"kk": {"water-kk#0": 2}, "en": {"migration-en": 1}}


def test_each_pair_of_languages_is_measured(engine: Engine) -> None:
    judged = [
        JudgedQuery("торговля людьми", "ru", (_whole("trafficking-ru", 2), _whole("migration-en", 0))),
        JudgedQuery("remittances of labour migrants", "en", (_whole("migration-en", 2), _whole("water-kk", 1))),
        JudgedQuery("Сырдария суы", "kk", (Judgement("water-kk", "Өзен суын бөлу", 2), _whole("none", 2))),
    ]
    found = {(row.query_language, row.passage_language): row for row in evaluate(engine, judged, "hybrid")}
    assert set(found) == {("ru", "ru"), ("en", "en"), ("en", "kk"), ("kk", "kk")}
    for pair in (("ru", "ru"), ("en", "en"), ("kk", "kk")):
        assert found[pair] == Measures(*pair, queries=1, ndcg=SURE, mrr=SURE, recall=SURE)


def test_an_interval_holds_the_mean_and_narrows_with_more_queries() -> None:
    few, many = mean([0, 1, 0, 1]), mean([0, 1, 0, 1] * 50)
    assert few.value == many.value == 0.5
    assert few.low < many.low < 0.5 < many.high < few.high


def _whole(article: str, grade: float) -> Judgement:
    return Judgement(article, "", grade)


def test_nothing_judged_is_nothing_measured(engine: Engine) -> None:
    assert evaluate(engine, [], "keyword") == []
    assert evaluate(engine, [JudgedQuery("су", "kk", (_whole("none", 2),))], "keyword") == []
