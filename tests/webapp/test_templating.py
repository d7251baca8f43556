"""Templates are sent without the indentation of their source."""

from __future__ import annotations

from flask import Flask, render_template_string


def test_lines_begin_with_their_first_character(app: Flask) -> None:
    with app.test_request_context("/"):
        page = render_template_string("<ul>\n  <li>{{ text }}</li>\n\t<li> b</li>\n</ul>", text="  a\n  b")

    assert page == "<ul>\n<li>  a\n  b</li>\n<li> b</li>\n</ul>"
