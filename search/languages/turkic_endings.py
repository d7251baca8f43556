"""Endings of Kazakh and Kyrgyz, generated from a graph of states and kept by their letters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from search.languages.turkic_sounds import Place, Sounds, table_rows


@dataclass(frozen=True, slots=True)
class Ending:
    """One ending: which stems it follows and what it says.

    The stem is the text before the ending with its last letters `cut` replaced by `add`; `mask` holds
    the places (see Sounds) the stem must offer. `glosses` name the morphemes, nearest the stem first.
    """

    letters: str
    mask: int
    cut: str
    add: str
    glosses: tuple[str, ...]
    starts_with_vowel: bool


class Endings(dict[str, list[Ending]]):
    """Endings of one kind, by their letters."""

    @cached_property
    def _by_last_letter(self) -> dict[str, Any]:
        """A trie over the letters from the last to the first; "" leads to the endings that are complete."""
        root: dict[str, Any] = {}
        for letters, endings in self.items():
            node = root
            for letter in reversed(letters):
                node = node.setdefault(letter, {})
            node[""] = endings
        return root

    def of(self, text: str) -> Iterator[tuple[int, Ending]]:
        """Every ending of a text that leaves a letter before it, the shortest first, and where it begins."""
        node: dict[str, Any] | None = self._by_last_letter
        place = len(text)
        while place and node is not None:
            for ending in node.get("", ()):
                yield place, ending
            place -= 1
            node = node.get(text[place])


#: Merged vowel of the stem, letters, glosses, and the state (`#`, `=N`, ...) a way through the graph ends in.
_Way = tuple[str, str, tuple[str, ...], str]

#: Letters, cut, add and glosses of an ending, and its mask.
_Masks = dict[tuple[str, str, str, tuple[str, ...]], int]


class EndingTable:
    """Every ending of one language, realised for every place a stem can offer.

    Tails close a word (`N`, `V` by what they follow); heads go on to a nominal tail; voices go on to a
    verb; derivations make a stem (`n`, `v`) of another. The graph is read from `xx_endings.tsv`: `steps`
    lists for each state the next one, the suffix as a template of sounds and its gloss, if it has one.
    """

    def __init__(self, name: str, sounds: Sounds) -> None:
        self._sounds = sounds
        self.steps: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
        for start, end, template, gloss in table_rows(name):
            glosses = () if gloss == "-" else (gloss,)
            self.steps.setdefault(start, []).append((end, template, glosses))
        self._known: dict[tuple[str, Place], list[_Way]] = {}
        self._voiceless = sum(sounds.bit(place) for place in sounds.places if place[1] == "T")
        self.tails = {start: self._collect(start, "#") for start in "NV"}
        self.heads = {start: self._collect(start, "=N") for start in "NV"}
        self.voices = self._collect("V", "=V")
        self.derivations = {(start.lower(), made): self._collect(start, f"={made}") for start in "NV" for made in "nv"}

    def _ways(self, state: str, place: Place) -> list[_Way]:
        if (state, place) not in self._known:
            self._known[state, place] = self._walk(state, place)
        return self._known[state, place]

    def _walk(self, state: str, place: Place) -> list[_Way]:
        found: list[_Way] = []
        for end, template, glosses in self.steps[state]:
            for way in self._sounds.realise(template, place):
                if end[0] in "#=":
                    found.append((way.merged, way.letters, glosses, end))
                    continue
                for merged, more, after, last in self._ways(end, way.place):
                    if not way.letters:
                        found.append((merged, more, glosses + after, last))
                    elif way.letters.endswith(merged):
                        letters = way.letters[: len(way.letters) - len(merged)] + more
                        found.append((way.merged, letters, glosses + after, last))
        return found

    def _collect(self, start: str, end: str) -> Endings:
        masks: _Masks = {}
        for place in self._sounds.places:
            bit = self._sounds.bit(place)
            for merged, letters, glosses, last in self._ways(start, place):
                if last == end:
                    key = (letters, "", merged, glosses)
                    masks[key] = masks.get(key, 0) | bit
        if start == "V":
            self._add_alterations(masks)
        return self._index(masks)

    def _add_alterations(self, masks: _Masks) -> None:
        final, vowels = self._sounds.lengthened
        for (letters, _, _, glosses), mask in list(masks.items()):
            voiceless = mask & self._voiceless
            if not voiceless:
                continue
            for beginning, cut, add in self._sounds.swaps:
                if letters.startswith(beginning):
                    key = (letters, cut, add, glosses)
                    masks[key] = masks.get(key, 0) | voiceless
            if final and letters[1:2] == final and letters[0] in self._sounds.vowels:
                for vowel in vowels:
                    key = (vowel + letters[1:], vowel, vowel + final, glosses)
                    masks[key] = masks.get(key, 0) | voiceless

    def _index(self, masks: _Masks) -> Endings:
        endings = Endings()
        for (letters, cut, add, glosses), mask in masks.items():
            vowel = letters[:1] in self._sounds.vowels and not add
            endings.setdefault(letters, []).append(Ending(letters, mask, cut, add, glosses, vowel))
        return endings
