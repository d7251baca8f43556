"""An article laid out for reading: its passages in order, and what stands between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from markupsafe import Markup

from search.articles import OTHER_LANGUAGE, Article, Passage
from search.results import Highlight, Results
from webapp.highlighting import marked

#: Lines that hold something; a blank line ends a paragraph.
_PARAGRAPH = re.compile(r"\S.*(?:\n[^\S\n]*\S.*)*")

#: Where a sentence may begin within a paragraph; one cut too often only makes an excerpt shorter.
_SENTENCE = re.compile(r"(?<=\w\w[.!?…])\s+(?=[^\W\d_])")

#: Letters within which a sentence of an excerpt begins where nothing is highlighted.
_OPENING = 200


@dataclass(frozen=True, slots=True)
class Block:
    """A passage, or the text between two; `passage` is None for the latter.

    `number` counts the passages from 1. `page` is set where a page of the source begins, `new_language`
    where the language changes, `continues` where the paragraph before goes on.
    """

    passage: Passage | None
    paragraphs: tuple[Markup, ...]
    number: int = 0
    matches: bool = False
    page: int | None = None
    new_language: bool = False
    continues: bool = False


def blocks(article: Article, passages: Iterable[Passage], highlights: Mapping[int, Sequence[Highlight]]) -> list[Block]:
    """The whole text of an article; `highlights` are given by the passages' ordinals."""
    return list(_blocks(article, sorted(passages, key=lambda each: each.start), highlights))


@dataclass(frozen=True, slots=True)
class Foreign:
    """A run of passages in another language than the article's, such as an abstract; `opening` is how it begins."""

    language: str
    opening: str
    ordinal: int
    number: int
    page: int | None


def in_other_languages(article: Article, blocks: Iterable[Block], references: Collection[int]) -> list[Foreign]:
    """The runs of passages in a known language that is not the article's, in order.

    An article that declares no language is taken to be in that of most of its passages. Passages of the ordinals
    `references`, the lists of references, are in many languages and say nothing: they are passed over.
    """
    told = [(each.passage, each.number) for each in blocks if each.passage and each.passage.ordinal not in references]
    known = Counter(passage.language for passage, _ in told if passage.language != OTHER_LANGUAGE)
    before = usual = article.language or next((language for language, _ in known.most_common(1)), OTHER_LANGUAGE)
    foreign = []
    for passage, number in told:
        if passage.language not in (usual, before, OTHER_LANGUAGE):
            opening = " ".join(passage.text.split())
            foreign.append(Foreign(passage.language, opening, passage.ordinal, number, passage.page))
        before = passage.language
    return foreign


def highlights_by_passage(results: Results) -> dict[int, Sequence[Highlight]]:
    """The highlights of an answer within one article, by the passages' ordinals."""
    return {hit.passage.ordinal: hit.highlights for hit in results.hits}


def _blocks(
    article: Article, passages: Sequence[Passage], highlights: Mapping[int, Sequence[Highlight]]
) -> Iterator[Block]:
    position = 0
    pages = (None, *(passage.page for passage in passages))
    stated: list[str | None] = [article.language, *(passage.language for passage in passages)]
    languages = accumulate(stated, _language_read)
    for number, (passage, page, language) in enumerate(zip(passages, pages, languages, strict=False), start=1):
        between = article.text[position : passage.start]
        if between.strip():
            yield Block(None, paragraphs(between, ()))
        yield Block(
            passage,
            paragraphs(passage.text, highlights.get(passage.ordinal, ())),
            number=number,
            matches=passage.ordinal in highlights,
            page=None if passage.page == page else passage.page,
            new_language=passage.language not in (language, OTHER_LANGUAGE),
            continues=position > 0 and not between.strip() and "\n" not in between,
        )
        position = max(position, passage.end)
    if article.text[position:].strip():
        yield Block(None, paragraphs(article.text[position:], ()))


def _language_read(known: str | None, language: str | None) -> str | None:
    """The language read so far; a passage in none that is known does not change it."""
    return known if language == OTHER_LANGUAGE else language


def paragraphs(text: str, highlights: Sequence[Highlight]) -> tuple[Markup, ...]:
    """The paragraphs of a passage, with the highlights in each marked."""
    return tuple(marked(text, highlights, found.start(), found.end()) for found in _PARAGRAPH.finditer(text))


def excerpt(text: str, highlights: Sequence[Highlight]) -> tuple[Markup, ...]:
    """The sentences of a passage that hold highlights, by paragraphs, with "…" for what is left out between them.

    Of a passage without highlights, how it begins.
    """

    def wanted(sentence: tuple[int, int]) -> bool:
        start, end = sentence
        return any(each.start < end and each.end > start for each in highlights) if highlights else start < _OPENING

    shortened = []
    for paragraph in _PARAGRAPH.finditer(text):
        runs = [(told, list(run)) for told, run in groupby(_sentences(text, paragraph), wanted)]
        if any(told for told, _ in runs):
            parts = (marked(text, highlights, run[0][0], run[-1][1]) if told else "…" for told, run in runs)
            shortened.append(Markup(" ").join(parts))
    return tuple(shortened)


def _sentences(text: str, paragraph: re.Match[str]) -> Iterator[tuple[int, int]]:
    start = paragraph.start()
    for gap in _SENTENCE.finditer(text, *paragraph.span()):
        yield start, gap.start()
        start = gap.end()
    yield start, paragraph.end()
