"""Sounds of Kazakh and Kyrgyz suffixes: harmony, assimilation and what merges at a boundary."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files

#: A place a suffix can stand: harmony class (from 0) and class of the sound before it.
Place = tuple[int, str]


def table_rows(name: str) -> list[list[str]]:
    """Cells of a table beside this module, without comments and empty lines."""
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.split("\n") if line and not line.startswith("#")]


@dataclass(frozen=True, slots=True)
class Realised:
    """One way a suffix sounds: the stem's vowel it merges with, its letters, the place it ends in."""

    merged: str
    letters: str
    place: Place


@dataclass(slots=True)
class _Rules:
    classes: list[str] = field(default_factory=list)
    final: dict[str, str] = field(default_factory=dict)
    vowel: dict[str, str] = field(default_factory=dict)
    neutral: dict[str, str] = field(default_factory=dict)
    harmony: dict[str, list[str]] = field(default_factory=dict)
    sound: dict[str, dict[str, str]] = field(default_factory=dict)


class Sounds:
    """The sound table of one language (`xx_sounds.tsv`), as rules a suffix is realised by.

    A letter that allows two readings (в, г after a Russian loan, a soft sign, a lone у) gives several
    places; `mask` says as a set of bits which places a stem offers.
    """

    def __init__(self, name: str) -> None:
        self.contractions: dict[str, list[tuple[str, str]]] = {}
        self.voiced: dict[str, str] = {}
        self.swaps: list[tuple[str, str, str]] = []
        self.lengthened: tuple[str, str] = ("", "")
        self.elided: list[str] = []
        self.restored: dict[str, list[str]] = {}
        self._rules = _Rules()
        for kind, *cells in table_rows(name):
            self._read(kind, cells)
        self._bits = self._number_places()
        self._masks: dict[str, int] = {}

    def _read(self, kind: str, cells: list[str]) -> None:
        rules = self._rules
        if kind == "classes":
            rules.classes = cells[0].split()
        elif kind == "final":
            rules.final.update(dict.fromkeys(cells[1], cells[0]))
        elif kind == "vowel":
            rules.vowel[cells[0]] = cells[1]
        elif kind in ("neutral", "loose"):
            rules.neutral[cells[0]] = kind
        elif kind == "harmony":
            rules.harmony[cells[0]] = cells[1:]
        elif kind == "sound":
            rules.sound[cells[0]] = dict(zip(rules.classes, cells[1:], strict=True))
        elif kind == "contract":
            self.contractions.setdefault(cells[0], []).append((cells[1], cells[2]))
        elif kind == "voice":
            self.voiced[cells[0]] = cells[1]
        elif kind == "swap":
            self.swaps.append((cells[0], cells[1], cells[2]))
        elif kind == "lengthen":
            self.lengthened = (cells[0], cells[1])
        elif kind == "restore":
            self.restored.setdefault(cells[0], []).append(cells[1])
        elif kind == "elide":
            self.elided.append(cells[0])

    @cached_property
    def places(self) -> list[Place]:
        """Every place of the language."""
        count = len(self._rules.harmony["A"])
        return [(harmony, final) for harmony in range(count) for final in self._rules.classes]

    def _number_places(self) -> dict[Place, int]:
        return {place: 1 << number for number, place in enumerate(self.places)}

    def bit(self, place: Place) -> int:
        """The bit of `place` in a mask."""
        return self._bits[place]

    def mask(self, stem: str) -> int:
        """Bits of the places that `stem` offers to a suffix; every bit for a stem without vowels."""
        tail = stem[-5:]
        known = self._masks.get(tail)
        if known is None:
            known = self._masks[tail] = self._measure(stem)
        return known

    def _measure(self, stem: str) -> int:
        harmonies = self._harmonies(stem)
        if not harmonies:
            return (1 << len(self.places)) - 1
        finals = self._rules.final.get(stem[-1], "T")
        if finals not in self._rules.classes:
            return sum(self._bits[h, f] for h in harmonies for f in finals)
        return sum(self._bits[h, finals] for h in harmonies)

    def _harmonies(self, stem: str) -> set[int]:
        rules, loose = self._rules, "ьгк".find(stem[-1]) >= 0 and not self.is_rounding
        every = set(range(len(rules.harmony["A"])))
        neutral = ""
        for letter in reversed(stem):
            if letter in rules.vowel:
                found = {int(digit) - 1 for digit in rules.vowel[letter]}
                return every if loose else found | {1} if neutral == "loose" else found
            neutral = neutral or rules.neutral.get(letter, "")
        return every if neutral else set()

    @cached_property
    def is_rounding(self) -> bool:
        """Whether low vowels round after rounded ones (Kyrgyz)."""
        return len(self._rules.harmony["A"]) > 2

    @cached_property
    def vowels(self) -> frozenset[str]:
        """Letters that count as a vowel at the start of a suffix."""
        return frozenset(self._rules.vowel) | frozenset(self._rules.neutral)

    @cached_property
    def full_vowels(self) -> frozenset[str]:
        """Letters that are a vowel wherever they stand (so not у in Kazakh)."""
        return frozenset(self._rules.vowel)

    def realise(self, template: str, place: Place) -> list[Realised]:
        """The ways a suffix sounds at `place`; none where it cannot stand."""
        plain = self._spell(template, place)
        found = [] if plain is None else [Realised("", *plain)]
        if place[1] != "V":
            return found
        for merged, result in self.contractions.get(template[0], ()):
            if place[0] in self._classes_of(merged):
                spelt = self._spell(result + template[1:], place)
                found += [Realised(merged, *spelt)] if spelt else []
        return found

    def _classes_of(self, vowel: str) -> set[int]:
        return {int(digit) - 1 for digit in self._rules.vowel[vowel]}

    def _spell(self, template: str, place: Place) -> tuple[str, Place] | None:
        rules, letters = self._rules, ""
        harmony, final = place
        for symbol in template if template != "-" else "":
            spelt = rules.sound[symbol][final] if symbol in rules.sound else symbol
            if spelt == "!":
                return None
            if spelt == "-":
                continue
            spelt = rules.harmony[spelt][harmony] if spelt in rules.harmony else spelt
            letters += spelt
            for letter in spelt:
                if len(rules.vowel.get(letter, "")) == 1:
                    harmony = int(rules.vowel[letter]) - 1
            last = rules.final.get(letters[-1], "T")
            final = last if last in rules.classes else last[0]
        return letters, (harmony, final)
