"""What stands before the text of an article: its title, authors and key words, where the text has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer import fields
from indexer.sentences import sentences

#: A title made from the text has at most so many characters.
LONGEST_TITLE = 160

#: Paragraphs at the beginning that may be a title or the names of authors.
_FRONT = 8

_KEY_WORDS = re.compile(
    r"^(?:(?:негизги|ачкыч|түйүндүү|тірек|түйінді|түйін|кілт|негізгі)[ ]сөзд[өе]р|ключевые[ ]слова|key[ -]?words)"
    r"[ ]*[:.–—-][ ]*(?P<words>\S.*)",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL = re.compile(
    r"(?:аннотация|аңдатпа|түйіндеме|түйін|резюме|abstract|summary|annotation)[ ]*(?:[:.–—-]+[ ]*|$)", re.I
)
#: УДК 341.4, ББК 67.9, DOI, an address, the name of a journal with its number.
_CODE = re.compile(
    r"(?:УДК|ӘОЖ|ЭОЖ|UDC|ББК|МРНТИ|ГТАХР|DOI|ISSN|https?:|[\w.+-]+@)|.{4,120}(?:19|20)\d\d\W{1,4}(?:№|No|Vol|Т\.|Вып)",
    re.IGNORECASE,
)
_NAME = (
    r"(?:(?:[А-ЯЁӘІҢҒҮҰҚӨҺA-Z]\.[ ]?){1,2}[А-ЯЁӘІҢҒҮҰҚӨҺA-Z][\w-]{2,}"
    r"|[А-ЯЁӘІҢҒҮҰҚӨҺA-Z][\w-]{2,}[ ](?:[А-ЯЁӘІҢҒҮҰҚӨҺA-Z]\.[ ]?){1,2})"
)
_NAMES = re.compile(rf"{_NAME}(?:[,;][ ]*{_NAME})*[ ]?")


def title(text: str) -> str:
    """The title a repaired text begins with, or else its first sentence; shortened where it is long."""
    for paragraph in _front(text):
        found = _LABEL.sub("", paragraph, count=1)
        if found and not _CODE.match(found) and not _NAMES.fullmatch(found):
            return _shortened(found)
    return _shortened(" ".join(text.strip().partition("\n")[0].split()))


def authors(text: str) -> tuple[str, ...]:
    """The names in the first paragraph that is nothing but names with initials."""
    found = next((paragraph for paragraph in _front(text) if _NAMES.fullmatch(paragraph)), "")
    return fields.names(re.sub(r"(?<=[\w.])[,;][ ]*", ";", found))


def key_words(text: str) -> tuple[str, ...]:
    """The key words of a repaired text in all its languages, in order."""
    lists = (fields.keywords(found["words"].strip().removesuffix(".")) for found in _KEY_WORDS.finditer(text))
    return tuple(dict.fromkeys(word for words in lists for word in words))


def _front(text: str) -> Iterator[str]:
    paragraphs = text.strip().split("\n", 2 * _FRONT)[: 2 * _FRONT]
    yield from [" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()][:_FRONT]


def _shortened(paragraph: str) -> str:
    """A short paragraph as it is, the first sentence of a long one, or how that begins."""
    if len(paragraph) <= LONGEST_TITLE:
        return paragraph
    start, end = sentences(paragraph)[0]
    if end - start <= LONGEST_TITLE:
        return paragraph[start:end].rstrip(".")
    cut_off = paragraph[:LONGEST_TITLE]
    return (cut_off.rpartition(" ")[0] or cut_off).rstrip(" ,;:–—-") + "…"
