"""XML documents in the language of the interface."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, render_template
from flask_babel import get_locale

from webapp.freshness import unless_known

#: Characters that no XML 1.0 document may hold, not even escaped (section 2.2 of its recommendation).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_answer(template: str, mimetype: str, generation: str = "", **values: Any) -> Response:
    """A template as a document of this media type, or status 304 where the client has it.

    `generation` is that of the index it comes from. Characters that XML cannot hold are left out.
    """
    text = _NOT_XML.sub("", render_template(template, **values))
    response = Response(text, mimetype=mimetype)
    response.headers["Content-Language"] = str(get_locale())
    response.vary.add("Accept-Language")
    return unless_known(response, generation, text)
