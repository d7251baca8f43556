"""An article as read -> the article as it is indexed: repaired, with a title, cut into passages."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from indexer import front_matter
from indexer.characters import invisible
from indexer.edits import untouched
from indexer.passages import passages as cut
from indexer.repair import repair, repaired_pages
from search.articles import LANGUAGES, Article, Passage

#: Changes whenever the same source would give another text or other passages.
PREPARATION_VERSION = "2"


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article with its repaired text, and its passages; `content` tells whether its source changed."""

    article: Article
    content: str
    passages: Sequence[Passage]


def content_digest(article: Article) -> str:
    """A digest of all that an article was read as, and of the version of what is made of it."""
    fields = json.dumps([PREPARATION_VERSION, asdict(article)], ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(fields.encode()).hexdigest()


def prepare(article: Article) -> PreparedArticle:
    """Repair an article's text, find what is not declared of it in the text itself, and cut it into passages."""
    raw = _without_surrogates(article.text)
    repaired = repair(raw, article.pages)
    # A text of nothing but what looks like page furniture is the article itself.
    text = repaired.text if repaired.text.strip() else raw.strip()
    pages = repaired_pages(article.pages, repaired)
    found = cut(article.id, text, pages, article.language)
    whole = replace(
        article,
        text=text,
        pages=pages,
        title=_line(article.title) or front_matter.title(text),
        authors=_lines(article.authors) or front_matter.authors(text),
        keywords=_lines(article.keywords) or front_matter.key_words(text),
        language=article.language if article.language in LANGUAGES else _main_language(found),
    )
    return PreparedArticle(whole, content_digest(article), found)


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for line in map(_line, texts) if line)


def _line(text: str) -> str:
    """A text of the metadata on one line, without the control characters that a page would obey."""
    return " ".join(invisible(untouched(" ".join(text.split()))).text.split())


def _main_language(passages: Sequence[Passage]) -> str | None:
    """The language most of the text is in."""
    lengths: Counter[str] = Counter()
    for passage in passages:
        lengths[passage.language] += len(passage.text)
    return lengths.most_common(1)[0][0] if lengths else None


def _without_surrogates(text: str) -> str:
    """The text with halves of surrogate pairs joined, and those that stand alone replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
