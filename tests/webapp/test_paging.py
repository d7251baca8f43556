from __future__ import annotations

from flask import Flask

from webapp.paging import Paging, paging
from webapp.parameters import SearchRequest


def around(app: Flask, offset: int, total: int) -> Paging:
    with app.test_request_context("/"):
        return paging(SearchRequest(q="a", offset=offset), total)


def numbers(found: Paging) -> list[int | None]:
    return [page and page.number for page in found.pages]


def test_one_page(app: Flask) -> None:
    found = around(app, 0, 10)

    assert (found.previous, found.next, numbers(found)) == (None, None, [1])


def test_in_the_middle(app: Flask) -> None:
    found = around(app, 100, 305)

    assert numbers(found) == [1, None, 9, 10, 11, 12, 13, None, 31]
    assert found.previous == "/search?q=a&offset=90"
    assert found.next == "/search?q=a&offset=110"
    assert [page.number for page in found.pages if page and page.current] == [11]


def test_the_first_page_has_no_offset(app: Flask) -> None:
    assert around(app, 10, 20).previous == "/search?q=a"


def test_no_page_lies_beyond_the_largest_offset(app: Flask) -> None:
    found = around(app, 9990, 1_000_000)

    assert numbers(found)[-1] == 1001
    assert found.next == "/search?q=a&offset=10000"
    assert around(app, 10_000, 1_000_000).next is None
