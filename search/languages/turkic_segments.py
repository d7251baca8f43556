"""The letters of each morpheme in a Kazakh or Kyrgyz form, found along the graph of endings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from search.languages.turkic import Analyser, Analysis, glided, spelt
from search.languages.turkic_sounds import Place, Realised

#: Letters as they stand in the form, and the gloss.
Morpheme = tuple[str, str]

#: The stem and the suffixes after it, as far as they are spelt.
_Pieces = tuple[str, ...]

#: Changes that leave the stem a letter shorter in the form than in the lemma.
_SHORTENING = frozenset({"elided", "restored"})


def segments(word: str, analysis: Analysis, analyser: Analyser) -> tuple[Morpheme, ...]:
    """The morphemes after the stem of `word`, a letterless one as "".

    Where no spelling of the suffixes fits the word (a lengthened vowel), all that differs from the stem
    is one morpheme, its glosses joined by full stops.
    """
    stem, pos, glosses, changes = analysis
    if not glosses:
        return ()
    lost = sum(change in _SHORTENING for change in changes)
    text = glided(word)
    for base in (stem, stem + "j") if stem.endswith("и") else (stem,):
        for pieces in _jump(analyser, pos.upper(), (base,), glosses):
            if _fits(text, pieces, lost) or _fits(text.replace("ое", "оjо"), pieces, lost):
                return tuple(_parted(zip(pieces[1:], glosses, strict=True)))
    shared = max(size for size in range(len(word) + 1) if stem.startswith(word[:size]))
    return ((word[shared:], ".".join(glosses)),)


def _parted(morphemes: Iterable[Morpheme]) -> Iterator[Morpheme]:
    """The morphemes with the locative -де taken off the attributive -гі, which the grammar has as one suffix."""
    for letters, gloss in morphemes:
        yield from [(letters[:-2], "LOC"), (letters[-2:], gloss)] if gloss == "KI" else [(letters, gloss)]


def _fits(text: str, pieces: _Pieces, lost: int) -> bool:
    ending = "".join(pieces[1:])
    before = spelt(text.removesuffix(ending))
    return text.endswith(ending) and 0 <= len(spelt(pieces[0])) - len(before) <= lost


def _jump(analyser: Analyser, state: str, pieces: _Pieces, glosses: tuple[str, ...]) -> Iterator[_Pieces]:
    """Spellings from state `N` or `V` on, where the word so far may stand as a stem does."""
    sounds = analyser.sounds
    *before, last = pieces
    voiced = [last[:-1] + letter for letter, base in sounds.voiced.items() if last.endswith(base)]
    mask = sounds.mask("".join(pieces))
    for place in sounds.places:
        if sounds.bit(place) & mask:
            for piece in (last, *voiced):
                yield from _walk(analyser, state, place, (*before, piece), glosses)


def _walk(analyser: Analyser, state: str, place: Place, pieces: _Pieces, glosses: tuple[str, ...]) -> Iterator[_Pieces]:
    for end, template, gloss in analyser.endings.steps[state]:
        if gloss != glosses[: len(gloss)]:
            continue
        rest = glosses[len(gloss) :]
        for way in analyser.sounds.realise(template, place):
            if not pieces[-1].endswith(way.merged):
                continue
            found = _joined(pieces, way) if gloss else pieces
            if end == "#":
                yield from [] if rest else [found]
            elif end in ("=N", "=V"):
                yield from _jump(analyser, end[1], found, rest)
            elif not end.startswith("="):
                yield from _walk(analyser, end, way.place, found, rest)


def _joined(pieces: _Pieces, way: Realised) -> _Pieces:
    *before, last = pieces
    return (*before, last.removesuffix(way.merged), way.letters)
