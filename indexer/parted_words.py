"""Words parted by a tab or a space, where a soft hyphen was lost.

Evidence is the whole word elsewhere in the text or in a lexicon, against parts that neither of them knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from indexer.article_words import Vocabulary, vocabulary
from indexer.edits import Edit, Repaired, edited
from indexer.known_words import Morphology, morphology

_LETTERS = "А-ЯЁӘІҢҒҮҰҚӨҺа-яёәіңғүұқөһ"
_SMALL = "а-яёәіңғүұқөһ"

_LETTER_RUN = re.compile(r"[^\W\d_]+")
# A vertical tab is the line end put before a word that a hyphen had parted: a tab may have been there.
_TABBED = re.compile(r"[^\W\d_]+(?:[\t\v][^\W\d_]+)+")
_SYLLABLE = re.compile(rf"(?<![\w-])[{_LETTERS}]{{2,4}}(?![\w-])")
_WORD_BEFORE = re.compile(rf"(?<![\w-])[{_LETTERS}]{{2,40}} \Z")
_WORD_AFTER = re.compile(rf" [{_SMALL}]{{2,40}}(?![\w-])")

#: A word is broken into so many parts at most, and has so many letters at least.
_MOST_PARTS = 4
_LEAST_LETTERS = 6

#: Longest part that is rather a syllable than a word.
_SHORT = 3

#: Longest word that is put together.
_LONGEST = 40

#: Letters two words share at least to count as forms of one.
_STEM = 5

#: Letters of the second part that the words of one stem share at least.
_OVERLAP = 2

#: A stretch of letters: (start, end).
Span = tuple[int, int]

#: Whether parts that follow each other are one word.
Judgement = Callable[[Sequence[str]], bool]


def broken_by_tabs(draft: Repaired) -> Repaired:
    """Words parted by a tab, or by a space, become one again where the text or a lexicon knows the whole.

    Nothing is joined where every part is a word of its own.
    """
    return _joined_at_spaces(_joined_at_tabs(draft))


def _joined_at_tabs(draft: Repaired) -> Repaired:
    text = draft.text
    if "\t" not in text:
        return draft
    evidence = _Evidence(text)
    runs = ([part.span() for part in _LETTER_RUN.finditer(text, *run.span())] for run in _TABBED.finditer(text))
    return edited(draft, (edit for spans in runs for edit in _edits(text, spans, evidence.at_tabs)))


def _joined_at_spaces(draft: Repaired) -> Repaired:
    text = draft.text
    evidence = _Evidence(text)
    edits: list[Edit] = []
    for syllable in _SYLLABLE.finditer(text):
        if evidence.is_strange(syllable[0].lower()):
            spans = _neighbourhood(text, syllable)
            if not edits or spans[0][0] >= edits[-1][1]:
                edits += _edits(text, spans, evidence.at_spaces)
    return edited(draft, edits)


def _neighbourhood(text: str, syllable: re.Match[str]) -> list[Span]:
    """The syllable, the word before it and the one after, where only a space parts them."""
    before = _WORD_BEFORE.search(text, max(0, syllable.start() - _LONGEST - 1), syllable.start())
    after = _WORD_AFTER.match(text, syllable.end())
    spans = [(before.start(), before.end() - 1)] if before and syllable[0].islower() else []
    spans.append(syllable.span())
    return [*spans, (after.start() + 1, after.end())] if after else spans


def _edits(text: str, spans: Sequence[Span], is_one_word: Judgement) -> Iterator[Edit]:
    """What joins the parts: the longest word that begins at each, from left to right."""
    place = 0
    while place < len(spans) - 1:
        for count in range(min(_MOST_PARTS, len(spans) - place), 1, -1):
            parts = spans[place : place + count]
            if _may_be_word(text, parts) and is_one_word([text[start:end].lower() for start, end in parts]):
                yield from ((left[1], right[0], "") for left, right in pairwise(parts))
                place += count - 1
                break
        place += 1


def _may_be_word(text: str, parts: Sequence[Span]) -> bool:
    """By length and case: a capital letter begins a word, unless all are capital."""
    length = sum(end - start for start, end in parts)
    first = text[slice(*parts[0])]
    return _LEAST_LETTERS <= length <= _LONGEST and all(
        text[start].islower() or (first.isupper() and text[start:end].isupper()) for start, end in parts[1:]
    )


class _Evidence:
    """What the text and the lexicons of its languages know."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lexicon = morphology(text)
        self._languages = [Morphology((language,)) for language in self._lexicon.languages]

    @cached_property
    def _words(self) -> Vocabulary:
        return vocabulary(self._text)

    def is_strange(self, part: str) -> bool:
        """Whether the lexicon of the first language, the text's own, does not know the part."""
        return not self._languages[0].knows(part)

    def at_tabs(self, parts: Sequence[str]) -> bool:
        """Whether parts with tabs between them are one word."""
        if len(parts) == 2 and self._speaks_for(*parts):
            return True
        rare = [part for part in parts if len(part) <= _SHORT or self._words.counts[part] <= 1]
        if len(rare) < len(parts) - 1 or min(map(len, parts)) == 1:
            return False
        return self._is_known_whole(parts, rare, max(1, len(parts) - 2))

    def at_spaces(self, parts: Sequence[str]) -> bool:
        """Whether parts with spaces between them are one word: no part, or the whole, stands elsewhere."""
        if any(len(part) > _SHORT and self._words.counts[part] > 1 for part in parts):
            return False
        stands_elsewhere = self._words.counts["".join(parts)] > 0
        return self._is_known_whole(parts, parts, len(parts) - stands_elsewhere)

    def _is_known_whole(self, parts: Sequence[str], rare: Sequence[str], strange: int) -> bool:
        """Whether a language knows the whole, and at least so many of the rare parts are no words of it."""
        whole = "".join(parts)
        return any(
            sum(not language.knows(part) for part in rare) >= strange and language.knows(whole)
            for language in self._languages
        )

    def _speaks_for(self, left: str, right: str) -> bool:
        """Whether the text speaks for the word, and nothing but this place for its parts."""
        whole = left + right
        # Each part is counted once where it stands here.
        rare = [part for part in (left, right) if self._words.counts[part] <= 1]
        if len(rare) == 2:
            known = not (self.is_strange(left) or self.is_strange(right))
            related = self._words.begins(whole[: max(_STEM, len(left) + _OVERLAP)]) > 0
            # Two words of the language are one only where that is a word too: төмен деңгей, төмендеу.
            return related and (not known or self._lexicon.knows(whole))
        return bool(rare) and len(rare[0]) <= _SHORT and self._words.counts[whole] > 0
