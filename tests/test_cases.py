"""The tables of damaged texts and typed queries: each row is repaired to the letter, or answered first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from benchmarks.cases import DamageCase, TypedCase, build_samples, read_damage, read_typed
from indexer.repair import repair
from search.articles import LANGUAGES
from search.engine import Engine

DAMAGE = read_damage()
TYPED = read_typed()
CASES: list[DamageCase | TypedCase] = [*DAMAGE, *TYPED]

#: What does not pass yet, by the first column of its row. A row that passes is to be taken out.
KNOWN_TO_FAIL = frozenset(
    (
        # damaged texts
        "Обсудили социально -\nэкономическое развитие района.",
        "Заңда мерзім көр\tсетілмеген.",
        "Мамлекет\tтик кызмат ачыкталды.",
        "Это ком-\nмер\tческий банк.",
        "Здесь изучают меж дународное право, международное право сложно.",
        "Кыз маткерлер окуудан өтүштү, кызматкерлер ыраазы.",
        "The depart ment answered; the department was right.",
        "Айылга ак сакал киши келди, аны аксакалдар тосуп алды.",
        "Об этом говорят в каждом государстве1. Затем спор утих.",
        "Суу бөлүштүрүлдү2, бирок баарына жетпеди.",
        "Келісімге үш ел қол қойды3. Төртіншісі бас тартты.",
        "The treaty entered into force4 and was soon forgotten.",
        # typed queries
        "aktivterdi qaitaru",
        "-43hk3r",
        # the first passage has кыскарган, a verb, for the noun кыскарышы
        "монгулордун кыскарышы",
        # typed queries whose words are answered first in another language even when well typed
        "халыкаралык келисим",
    )
)


def parameters(cases: Sequence[DamageCase | TypedCase]) -> list[object]:
    fails = pytest.mark.xfail(strict=True, reason="known to fail")
    return [pytest.param(case, id=case.name, marks=fails if case.name in KNOWN_TO_FAIL else ()) for case in cases]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine over the sample articles."""
    return build_samples(tmp_path_factory.mktemp("samples"))


@pytest.mark.parametrize("case", parameters(DAMAGE))
def test_damage_is_repaired(case: DamageCase) -> None:
    assert repair(case.damaged).text == case.repaired


@pytest.mark.parametrize("case", parameters(TYPED))
def test_what_is_meant_is_answered_first(case: TypedCase, samples: Engine) -> None:
    assert case.passes(samples)


def test_there_are_enough_cases_of_every_kind() -> None:
    assert len(DAMAGE) >= 80
    kinds = Counter(case.kind for case in TYPED)
    fewest = {"letters": 40, "latin": 30, "layout": 25, "typo": 30}
    assert {kind: min(kinds[kind], count) for kind, count in fewest.items()} == fewest
    assert set(kinds) == set(fewest)


def test_typing_errors_are_in_every_language() -> None:
    assert {case.language for case in TYPED if case.kind == "typo"} == set(LANGUAGES)


def test_each_case_comes_once() -> None:
    names = Counter(case.name for case in CASES)
    assert [name for name, count in names.items() if count > 1] == []


def test_known_failures_are_cases() -> None:
    failing = Counter(case.kind for case in CASES if case.name in KNOWN_TO_FAIL)
    print(dict(failing))
    assert failing.total() == len(KNOWN_TO_FAIL)
