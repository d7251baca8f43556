"""The description by which browsers add Izde to their search engines (OpenSearch 1.1)."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, url_for

from webapp.interface import INTERFACE_LANGUAGES
from webapp.xml_documents import xml_answer

blueprint = Blueprint("opensearch", __name__)

#: Media type of the description.
DESCRIPTION_TYPE = "application/opensearchdescription+xml"

#: Media type of suggestions in the form of the OpenSearch extension.
SUGGESTIONS_TYPE = "application/x-suggestions+json"

_TERMS = "{searchTerms}"


@blueprint.get("/opensearch.xml")
def description() -> Response:
    """The names of this site, and the addresses of its search, suggestions and feed."""
    return xml_answer(
        "opensearch.xml",
        DESCRIPTION_TYPE,
        languages=list(INTERFACE_LANGUAGES),
        description_type=DESCRIPTION_TYPE,
        suggestions_type=SUGGESTIONS_TYPE,
        address_with_terms=_address_with_terms,
    )


def _address_with_terms(endpoint: str, **values: str) -> str:
    """The whole address of an endpoint with a place for the words typed."""
    return url_for(endpoint, **values, q=_TERMS, _external=True).replace(quote(_TERMS), _TERMS)
