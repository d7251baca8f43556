"""Which passages are lists of references: they name every subject and answer no question."""

from __future__ import annotations

import re

#: What an entry of a list of references is made of, in the styles of the region's journals (GOST 7.0.5 and others).
_MARKS = re.compile(
    r"""
    (?:^|\n)\s*(?:\[\d+\]|\d+[.)])\s+(?=\S)      # its number at the start of a line
  | \s//\s                                        # between an article and its journal
  | [–—-]\s*(?:[СсБбPpВвТт]|Vol|Вып|Iss)\.        # – С. 104   – Т. 2
  | [–—-]\s*\d+(?:[–—-]\d+)?\s*(?:с|б|бет|p|pp|S)\.  # – 214 с.   – 88–90 б.
  | [–—-]\s*№\s*\d | \bNo\.\s*\d
  | :\s*[^\W\d_][^:;\n]{2,40},\s*(?:19|20)\d\d    # Бишкек: Илим, 2015
  | \b(?:URL|DOI|doi)\b | https?://
  | \bet\ al\. | Электрон\w*\ ресурс
    """,
    re.VERBOSE,
)

_WORD = re.compile(r"\w+")

#: Words for each mark, at most: running text has far more.
_WORDS_A_MARK = 12

#: Fewer marks say nothing.
_LEAST_MARKS = 2


def is_reference_list(text: str) -> bool:
    """Whether a passage is (part of) a list of references, by how densely it is set with their marks."""
    marks = sum(1 for _ in _MARKS.finditer(text))
    return marks >= _LEAST_MARKS and marks * _WORDS_A_MARK >= len(_WORD.findall(text))
