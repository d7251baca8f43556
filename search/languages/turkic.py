"""Kazakh and Kyrgyz forms -> lemmas: an ending looked up at every split, ranked by a linear model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from search.languages.turkic_endings import Ending, Endings, EndingTable
from search.languages.turkic_lexicon import PARTS, Lexicon
from search.languages.turkic_sounds import Sounds, table_rows

#: A candidate further than this from the best (in log-odds) is not given as a second lemma.
SECOND_LEMMA_MARGIN = 1.5

#: Derivations after which the root is a weaker second key: -лық -лы -сыз -шы -у -ыл -ыс, and Kyrgyz kin.
KEYED_DERIVATIONS = frozenset({"LYK", "LY", "LUU", "SYZ", "SHY", "CHY", "U", "UU", "PASS", "RECP"})

#: How many scores of stems are kept; words of one text share theirs.
KEPT_STEMS = 50_000

_GLIDES = {"я": "jа", "ю": "jу", "ё": "jо"}
_GLIDED = re.compile("(?<=[аеёиоуыэюяәіөүұ])[яюё]")
_LETTERS_OF_GLIDES = (("jа", "я"), ("jу", "ю"), ("jо", "е"), ("j", "й"))

#: Stem as spelt inside (a glide as j), morphemes after it, changes at its end.
_Split = tuple[str, Ending, tuple[str, ...]]


class Analysis(NamedTuple):
    """One reading of a form: its stem, part of speech (`n` or `v`), morphemes and boundary changes."""

    stem: str
    pos: str
    glosses: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


class Analyser:
    """The analyser of one language, from its tables `data/xx_*.tsv`."""

    def __init__(self, language: str) -> None:
        self.sounds = Sounds(f"{language}_sounds.tsv")
        self.endings = EndingTable(f"{language}_endings.tsv", self.sounds)
        self.lexicon = Lexicon(language)
        self.weights = {name: float(weight) for name, weight in table_rows(f"{language}_weights.tsv")}
        self._ending_score = cache(self._score_ending)
        self._stem_score = lru_cache(KEPT_STEMS)(self._score_stem)
        self._voices = lru_cache(KEPT_STEMS)(self._find_voices)
        self._heads = lru_cache(KEPT_STEMS)(self._find_heads)

    def lemmas(self, word: str) -> tuple[str, ...]:
        """Lemmas of a lower-cased word without hyphens, best first, at most two."""
        if word in self.lexicon.forms:
            return self.lexicon.forms[word]
        best: dict[str, tuple[float, str]] = {}
        for analysis in self.analyses(word):
            score = self.score(analysis)
            if analysis.stem not in best or score > best[analysis.stem][0]:
                best[analysis.stem] = score, analysis.pos
        first, *others = sorted(best, key=lambda lemma: (-best[lemma][0], lemma))
        near = [lemma for lemma in others[:1] if best[first][0] - best[lemma][0] < SECOND_LEMMA_MARGIN]
        if near and self.lexicon.knows(near[0]):
            return first, near[0]
        return first, *(self.roots(first, best[first][1]) or near)

    def roots(self, stem: str, pos: str) -> list[str]:
        """The known stem another is derived from (мемлекеттік: мемлекет, оқу: оқы, курул: кур), if any."""
        derived = self._derivations(stem, pos)
        return [root for root, gloss in derived if gloss in KEYED_DERIVATIONS and len(root) > 2][:1]

    def score(self, analysis: Analysis) -> float:
        """The log-odds of an analysis, up to a constant of the form."""
        stem, pos, glosses, changes = analysis
        return self._ending_score(pos, glosses, changes) + self._stem_score(stem, pos)

    def _score_ending(self, pos: str, glosses: tuple[str, ...], changes: tuple[str, ...]) -> float:
        return self._weigh(self._ending_features(pos, glosses, changes))

    def _score_stem(self, stem: str, pos: str) -> float:
        return self._weigh(self._stem_features(stem, pos))

    def features(self, analysis: Analysis) -> dict[str, float]:
        """What the ranker weighs in an analysis, by name."""
        return self._ending_features(*analysis[1:]) | self._stem_features(*analysis[:2])

    def _weigh(self, features: dict[str, float]) -> float:
        return sum(self.weights.get(name, 0.0) * value for name, value in features.items())

    def _ending_features(self, pos: str, glosses: tuple[str, ...], changes: tuple[str, ...]) -> dict[str, float]:
        features = dict.fromkeys((*glosses, *changes), 1.0)
        features["ending"] = self.lexicon.likelihood(pos, glosses + changes)
        return features

    def _stem_features(self, stem: str, pos: str) -> dict[str, float]:
        lexicon = self.lexicon
        if lexicon.knows(stem, pos):
            return {f"known-{pos}": 1.0, f"stem-{pos}": lexicon.frequency(stem, pos)}
        length = min(float(len(stem)), 12.0)
        features = {f"new-{pos}": 1.0, f"length-{pos}": length, f"letters-{pos}-{min(len(stem), 4)}": 1.0}
        features[f"shape-{pos}"] = lexicon.shape(stem, pos)
        if lexicon.knows(stem):
            features[f"other-{pos}"] = 1.0
        for _, gloss in self._derivations(stem, pos)[:1]:
            features[f"derived-{pos}"] = features[f"derived-{gloss}"] = 1.0
        return features

    def _derivations(self, stem: str, pos: str) -> list[tuple[str, str]]:
        """Known roots of a stem with the derivation, the longest root first."""
        if len(stem) < 3:
            return []
        return [
            (spelt(root), ending.glosses[0])
            for source in PARTS
            for root, ending, _ in self._splits(stem, self.endings.derivations[source, pos])
            if self.lexicon.knows(spelt(root), source)
        ]

    def analyses(self, word: str) -> list[Analysis]:
        """Every reading of a word; the word itself as a nominal is always one."""
        text = glided(word)
        found = {Analysis(word, "n"): None}
        for reading in self._readings(text):
            found[reading] = None
        if "ое" in text and self.sounds.is_rounding:
            for reading in self._readings(text.replace("ое", "оjо")):
                if reading.stem.endswith("й"):
                    found[reading] = None
        return list(found)

    def _readings(self, text: str) -> Iterator[Analysis]:
        for stem, pos, glosses, changes in self._bare_readings(text):
            yield Analysis(spelt(stem), pos, glosses, changes)
            if pos == "v":
                for root, voices, more in self._voices(stem):
                    yield Analysis(spelt(root), pos, voices + glosses, more + changes)

    def _bare_readings(self, text: str) -> Iterator[Analysis]:
        tails = self.endings.tails
        for stem, tail, changes in self._splits(text, tails["V"]):
            yield Analysis(stem, "v", tail.glosses, changes)
        for base, tail, changes in self._splits(text, tails["N"]):
            yield Analysis(base, "n", tail.glosses, changes)
            for stem, pos, glosses, more in self._heads(base):
                yield Analysis(stem, pos, glosses + tail.glosses, more + changes)

    def _find_heads(self, base: str) -> tuple[Analysis, ...]:
        """Readings of what stands before a nominal ending; kept, since the forms of a word share them."""
        heads, found = self.endings.heads, []
        for stem, head, changes in self._splits(base, heads["V"]):
            found.append(Analysis(stem, "v", head.glosses, changes))
        for inner, head, changes in self._splits(base, heads["N"]):
            found.append(Analysis(inner, "n", head.glosses, changes))
            for stem, verbal, more in self._splits(inner, heads["V"]):
                found.append(Analysis(stem, "v", verbal.glosses + head.glosses, more + changes))
        return tuple(found)

    def _find_voices(self, stem: str) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
        return tuple(self._without_voice(stem))

    def _without_voice(self, stem: str, depth: int = 2) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        for root, voice, changes in self._splits(stem, self.endings.voices):
            if self.lexicon.knows(spelt(root), "v"):
                yield root, voice.glosses, changes
                if depth > 1:
                    for inner, voices, more in self._without_voice(root, depth - 1):
                        yield inner, voices + voice.glosses, more + changes

    def _splits(self, text: str, endings: Endings) -> Iterator[_Split]:
        for place, ending in endings.of(text):
            for stem, changes in self._stems_before(text[:place], ending):
                yield stem, ending, changes

    def _stems_before(self, base: str, ending: Ending) -> Iterator[tuple[str, tuple[str, ...]]]:
        sounds, mask = self.sounds, ending.mask
        stem = base
        if ending.add:
            stem = base[: len(base) - len(ending.cut)] + ending.add if base.endswith(ending.cut) else ""
        if stem and sounds.mask(stem) & mask:
            yield stem, self._change(stem, ending)
            for lost in sounds.restored.get(stem[-1], ()) if ending.letters else ():
                if len(stem) > 2 and self.lexicon.knows(stem + lost, "n"):
                    yield stem + lost, ("restored",)
        if not ending.starts_with_vowel:
            return
        voiceless = sounds.voiced.get(base[-1])
        if voiceless and len(base) > 1 and sounds.mask(base[:-1] + voiceless) & mask:
            yield base[:-1] + voiceless, ("voiced",)
        if len(base) > 2 and base[-1] not in sounds.full_vowels and base[-2] not in sounds.full_vowels:
            for whole in self._with_elided_vowel(base):
                if sounds.mask(whole) & mask:
                    yield whole, ("elided",)

    def _change(self, stem: str, ending: Ending) -> tuple[str, ...]:
        if ending.add:
            return ("swapped",) if ending.cut else ("merged",)
        if ending.starts_with_vowel and stem[-1] in "пкқ":
            return ("unvoiced",)
        if ending.starts_with_vowel and stem[-1] in self.sounds.voiced:
            return ("kept",)
        return ()

    def _with_elided_vowel(self, base: str) -> list[str]:
        last = "н" if base.endswith("рд") and self.sounds.is_rounding else base[-1]
        stems = (base[:-1] + vowel + last for vowel in self.sounds.elided)
        return [stem for stem in stems if self.lexicon.knows(stem)]


def glided(word: str) -> str:
    """A word with я, ю, ё after a vowel as the sounds they stand for (қоя as қоjа)."""
    return _GLIDED.sub(lambda match: _GLIDES[match[0]], word)


def spelt(stem: str) -> str:
    """A stem with its glides written as the alphabet does (jа as я, a last j as й)."""
    if "j" not in stem:
        return stem
    stem = stem[:-1] if stem.endswith("иj") else stem
    for glide, letter in _LETTERS_OF_GLIDES:
        stem = stem.replace(glide, letter)
    return stem
