"""Tests of `search.catalogue`: filters and facets over four passages of three articles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from search.articles import Article, Passage
from search.catalogue import MOST_FACET_VALUES, Catalogue, Filters, PassageColumns, write_catalogue
from search.documents import Documents, DocumentWriter

ARTICLES = [
    Article("a", "A", "", authors=("Орлова Н.В.", "Whitcombe A."), year=2015),
    Article("b", "B", "", authors=("Whitcombe A.",), year=2021),
    Article("c", "C", ""),
]

ALL = np.arange(4)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Passages 0 (ru) and 1 (en) of "a", 2 (en) of "b", 3 (another language) of "c"."""
    with DocumentWriter(tmp_path / "documents.sqlite") as writer:
        for article, count in zip(ARTICLES, (2, 1, 1), strict=True):
            writer.add(article, "", [Passage(article.id, n, 0, 0, "en", "") for n in range(count)])
    years, references = [2015, 2015, 2021, None], [False, False, False, True]
    passages = PassageColumns(["ru", "en", "en", "de"], years, [0, 0, 1, 2], references)
    write_catalogue(tmp_path, passages, [article.authors for article in ARTICLES])
    return Catalogue([tmp_path], Documents([tmp_path / "documents.sqlite"]))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), [0, 1, 2, 3]),
        (Filters(languages=("en",)), [1, 2]),
        (Filters(languages=("ru", "other")), [0, 3]),
        (Filters(languages=("de",)), []),
        (Filters(year_from=2016), [2]),
        (Filters(year_to=2020), [0, 1]),
        (Filters(year_from=2015, year_to=2021), [0, 1, 2]),
        (Filters(year_from=0), [0, 1, 2]),
        (Filters(year_from=2022, year_to=2014), []),
        (Filters(year_from=10**30), []),
        (Filters(author="whitcombe a."), [0, 1, 2]),
        (Filters(author="Whitcombe"), []),
        (Filters(article="a"), [0, 1]),
        (Filters(article="none"), []),
        (Filters(languages=("en",), author="Орлова Н.В."), [1]),
    ],
)
def test_passages_that_pass(catalogue: Catalogue, filters: Filters, expected: list[int]) -> None:
    assert np.flatnonzero(catalogue.all(filters)).tolist() == expected
    few = np.array([1, 3])
    assert few[catalogue.masks(filters, few).all].tolist() == [each for each in expected if each in (1, 3)]


def test_the_latest_come_first_and_those_without_a_year_last(catalogue: Catalogue) -> None:
    passages = np.array([3, 1, 0, 2])
    assert passages[catalogue.latest_first(passages)].tolist() == [2, 1, 0, 3]


def _facets(catalogue: Catalogue, filters: Filters) -> dict[str, dict[str, int]]:
    facets = catalogue.facets(ALL, catalogue.masks(filters, ALL))
    return {name: {each.value: each.count for each in values} for name, values in facets.items()}


def test_facets_count_passages(catalogue: Catalogue) -> None:
    facets = _facets(catalogue, Filters())
    assert facets == {
        "language": {"ru": 1, "en": 2, "other": 1},
        "year": {"2021": 1, "2015": 2},
        "author": {"Whitcombe A.": 3, "Орлова Н.В.": 2},
    }
    assert [list(values) for values in facets.values()] == [
        ["ru", "en", "other"],
        ["2021", "2015"],
        ["Whitcombe A.", "Орлова Н.В."],
    ]


def test_a_facet_is_not_narrowed_by_its_own_filter(catalogue: Catalogue) -> None:
    assert _facets(catalogue, Filters(languages=("ru",))) == {
        "language": {"ru": 1, "en": 2, "other": 1},
        "year": {"2015": 1},
        "author": {"Орлова Н.В.": 1, "Whitcombe A.": 1},
    }
    assert _facets(catalogue, Filters(year_from=2016))["year"] == {"2021": 1, "2015": 2}


def test_authors_are_counted_over_all_segments(tmp_path: Path) -> None:
    # In the later segment Whitcombe has fewer passages than each of 120 others.
    segments = [["Whitcombe A."] * 5, [*(f"Author {n}" for n in range(120) for _ in range(2)), "Whitcombe A."]]
    paths = [tmp_path / name for name in ("one", "two")]
    for path, authors in zip(paths, segments, strict=True):
        path.mkdir()
        with DocumentWriter(path / "documents.sqlite") as writer:
            for number, author in enumerate(authors):
                article_id = f"{path.name} {number}"
                writer.add(Article(article_id, "", "", (author,)), "", [Passage(article_id, 0, 0, 0, "en", "")])
        count = len(authors)
        columns = PassageColumns(["en"] * count, [None] * count, range(count), [False] * count)
        write_catalogue(path, columns, [[author] for author in authors])
    catalogue = Catalogue(paths, Documents([path / "documents.sqlite" for path in paths]))
    found = np.arange(len(catalogue))
    authors = catalogue.facets(found, catalogue.masks(Filters(), found))["author"]
    assert [(each.value, each.count) for each in authors[:2]] == [("Whitcombe A.", 6), ("Author 0", 2)]
    assert len(authors) == MOST_FACET_VALUES
    assert catalogue.all(Filters(author="whitcombe a.")).sum() == 6


def test_counts_of_the_whole(catalogue: Catalogue) -> None:
    assert len(catalogue) == 4
    assert catalogue.passages_by_language() == {"ru": 1, "en": 2, "other": 1}
    assert catalogue.articles_by_year() == {2015: 1, 2021: 1}
    assert [catalogue.article_of(passage) for passage in range(4)] == [0, 0, 1, 2]
    assert catalogue.references.tolist() == [False, False, False, True]
