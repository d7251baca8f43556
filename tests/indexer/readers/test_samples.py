from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from indexer import metadata
from indexer.readers import find, read
from search.articles import Article

SAMPLES = Path(__file__).parents[3] / "index_data" / "articles"


@pytest.fixture(scope="module")
def samples() -> list[Article]:
    items = [item for path in find(SAMPLES) for item in read(path, SAMPLES)]
    return [item for item in items if isinstance(item, Article)]


def test_every_sample_is_read_with_its_metadata(samples: list[Article]) -> None:
    assert Counter(article.language for article in samples) == {"ky": 7, "kk": 7, "ru": 7, "en": 7}
    assert all(article.title and article.authors and article.year and article.keywords for article in samples)
    assert metadata.problems(find(SAMPLES)) == []


def test_columns_of_a_journal_page_follow_each_other(samples: list[Article]) -> None:
    (article,) = (article for article in samples if article.id == "en-migration-labour")
    assert len(article.pages) == 2
    assert "\n\nSchool attendance shows another picture. Pupils with\nboth parents at home missed" in article.text
    assert "The size of the remittance made no differ-\nence:" in article.text
    places = [article.text.index(f"\n\n{heading}\n\n") for heading in ("The survey", "Who signs?", "References")]
    assert places == sorted(places)
