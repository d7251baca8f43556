"""Whether the languages of a text know a word: evidence for where words begin and end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from search.languages import kazakh, kyrgyz, russian
from search.languages.analysis import lemma_keys, stop_words

_KAZAKH = re.compile("[әғқұһі]", re.IGNORECASE)
_KYRGYZ = re.compile("[ңөү]", re.IGNORECASE)

#: Of the characters of a text in the language, so many at least are letters that Russian has not.
_LEAST_SHARE = 0.01

#: Characters of a text that are looked at to tell its languages.
_SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Morphology:
    """The morphologies that a text may be read with, out of ky, kk and ru."""

    languages: tuple[str, ...]

    def knows(self, word: str) -> bool:
        """Whether one of them has the lemma of a lower-case word in its lexicon."""
        return any(_knows(word, language) for language in self.languages)


def morphology(text: str) -> Morphology:
    """The morphologies for a text, told by its letters: Russian always, Kyrgyz and Kazakh where theirs are found."""
    sample = text[:_SAMPLE]
    least = max(1.0, _LEAST_SHARE * len(sample))
    has_kazakh = len(_KAZAKH.findall(sample)) >= least
    # Kazakh has the letters of Kyrgyz too.
    has_kyrgyz = not has_kazakh and len(_KYRGYZ.findall(sample)) >= least
    found = ("kk",) * has_kazakh + ("ky",) * has_kyrgyz
    return Morphology((*found, "ru"))


@lru_cache(maxsize=100_000)
def _knows(word: str, language: str) -> bool:
    if word in stop_words(language):
        return True
    if language == "ru":
        return russian.is_known(word)
    lexicon = (kazakh if language == "kk" else kyrgyz).analyser().words.lexicon
    return word in lexicon.forms or any(lexicon.knows(lemma) for lemma, _ in lemma_keys(word, language))
