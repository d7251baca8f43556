"""Tests of `indexer.article_ids`: no two articles have the same id."""

from __future__ import annotations

from indexer.article_ids import ArticleIds


def test_a_second_article_of_the_same_id_gets_a_number() -> None:
    ids = ArticleIds()
    assert [ids.give(each) for each in ("a", "a-2", "a", "b", "a", "a-2")] == ["a", "a-2", "a-3", "b", "a-4", "a-2-2"]
    assert "a-4" in ids
    assert "a-5" not in ids


def test_the_id_that_is_free_is_the_one_that_is_given() -> None:
    ids = ArticleIds()
    for expected in ("a", "a-2", "a-3"):
        assert [ids.free("a"), ids.free("a"), ids.give("a")] == [expected] * 3


def test_an_id_that_was_taken_back_is_given_again() -> None:
    ids = ArticleIds()
    for _ in range(3):
        ids.give("a")
    ids.take_back("a-2")
    assert [ids.give("a"), ids.give("a")] == ["a-2", "a-4"]
