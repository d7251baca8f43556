"""Plain text as programs extract it from PDFs: each function does one kind of damage.

The damage is that of real collections: words broken at line ends, blank lines between the lines of a
paragraph, Latin letters for Kazakh ones, tabs for spaces and inside words, bullets in the private use area,
footnotes in the midst of a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .lines import Word, break_points, broken, language_of, words
from .source import Block, Piece, Source

#: Lines of a paragraph.
Lines = list[str]

_BULLETS = ("\uf0b7", "¾")
_SCHWA = str.maketrans("әӘ", "əƏ")
_NOT_RUSSIAN = "әғқңөұүһіӘҒҚҢӨҰҮҺІҳҷӣӯҲҶӢӮ"
# What is typed for those letters where the encoding has none of them.
_RUSSIAN = str.maketrans(_NOT_RUSSIAN, "агкноуухиАГКНОУУХИхчиуХЧИУ")
_LONG_WORD = 9
_BROKEN_BY_TAB = 11  # one long word of so many
_PAGE_NUMBER = 57
_LINES_ABOVE_NOTE = 3


def plain(source: Source) -> str:
    """Undamaged text: a paragraph a line, with blank lines between them."""
    return _joined(paragraphs(source, width=100_000))


def hyphenated(source: Source, width: int) -> str:
    """Words broken at the ends of lines."""
    return _joined(paragraphs(source, width, break_words=True))


def double_spaced(source: Source, width: int) -> str:
    """Words broken at the ends of lines, and a blank line after every line."""
    lines = [line for paragraph in paragraphs(source, width, break_words=True) for line in paragraph]
    return " \n\n".join(lines) + " \n"


def latin_schwa(source: Source, width: int) -> str:
    """The Latin letter schwa for the Kazakh one."""
    return _joined(paragraphs(source, width)).translate(_SCHWA)


def tabbed(source: Source, width: int) -> str:
    """Tabs for spaces and inside some words, and the line ends of Windows."""
    text = _joined(paragraphs(source, width, break_words=True))
    lines = [_tabbed(line, number, source.language) for number, line in enumerate(text.split("\n"))]
    return "\r\n".join(lines)


def russian_letters(source: Source, width: int) -> str:
    """Hyphenated text with Russian letters only, as windows-1251 has no others; foreign abstracts are left out."""
    kept = [block for block in source.abstracts if not set(block.text) & set(_NOT_RUSSIAN)]
    return hyphenated(replace(source, abstracts=tuple(kept)), width).translate(_RUSSIAN)


def interrupted(source: Source, width: int) -> str:
    """Bullets in fonts of their own, and a footnote with a page number in the midst of a sentence."""
    text = paragraphs(source, width, break_words=True, bullets=_BULLETS, with_notes=False)
    marks = [any(piece.style == "note" for piece in block.pieces) for block in _blocks(source)]
    below = next(lines for lines in text[marks.index(True) + 1 :] if len(lines) > 2 * _LINES_ABOVE_NOTE)
    notes = [line for note in _notes(source) for line in _lines(note, width, source.language)]
    below[_LINES_ABOVE_NOTE:_LINES_ABOVE_NOTE] = ["", *notes, str(_PAGE_NUMBER), ""]
    return _joined(text)


def paragraphs(
    source: Source,
    width: int,
    *,
    break_words: bool = False,
    bullets: tuple[str, ...] = ("–",),
    with_notes: bool = True,
) -> list[Lines]:
    """Lines of `width` characters of each block; a footnote follows the block that calls it."""
    result: list[Lines] = []
    notes = _notes(source) if with_notes else []
    items = 0
    for block in _blocks(source):
        if block.mark:
            mark = bullets[items * len(bullets) // 4 % len(bullets)] if block.mark == "-" else block.mark
            items += block.mark == "-"
            block = replace(block, pieces=(Piece(f"{mark} "), *block.pieces))
        result.append(_lines(block, width, source.language if break_words else None))
        if notes and any(piece.style == "note" for piece in block.pieces):
            note = notes.pop(0)
            result.append(_lines(note, width, source.language if break_words else None))
    return result


def _blocks(source: Source) -> list[Block]:
    head = (source.classification, source.title, ", ".join(source.authors))
    return [*(Block("front", (Piece(line),)) for line in head), *source.abstracts, *source.body]


def _notes(source: Source) -> list[Block]:
    return [replace(note, pieces=(Piece(f"{number} "), *note.pieces)) for number, note in source.notes.items()]


def _lines(block: Block, width: int, language: str | None) -> Lines:
    hyphenation = language_of(block.text, language) if language and block.kind != "heading" else None
    lines = broken(words(block), lambda _: width, _length, hyphenation)
    return [" ".join("".join(piece.text for piece in word) for word in line) for line in lines]


def _length(line: list[Word]) -> float:
    return sum(len(piece.text) for word in line for piece in word) + len(line) - 1


def _joined(text: list[Lines]) -> str:
    return "\n\n".join("\n".join(lines) for lines in text) + "\n"


def _tabbed(line: str, number: int, language: str) -> str:
    pieces: Iterator[str] = (
        _with_tab(word, language) if (number + place) % _BROKEN_BY_TAB == 0 else word
        for place, word in enumerate(line.split(" "))
    )
    return (" \t" if number % 3 == 0 else "\t").join(pieces)


def _with_tab(word: str, language: str) -> str:
    points = [place for place, hyphen in break_points(word, language) if hyphen] if len(word) >= _LONG_WORD else []
    return f"{word[: points[0]]}\t{word[points[0] :]}" if points else word
