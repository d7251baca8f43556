"""Words as they stand in a text: numbers with endings, hyphens, abbreviations, letters of another alphabet."""

from __future__ import annotations

import re

from search.languages.turkic import Analyser
from search.languages.turkic_sounds import table_rows

#: A longer token is no word: an address, or a line of symbols.
LONGEST_WORD = 60

_LOOKALIKES = str.maketrans("aceopxyəөhki", "асеорхуәөһкі")
_LATIN = re.compile("[a-zəө]")
_CYRILLIC = re.compile("[а-яёәіңғүұқөһ]")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(\d[\d.,/]*[%°]?)-?([^\W\d]*)")


def _without_latin(word: re.Match[str]) -> str:
    """A word of mixed letters (мүшe with a Latin e) in Cyrillic ones, where every Latin letter has a twin."""
    if not (_LATIN.search(word[0]) and _CYRILLIC.search(word[0])):
        return word[0]
    changed = word[0].translate(_LOOKALIKES)
    return word[0] if _LATIN.search(changed) else changed


class TokenAnalyser:
    """Lemmas of any token of one language."""

    def __init__(self, language: str) -> None:
        self.words = Analyser(language)
        self._abbreviations = {row[0] for row in table_rows(f"{language}_abbreviations.tsv")}
        self._particles = {row[0] for row in table_rows(f"{language}_particles.tsv")}

    def lemmas(self, form: str) -> tuple[str, ...]:
        """Lemmas of a lower-cased token, best first, at most two."""
        form = self._in_one_alphabet(form)
        if form in self.words.lexicon.forms:
            return self.words.lexicon.forms[form]
        if len(form) > LONGEST_WORD or not _CYRILLIC.search(form):
            return (form,)
        if form[0].isdigit():
            return self._number(form)
        if "-" in form.strip("-"):
            return self._compound(*form.strip("-").rsplit("-", 1))
        return self._word(form.strip("-"))

    def is_known(self, form: str) -> bool:
        """Whether the lexicon has the first lemma of a lower-cased token, or the token as an irregular form."""
        return form in self.words.lexicon.forms or self.words.lexicon.knows(self.lemmas(form)[0])

    def _in_one_alphabet(self, form: str) -> str:
        return form if form.isascii() else _WORD.sub(_without_latin, form)

    def _word(self, word: str) -> tuple[str, ...]:
        for length in range(min(len(word), 8), 1, -1):
            if word[:length] in self._abbreviations and (length == len(word) or self._is_ending(word[length:])):
                return (word[:length],)
        return self.words.lemmas(word)

    def _number(self, form: str) -> tuple[str, ...]:
        match = _NUMBER.fullmatch(form)
        if not match:
            return self._compound(*form.rsplit("-", 1)) if "-" in form else (form,)
        number, rest = match.groups()
        if not rest or rest in self._particles or self._is_ending(rest):
            return (number,)
        return tuple(f"{number}-{lemma}" for lemma in self.words.lemmas(rest)[:1])

    def _compound(self, first: str, last: str) -> tuple[str, ...]:
        if not _CYRILLIC.search(last):
            return (f"{first}-{last}",)
        if last in self._particles:
            return self.lemmas(first)
        if self._is_ending(last) and (len(last) < 3 or not self._is_word(last) or not self._is_word(first)):
            return self.lemmas(first) if self._is_word(first) else (first,)
        return tuple(f"{first}-{lemma}" for lemma in self.words.lemmas(last)[:1])

    def _is_word(self, letters: str) -> bool:
        first = self.words.lemmas(letters)[0]
        return letters not in self._abbreviations and (
            self.words.lexicon.knows(first) or letters in self.words.lexicon.forms
        )

    def _is_ending(self, letters: str) -> bool:
        endings = self.words.endings
        return letters in endings.tails["N"] or self._goes_on(letters)

    def _goes_on(self, letters: str) -> bool:
        heads, tails = self.words.endings.heads["N"], self.words.endings.tails["N"]
        return any(letters[:place] in heads and letters[place:] in tails for place in range(2, len(letters) + 1))
