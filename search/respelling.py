"""A query in words that the collection does not have -> the same query as its words are spelt there.

Only words that no passage holds are touched, in this order: a layout that was not switched on, then letters the
keyboard lacked or Latin letters for Cyrillic ones. What the collection has decides between the languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from search import deadline
from search.keys import Keys
from search.languages import kazakh, kyrgyz
from search.languages.analysis import exact_key, is_known, lemma_keys
from search.languages.tokens import Token, tokenize
from search.spelling import cyrillic, other_layouts, skeleton, without_own_letters
from search.words import Words

#: Languages in the order in which a word is looked up in them.
_CYRILLIC = ("ky", "kk", "ru")

#: Letters of a word that an ending may follow, at least; a word of fewer says too little to be read in another way.
SHORTEST_STEM = 3

#: A word of so many letters or fewer has one mistyping at most; a longer one than the other is not corrected: nobody
#: mistypes an address of a page.
LONGEST_SHORT = 5
LONGEST_CORRECTED = 40

_VOICELESS = {"б": "п", "г": "к"}

_ANALYSERS = {"ky": kyrgyz.analyser, "kk": kazakh.analyser}


class Respeller:
    """Spells the words of queries as one generation does."""

    def __init__(self, keys: Keys, words: Words) -> None:
        self._keys = keys
        self._words = words

    def respelt(self, text: str) -> str:
        """The text with each word that no passage holds as it is spelt in the passages, unchanged where none is."""
        tokens = list(tokenize(text))
        words = [token.form for token in tokens if len(token.form) >= SHORTEST_STEM]
        if words and not any(self.has(word) for word in words):
            for typed in other_layouts(text):
                if self._reads(typed):
                    return self._spelt(typed, list(tokenize(typed)))
        return self._spelt(text, tokens)

    def _reads(self, text: str) -> bool:
        """Whether most words of a text are known."""
        words = [token.form for token in tokenize(text) if len(token.form) >= SHORTEST_STEM]
        return 2 * sum(self.has(word) or self._spelling(word) is not None for word in words) > len(words)

    def _spelt(self, text: str, tokens: list[Token]) -> str:
        parts, end = [], 0
        for token in tokens:
            better = None if self.has(token.form) else self._spelling(token.form)
            parts += [text[end : token.start], better or text[token.start : token.end]]
            end = token.end
        return "".join([*parts, text[end:]])

    def has(self, form: str) -> bool:
        """Whether a passage holds a word in this form, or in another where a dictionary has the word."""
        if self._keys.numbers(exact_key(form)):
            return True
        read = (lemma_keys(form, code)[0][0] for code in (*_CYRILLIC, "en") if is_known(form, code))
        return any(self._keys.numbers(lemma) for lemma in read)

    def _spelling(self, form: str) -> str | None:
        """The spelling in the passages of a word they lack: the same form, or a lemma of it.

        A word of a dictionary is well spelt, and may have a translation in the passages, unless it is another
        without its ң ө ү ә ғ қ ұ һ і.
        """
        deadline.check()
        if len(form) < SHORTEST_STEM or not re.sub("['-]", "", form).isalpha():
            return None
        if form.isascii() and is_known(form, "en"):
            return None
        # Some write migracija and trudovaja.
        readings = dict.fromkeys((form, form.replace("j", "y")))
        better = next((found for reading in readings if (found := self._found(reading))), None)
        is_word = any(is_known(form, code) for code in _CYRILLIC)
        return better if better and (not is_word or _lacks_letters(form, better)) else None

    def _found(self, form: str) -> str | None:
        wanted = skeleton(form)
        same = [name for language, name in self._words.spelt_alike(wanted) if language in _CYRILLIC]
        if same:
            return max(same, key=lambda name: self._keys.frequency(exact_key(name)))
        russian = cyrillic(form)
        if russian != form and is_known(russian, "ru") and self._keys.numbers(lemma_keys(russian, "ru")[0][0]):
            return russian
        return next((lemma for lemma in map(self._best_lemma, _stems(wanted)) if lemma), None)

    def correction(self, form: str, letters: int) -> str | None:
        """The nearest word of the passages, the most frequent of several, within so many mistypings of `form`.

        A mistyping is a letter too many, too few, wrong, or changed with its neighbour (optimal string alignment). A
        short word is never changed by more than one.
        """
        if len(form) > LONGEST_CORRECTED:
            return None
        deadline.check()
        most = letters if len(form) > LONGEST_SHORT else 1
        near = self._words.near(form, most)
        ranked = min(
            ((distance, -self._keys.frequency(exact_key(word)), word) for distance, word in near), default=None
        )
        return ranked[2] if ranked else None

    def _best_lemma(self, stem_and_ending: tuple[str, str]) -> str | None:
        stem, ending = stem_and_ending
        found = {
            lemma
            for language, name in self._words.spelt_alike(stem, lemma=True)
            if language in _ANALYSERS and (not ending or _is_ending(ending, language))
            for lemma, _ in lemma_keys(name, language)[:1]
        }
        return max(found, key=self._keys.frequency, default=None)


def _lacks_letters(typed: str, spelt: str) -> bool:
    """Whether a word was typed letter by letter as another, or as forms of it, but for what a keyboard lacks."""
    bare = without_own_letters(spelt)
    return bare != spelt and typed.startswith(bare[:-1])


def _stems(word: str) -> Iterator[tuple[str, str]]:
    """Ways to part a skeleton into a stem and an ending, the longest stem first, with its last letter unvoiced too."""
    for place in range(len(word), SHORTEST_STEM - 1, -1):
        stem, ending = word[:place], word[place:]
        yield stem, ending
        if ending and stem[-1] in _VOICELESS:
            yield stem[:-1] + _VOICELESS[stem[-1]], ending


def _is_ending(letters: str, language: str) -> bool:
    """Whether a skeleton is that of an ending which closes a word of Kyrgyz or Kazakh."""
    heads, nominal, tails = _endings(language)
    return letters in tails or any(
        letters[:place] in heads and letters[place:] in nominal for place in range(1, len(letters))
    )


@cache
def _endings(language: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The skeletons of endings that go on to a nominal one, of nominal endings, and of all that close a word."""
    endings = _ANALYSERS[language]().words.endings
    heads = frozenset(skeleton(letters) for kind in "NV" for letters in endings.heads[kind])
    nominal, verbal = (frozenset(map(skeleton, endings.tails[kind])) for kind in "NV")
    return heads, nominal, nominal | verbal
