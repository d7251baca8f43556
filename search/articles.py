"""What is searched: articles, and the passages they are cut into."""

from __future__ import annotations

from dataclasses import dataclass

#: Codes of the languages Izde analyses, in the order they are shown.
LANGUAGES = ("ky", "kk", "ru", "en")

#: Language of a passage in none of them: it is indexed by its word forms alone.
OTHER_LANGUAGE = "other"


@dataclass(frozen=True, slots=True)
class Article:
    """One article, as read from a source or as kept in an index.

    `text` is the running text. `pages` holds the offset in `text` at which each page begins
    (so `pages[0] == 0` for a paged source), and is empty for sources without pages.
    `language` is what the source declares, or None.
    """

    id: str
    title: str
    text: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    url: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article, in one language.

    `start` and `end` are character offsets into the article's (repaired) text, so that
    `article.text[start:end] == text`. `page` counts from 1, None where the source has no pages.
    """

    article_id: str
    ordinal: int
    start: int
    end: int
    language: str
    text: str
    page: int | None = None

    @property
    def id(self) -> str:
        """The article's id and the passage's place in it: `folder/name#3`."""
        return passage_id(self.article_id, self.ordinal)


def passage_id(article_id: str, ordinal: int) -> str:
    """The id of an article's passage in this place."""
    return f"{article_id}#{ordinal}"
