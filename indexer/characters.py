"""Repair of single characters: what encodings, fonts and keyboards did to them."""

from __future__ import annotations

import re
import unicodedata

from indexer.edits import Repaired, edited, replaced

#: A hyphen that a PDF library marks as a line-end one: U+FFFE in pdfium, U+0002 in its older versions.
_MARKED_HYPHEN = re.compile("[\ufffe\x02\u00ad]+(?P<after>[ \t]*\n)?")
_LINE_END = re.compile("\r\n?|[\u2028\x85\x0b]|\u2029")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\uffff\ud800-\udfff]"
    # Arabic and Indic letters take another shape beside a joiner; elsewhere it means nothing.
    "|(?<![\u0600-\u07ff\u0900-\u0dff])[\u200c\u200d]"
)
_LIGATURE = re.compile("[\ufb00-\ufb06]")

_BULLETS = "•●○◦▪▫■□◆◇♦►▶▸‣⁃∙➢➤➔✓✔✗❖❑❒\ue000-\uf8ff"
_BULLET_LINE = re.compile(
    # Without a space after it, "¾" is a fraction and U+FFFD a lost letter.
    rf"(?:^|(?<=\f))[ \t]*(?P<mark>(?:[{_BULLETS}][ \t]*|(?P<doubtful>[¾\ufffd])[ \t]+)(?=\S))",
    re.MULTILINE,
)
_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff]+")

_ODD_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SPACES = re.compile(r"[ \t\n\f]{2,}")

_TAB = re.compile("\t")

#: A comma or full stop between whole Cyrillic words; addresses and numbers are Latin or have digits.
_LOST_SPACE = re.compile(
    r"(?<=[а-яёңөүәғқұһі]{2}[,;])(?=[А-ЯЁҢӨҮӘҒҚҰҺІа-яёңөүәғқұһі]{2})"
    r"|(?<=[а-яёңөүәғқұһі]{2}[.!?])(?=[А-ЯЁҢӨҮӘҒҚҰҺІ][а-яёңөүәғқұһі]{2})"
)


def line_ends(draft: Repaired) -> Repaired:
    """Every kind of line end becomes a newline, a paragraph separator two."""
    return replaced(draft, _LINE_END, lambda match: "\n\n" if match[0] == "\u2029" else "\n")


def invisible(draft: Repaired) -> Repaired:
    """Control, formatting and broken characters are dropped."""
    return replaced(draft, _INVISIBLE, "")


def soft_hyphens(draft: Repaired) -> Repaired:
    """Hyphenation marks become hyphens at a line end and after a digit, and are dropped elsewhere."""

    def visible(match: re.Match[str]) -> str:
        after = match["after"]
        if after:
            return f"-{after}"
        return "-" if match.start() and draft.text[match.start() - 1].isdigit() else ""

    return replaced(draft, _MARKED_HYPHEN, visible)


def composition(draft: Repaired) -> Repaired:
    """Letters and their marks are composed: normal form C."""
    if unicodedata.is_normalized("NFC", draft.text):
        return draft
    characters = set(draft.text)
    marks = {c for c in characters if unicodedata.category(c)[0] == "M" or "\u1161" <= c <= "\u11ff"}
    single = {c for c in characters - marks if unicodedata.normalize("NFC", c) != c}
    joined, alone = (re.escape("".join(sorted(found))) or r"\0" for found in (marks, single))
    # Marks in long runs are junk; the bound keeps normalization linear.
    pattern = re.compile(rf".?[{joined}]{{1,30}}|[{alone}]", re.DOTALL)
    return replaced(draft, pattern, lambda match: unicodedata.normalize("NFC", match[0]))


def ligatures(draft: Repaired) -> Repaired:
    """Latin ligatures such as U+FB01 become their letters."""
    return replaced(draft, _LIGATURE, lambda match: unicodedata.normalize("NFKC", match[0]))


def odd_spaces(draft: Repaired) -> Repaired:
    """No-break, thin and wide spaces become spaces."""
    return replaced(draft, _ODD_SPACE, " ")


def bullets(draft: Repaired) -> Repaired:
    """List marks at the beginning of a line become "• ", the glyphs of symbol fonts among them."""
    found = list(_BULLET_LINE.finditer(draft.text))
    # A single "¾" is a fraction; as a bullet it is the tick of a symbol font, and comes in numbers.
    fractions = sum(match["doubtful"] == "¾" for match in found) < 2
    marks = (match for match in found if match["doubtful"] != "¾" or not fractions)
    return edited(draft, ((match.start("mark"), match.end("mark"), "• ") for match in marks))


def unreadable(draft: Repaired) -> Repaired:
    """Private-use and replacement characters are dropped inside a word, and blank elsewhere."""

    def blank(match: re.Match[str]) -> str:
        before, after = (
            draft.text[match.start() - 1 : match.start()],
            draft.text[match.end() : match.end() + 1],
        )
        return "" if before.isalpha() and after.isalpha() else " "

    return replaced(draft, _UNREADABLE, blank)


def spaces(draft: Repaired) -> Repaired:
    """Several spaces become one, a run of tabs one tab; line breaks are left to the layout."""

    def single(match: re.Match[str]) -> str | None:
        if "\n" in match[0] or "\f" in match[0]:
            return None
        return " " if " " in match[0] else "\t"

    return replaced(draft, _SPACES, single)


def tabs(draft: Repaired) -> Repaired:
    """Tabs that part no word are spaces."""
    return replaced(draft, _TAB, " ")


def lost_spaces(draft: Repaired) -> Repaired:
    """A comma or full stop that has lost its space has it again."""
    return replaced(draft, _LOST_SPACE, " ")
