"""Citations of an article, or of one passage of it: BibTeX, RIS, and a reference of GOST R 7.0.5-2008.

An address is where the text can be read on the web; `today` is the day it was read there. What is not known is
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from urllib.parse import quote

from search.articles import Article, Passage


@dataclass(frozen=True, slots=True)
class _Wording:
    """The words of a reference in one language; `babel` is the name of the language in LaTeX."""

    babel: str
    electronic: str
    page: str
    read_on: str
    others: str
    quotes: tuple[str, str]


#: GOST R 7.0.5-2008 has a reference written in the language of what is cited; its own examples are Russian.
#: The other languages have the wording that journals printed in them use.
_WORDINGS = {
    "ky": _Wording("kyrgyz", "Электрондук ресурс", "Б.", "кайрылган күнү", "ж.б.", ("«", "»")),
    "kk": _Wording("kazakh", "Электрондық ресурс", "Б.", "қаралған күні", "және т.б.", ("«", "»")),
    "ru": _Wording("russian", "Электронный ресурс", "С.", "дата обращения", "и др.", ("«", "»")),
    "en": _Wording("english", "Electronic resource", "P.", "date of access", "et al.", ("“", "”")),
}

#: With more authors than this the standard begins with the title and names the first author after it.
_MOST_AUTHORS = 3

_INITIALS = r"(?:\w{1,2}\.[ -]*)+"
_SURNAME_FIRST = re.compile(rf"(?P<surname>[^,.]+),? (?P<initials>{_INITIALS})")
_INITIALS_FIRST = re.compile(rf"(?P<initials>{_INITIALS})(?P<surname>[^,.]+)")

#: A brace is spelt out, for BibTeX counts braces even after a backslash.
_LATEX = str.maketrans(
    {
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        '"': r"\textquotedbl{}",
    }
)


def bibtex(article: Article, passage: Passage | None, address: str | None, today: date) -> str:
    """An entry for BibTeX or biblatex in UTF-8; the title stands in two braces, so that its capitals are kept."""
    fields = {
        "author": " and ".join(_latex_name(_line(name)) for name in article.authors),
        "title": f"{{{_title(article).translate(_LATEX)}}}",
        "year": _text(article.year),
        "pages": _text(passage.page if passage else None),
        "url": _link(address),
        "urldate": today.isoformat() if address else "",
        "langid": _WORDINGS[article.language].babel if article.language in _WORDINGS else "",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@article{{{key(article, passage)},\n" + ",\n".join(lines) + "\n}\n"


def ris(article: Article, passage: Passage | None, address: str | None, today: date) -> str:
    """A record of RIS, its lines ended by CR LF."""
    tags = [
        ("TY", "JOUR"),
        ("ID", key(article, passage)),
        *(("AU", _ris_name(_line(name))) for name in article.authors),
        ("TI", _title(article)),
        ("PY", _text(article.year)),
        ("SP", _text(passage.page if passage else None)),
        ("UR", _link(address)),
        ("Y2", f"{today:%Y/%m/%d}" if address else ""),
        ("LA", article.language or ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in tags if value) + "ER  - \r\n"


def gost(article: Article, passage: Passage | None, address: str | None, today: date) -> str:
    """A reference of one line by GOST R 7.0.5-2008, worded in the article's language (Russian where it has none)."""
    wording = _WORDINGS.get(article.language or "", _WORDINGS["ru"])
    return " – ".join(_gost_areas(article, passage, address, today, wording))


def quotation(article: Article, passage: Passage, address: str | None, today: date) -> str:
    """The passage in the quotation marks of its language, and on the next line its reference."""
    opening, closing = _WORDINGS.get(passage.language, _WORDINGS["ru"]).quotes
    return f"{opening}{_line(passage.text)}{closing}\n{gost(article, passage, address, today)}"


def key(article: Article, passage: Passage | None) -> str:
    """A name for the citation in ASCII, different for each article and passage."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", article.id).strip("-")
    if name != article.id:
        name = f"{name}-{sha256(article.id.encode()).hexdigest()[:8]}".lstrip("-")
    return f"{name}-p{passage.ordinal}" if passage else name


def _gost_areas(
    article: Article, passage: Passage | None, address: str | None, today: date, wording: _Wording
) -> Iterator[str]:
    """The parts of a reference, each with its full stop."""
    authors = [_line(name) for name in article.authors]
    title = _title(article) + (f" [{wording.electronic}]" if address else "")
    if len(authors) > _MOST_AUTHORS:
        yield f"{title} / {_initials_first(authors[0])} [{wording.others}]."
    elif authors:
        yield f"{_stopped(', '.join(authors))} {_stopped(title)}"
    else:
        yield _stopped(title)
    if article.year is not None:
        yield f"{article.year}."
    if passage and passage.page is not None:
        yield f"{wording.page} {passage.page}."
    if address:
        yield f"URL: {_link(address)} ({wording.read_on}: {today:%d.%m.%Y})."


def _title(article: Article) -> str:
    return _line(article.title) or _line(article.id)


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _link(address: str | None) -> str:
    """An address in ASCII, without what would end a field."""
    return quote((address or "").strip(), safe=":/?#[]@!$&'()*+,;=%~")


def _stopped(text: str) -> str:
    return text if text.endswith((".", "…")) else f"{text}."


def _parts(name: str) -> tuple[str, str] | None:
    """The surname and initials of a name, None where they cannot be told apart."""
    found = _SURNAME_FIRST.fullmatch(name) or _INITIALS_FIRST.fullmatch(name)
    return (found["surname"], found["initials"].strip()) if found else None


def _latex_name(name: str) -> str:
    """A name whose parts cannot be told apart, an institution for one, is kept in one piece by braces."""
    parts = _parts(name)
    if parts is None:
        return f"{{{name.translate(_LATEX)}}}"
    initials = re.sub(r"\.(?=\w)", ". ", parts[1])
    return f"{parts[0]}, {initials}".translate(_LATEX)


def _ris_name(name: str) -> str:
    return ", ".join(_parts(name) or (name,))


def _initials_first(name: str) -> str:
    return " ".join(reversed(_parts(name) or (name,)))
