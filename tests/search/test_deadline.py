"""Tests of `search.deadline`: a query that takes too long is ended."""

from __future__ import annotations

import pytest

from search.deadline import OutOfTime, check, time_limit
from search.engine import Engine


def test_there_is_no_limit_unless_one_is_set() -> None:
    check()
    with pytest.raises(OutOfTime), time_limit(0):
        check()
    check()


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
@pytest.mark.parametrize("query", ["суу энергия", "торговля AND людьми", '"электр энергиясы"', "*а*", "year:2015"])
def test_a_query_that_takes_too_long_is_ended(engine: Engine, query: str, mode: str) -> None:
    with pytest.raises(OutOfTime, match="ask in fewer words"), time_limit(0):
        engine.search(query, mode=mode)
    with time_limit(60):
        assert engine.search(query, mode=mode).total >= 0
