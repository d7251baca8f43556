"""Every message has its translation in every language of the interface."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import webapp
from webapp.interface import INTERFACE_LANGUAGES

ROOT = Path(webapp.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true"}}

Key = str | tuple[str, str]


def messages_in_use() -> set[Key]:
    found = extract_from_dir(str(ROOT), method_map=METHODS, options_map=OPTIONS)
    return {(each[2][0], each[2][1]) if isinstance(each[2], tuple) else each[2] for each in found}


def catalogue(code: str) -> Catalog:
    with (ROOT / "translations" / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code)


def translated(code: str) -> dict[Key, Message]:
    return {tuple(each.id) if each.pluralizable else each.id: each for each in catalogue(code) if each.id}


@pytest.mark.parametrize("code", INTERFACE_LANGUAGES)
def test_no_message_is_missing_or_left_over(code: str) -> None:
    assert set(translated(code)) == messages_in_use()


@pytest.mark.parametrize("code", INTERFACE_LANGUAGES)
def test_no_translation_is_empty_or_unsure(code: str) -> None:
    for message in translated(code).values():
        strings = message.string if message.pluralizable else (message.string,)
        assert all(strings), f"{message.id!r} is not translated to {code}"
        assert not message.fuzzy
        assert len(strings) == (catalogue(code).num_plurals if message.pluralizable else 1)


@pytest.mark.parametrize("code", INTERFACE_LANGUAGES)
def test_placeholders_are_kept(code: str) -> None:
    for message in translated(code).values():
        wanted = set(re.findall(r"%\(\w+\)s", message.id[-1] if message.pluralizable else message.id))
        for string in message.string if message.pluralizable else (message.string,):
            assert set(re.findall(r"%\(\w+\)s", string)) == wanted


@pytest.mark.parametrize("code", INTERFACE_LANGUAGES)
def test_the_compiled_catalogue_is_up_to_date(code: str) -> None:
    compiled = gettext.translation("messages", ROOT / "translations", [code])

    for message in translated(code).values():
        if message.pluralizable:
            strings = {compiled.ngettext(*message.id, number) for number in range(200)}
            assert strings == set(message.string), "compile with: pybabel compile -d translations"
        else:
            assert compiled.gettext(message.id) == message.string, "compile with: pybabel compile -d translations"


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "Найден 1 фрагмент"), (3, "Найдено 3 фрагмента"), (11, "Найдено 11 фрагментов"), (21, "Найден 21 фрагмент")],
)
def test_russian_numbers(number: int, expected: str) -> None:
    russian = gettext.translation("messages", ROOT / "translations", ["ru"])
    found = russian.ngettext("%(count)s passage found", "%(count)s passages found", number)

    assert found % {"count": number} == expected
