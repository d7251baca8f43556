"""What the address of a search asks for: read strictly, and written back for links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, cast

from flask import current_app
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from search.articles import LANGUAGES, OTHER_LANGUAGE
from search.deadline import time_limit
from search.engine import Engine
from search.results import MODES, SORTS, Mode, Results, Sort
from webapp.messages import gettext

#: Lowest, highest and default value of each whole number in an address.
BOUNDS: Mapping[str, tuple[int, int, int | None]] = {
    "year_from": (0, 9999, None),
    "year_to": (0, 9999, None),
    "limit": (1, 100, 10),
    "offset": (0, 10_000, 0),
    "per_article": (0, 100, 0),
}

#: Languages a search can be narrowed to.
FILTER_LANGUAGES = (*LANGUAGES, OTHER_LANGUAGE)

_Choice = TypeVar("_Choice", bound=str)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SHOWN = 40


class ParameterProblem(BadRequest):
    """A parameter of the address has a value that cannot be used: answered with status 400."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(reason)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search as its address states it; the fields are named as the parameters of the API."""

    q: str = ""
    mode: Mode = "hybrid"
    sort: Sort = "relevance"
    language: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    author: str | None = None
    article: str | None = None
    limit: int = 10
    offset: int = 0
    per_article: int = 0

    @classmethod
    def from_arguments(cls, arguments: MultiDict[str, str]) -> SearchRequest:
        """Read an address; raises `ParameterProblem` for a value out of its range."""
        numbers = {name: read_number(arguments, name) for name in BOUNDS}
        if (numbers["year_from"] or 0) > (numbers["year_to"] or 9999):
            raise ParameterProblem("year_from", gettext("The first year is later than the last year."))
        return cls(
            q=read_text(arguments, "q"),
            mode=read_choice(arguments, "mode", MODES),
            sort=read_choice(arguments, "sort", SORTS),
            language=_languages(arguments),
            author=read_text(arguments, "author") or None,
            article=read_text(arguments, "article") or None,
            **cast(dict[str, Any], numbers),
        )

    @property
    def filters(self) -> int:
        """How many filters narrow the search; a span of years is one."""
        years = self.year_from is not None or self.year_to is not None
        return len(self.language) + years + (self.author is not None) + (self.article is not None)

    def arguments(self) -> dict[str, Any]:
        """The parameters of an address of this search: only what differs from the default."""
        differing = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }
        return {name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in differing.items()}

    def answer(self, engine: Engine, more: int = 0) -> Results:
        """Search; raises `search.query.QueryError` for a query that cannot be answered.

        One that takes too long ends with `search.deadline.OutOfTime`. With `more`, each article has one hit, with up
        to so many of its other passages, where the address does not say otherwise.
        """
        folds = more > 0 and self.article is None
        with time_limit(current_app.config["QUERY_TIME"]):
            return engine.search(
                self.q,
                mode=self.mode,
                sort=self.sort,
                languages=self.language,
                year_from=self.year_from,
                year_to=self.year_to,
                author=self.author,
                article=self.article,
                limit=self.limit,
                offset=self.offset,
                per_article=self.per_article or int(folds),
                more=more,
            )


def read_text(arguments: MultiDict[str, str], name: str) -> str:
    """A parameter as text, with NUL and other control characters taken as spaces."""
    return _CONTROL.sub(" ", arguments.get(name, "")).strip()


def read_number(arguments: MultiDict[str, str], name: str, bounds: Mapping[str, Any] = BOUNDS) -> int | None:
    """A parameter as a whole number, or its default; raises `ParameterProblem`."""
    low, high, default = bounds[name]
    value = arguments.get(name, "").strip()
    if not value:
        return cast("int | None", default)
    if re.fullmatch(r"[0-9]{1,6}", value) is None or not low <= int(value) <= high:
        raise ParameterProblem(name, _number_reason(name, value, low, high))
    return int(value)


def read_choice(arguments: MultiDict[str, str], name: str, choices: tuple[_Choice, ...]) -> _Choice:
    """A parameter as one of the choices, the first where none is given; raises `ParameterProblem`."""
    value = arguments.get(name, "").strip() or choices[0]
    for choice in choices:
        if choice == value:
            return choice
    raise ParameterProblem(name, _choice_reason(name, value, choices))


def _number_reason(name: str, value: str, low: int, high: int) -> str:
    return gettext(
        "%(name)s=%(value)s: a whole number from %(low)s to %(high)s is expected.",
        name=name,
        value=_shown(value),
        low=low,
        high=high,
    )


def _languages(arguments: MultiDict[str, str]) -> tuple[str, ...]:
    given = [code.strip() for value in arguments.getlist("language") for code in value.split(",")]
    wanted = tuple(dict.fromkeys(code for code in given if code))
    for code in wanted:
        if code not in FILTER_LANGUAGES:
            raise ParameterProblem("language", _choice_reason("language", code, FILTER_LANGUAGES))
    return wanted


def _choice_reason(name: str, value: str, choices: tuple[str, ...]) -> str:
    return gettext(
        "%(name)s=%(value)s: one of %(choices)s is expected.",
        name=name,
        value=_shown(value),
        choices=", ".join(choices),
    )


def _shown(value: str) -> str:
    return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
