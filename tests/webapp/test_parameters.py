from __future__ import annotations

from werkzeug.datastructures import MultiDict

from webapp.parameters import SearchRequest


def test_an_address_is_read_and_written_back() -> None:
    written = {
        "q": "суу «энергия»",
        "mode": "keyword",
        "sort": "year",
        "language": "ky,ru",
        "year_from": "1999",
        "year_to": "2020",
        "author": "Асанова Г.К.",
        "article": "a/b c",
        "limit": "20",
        "offset": "40",
        "per_article": "2",
    }
    read = SearchRequest.from_arguments(MultiDict(written))

    assert read == SearchRequest(
        "суу «энергия»", "keyword", "year", ("ky", "ru"), 1999, 2020, "Асанова Г.К.", "a/b c", 20, 40, 2
    )
    assert read.arguments() == written
    assert read.filters == 5


def test_defaults_are_not_written() -> None:
    empty = SearchRequest.from_arguments(MultiDict({"q": " ", "mode": "", "language": ",", "year_from": ""}))

    assert empty == SearchRequest()
    assert empty.arguments() == {}


def test_languages_may_be_repeated() -> None:
    arguments = MultiDict([("language", "ky"), ("language", "ru, ky")])

    assert SearchRequest.from_arguments(arguments).language == ("ky", "ru")


def test_control_characters_are_spaces() -> None:
    assert SearchRequest.from_arguments(MultiDict({"q": "a\x00b\n c\x7f"})).q == "a b  c"
