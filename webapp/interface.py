"""The language a page is shown in: chosen by `?ui=`, else by the browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, get_locale

from search.articles import OTHER_LANGUAGE
from search.results import Mode
from webapp import messages
from webapp.messages import gettext
from webapp.problems import for_programs

#: Languages of the interface, each by its own name, in the order they are offered.
INTERFACE_LANGUAGES = {"ky": "Кыргызча", "kk": "Қазақша", "ru": "Русский", "en": "English"}

_DEFAULT = "en"

#: Endpoints that readers are led to from page to page; links to others name the language where they want it.
_PAGES = ("pages.", "citing.", "similar.similar")

_LANGUAGE_NAMES: dict[str, Callable[[], str]] = {
    "ky": lambda: gettext("Kyrgyz"),
    "kk": lambda: gettext("Kazakh"),
    "ru": lambda: gettext("Russian"),
    "en": lambda: gettext("English"),
    OTHER_LANGUAGE: lambda: gettext("other language"),
}


@dataclass(frozen=True, slots=True)
class InterfaceLink:
    """A link to this page in another language of the interface; `url` is relative to the page."""

    code: str
    name: str
    url: str
    current: bool


def install(app: Flask) -> None:
    """Translate the pages, and keep a language chosen by the address in the links of the page."""
    Babel(app, locale_selector=interface_language)
    messages.install(app)
    app.url_defaults(_keep_choice)
    app.after_request(_tell)
    app.context_processor(
        lambda: {
            "interface_language": str(get_locale()),
            "chosen_interface": _chosen(),
            "interface_links": interface_links,
            "language_name": language_name,
            "mode_names": mode_names,
            "number": lambda value: _number(value, str(get_locale())),
        }
    )


def interface_language() -> str:
    """The code of the language for this request; programs are always answered in English."""
    if not has_request_context() or for_programs():
        return _DEFAULT
    return _chosen() or request.accept_languages.best_match(INTERFACE_LANGUAGES) or _DEFAULT


def interface_links() -> list[InterfaceLink]:
    """This page in each language of the interface."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name != "ui"]
    return [
        InterfaceLink(code, name, "?" + urlencode([*others, ("ui", code)]), code == interface_language())
        for code, name in INTERFACE_LANGUAGES.items()
    ]


def language_name(code: str) -> str:
    """A language's name in the language of the interface."""
    name = _LANGUAGE_NAMES.get(code)
    return name() if name else code


def mode_names() -> list[tuple[Mode, str]]:
    """The ways to search, as a reader knows them."""
    return [
        ("hybrid", gettext("by word and meaning")),
        ("keyword", gettext("by word")),
        ("semantic", gettext("by meaning")),
    ]


@lru_cache(10_000)
def _number(value: int, locale: str) -> str:
    """A whole number as a language writes it."""
    return format_decimal(value, locale=locale)


def _chosen() -> str | None:
    code = request.args.get("ui", "")
    return code if code in INTERFACE_LANGUAGES else None


def _keep_choice(endpoint: str, values: dict[str, object]) -> None:
    if endpoint.startswith(_PAGES) and has_request_context() and _chosen():
        values.setdefault("ui", _chosen())


def _tell(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = str(get_locale())
        response.vary.add("Accept-Language")
    return response
