"""Bibliographic fields as files write them, and the form an Article keeps them in."""

from __future__ import annotations

import re

_ISO_639_2 = {"kir": "ky", "kaz": "kk", "rus": "ru", "eng": "en"}
_YEAR = re.compile(r"(?<!\d)(1\d{3}|2\d{3})(?!\d)")
# What programs, not people, put into the properties of a document.
_PROGRAM_TITLE = re.compile(
    r"microsoft (office )?(word|powerpoint)|word document|untitled|без имени|документ microsoft"
    r"|(new|новый|doc|document|документ)?[\W\d_]*$|\S+\.(docx?|rtf|tex|dvi|pdf|indd|pmd|qxd|odt)$",
    re.IGNORECASE,
)
_PROGRAM_AUTHORS = frozenset(
    (
        *("user", "user1", "admin", "administrator", "owner", "home", "pc", "unknown", "windows", "windows user"),
        *("anonymous", "(anonymous)", "(unspecified)", "microsoft office user", "microsoft word", "python-docx"),
        *("пользователь", "пользователь windows", "администратор", "acer", "asus", "hp", "lenovo"),
    )
)


def line(value: object) -> str:
    """One line of text: runs of white space become one space; anything but text and numbers is dropped."""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return " ".join(well_formed(str(value)).split())
    return ""


def well_formed(text: str) -> str:
    """The text with lone halves of surrogate pairs, which no encoding can write, as U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def names(value: object) -> tuple[str, ...]:
    """Authors: a list as it is, or a text with `;` between the names (a comma may belong to a name)."""
    if isinstance(value, (list, tuple)):
        parts = [line(part) for part in value]
    else:
        parts = [part.strip() for part in line(value).split(";")]
    return tuple(dict.fromkeys(part for part in parts if part))


def keywords(value: object) -> tuple[str, ...]:
    """Keywords: a list as it is, or a text with `;` (or, where there is none, `,`) between them."""
    if isinstance(value, (list, tuple)) or ";" in line(value):
        return names(value)
    return names(line(value).rstrip(".").split(","))


def year(value: object) -> int | None:
    """The first number of four digits in a year or a date, or None."""
    found = _YEAR.search(line(value))
    return int(found[1]) if found else None


def language(value: object) -> str | None:
    """The language of a tag such as `ru-RU` or `kaz`, as Izde names it; None for an empty one."""
    primary = re.split(r"[-_]", line(value).lower(), maxsplit=1)[0]
    return _ISO_639_2.get(primary, primary) or None


def document_title(value: object) -> str:
    """The title property of an office document or PDF; empty for one that a program put there."""
    title = line(value)
    return "" if _PROGRAM_TITLE.match(title) or not any(map(str.isalpha, title)) else title


def document_authors(value: object) -> tuple[str, ...]:
    """The author property of an office document or PDF, without the names of programs and machines."""
    return tuple(name for name in names(value) if name.lower() not in _PROGRAM_AUTHORS)
