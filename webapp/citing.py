"""How to cite an article or a passage of it: a page, and files to download."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request, url_for

from search.articles import Article, Passage
from webapp import citations
from webapp.addresses import outside_url
from webapp.collection import article_in, engine, passage_in
from webapp.parameters import SearchRequest

blueprint = Blueprint("citing", __name__, url_prefix="/articles/<path:article_id>")


@dataclass(frozen=True, slots=True)
class Style:
    """A way to write a citation, with the media type of its file."""

    write: Callable[[Article, Passage | None, str | None, date], str]
    media_type: str


#: By the ending of the file.
STYLES = {
    "txt": Style(citations.gost, "text/plain"),
    "bib": Style(citations.bibtex, "application/x-bibtex"),
    "ris": Style(citations.ris, "application/x-research-info-systems"),
}


@blueprint.get("/cite")
def cite(article_id: str) -> str:
    """The citation in every style; of a passage, the quotation as well."""
    article, passage = _cited(article_id)
    address, today = _address(article, passage), date.today()
    return render_template(
        "cite.html",
        article=article,
        passage=passage,
        search=SearchRequest(),
        quotation=citations.quotation(article, passage, address, today) if passage else None,
        citations={ending: style.write(article, passage, address, today) for ending, style in STYLES.items()},
    )


@blueprint.get("/cite.<any(txt, bib, ris):ending>")
def download(article_id: str, ending: str) -> Response:
    """The citation in one style, as a file."""
    article, passage = _cited(article_id)
    style = STYLES[ending]
    text = style.write(article, passage, _address(article, passage), date.today())
    response = Response(text, content_type=f"{style.media_type}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{citations.key(article, passage)}.{ending}")
    return response


def _cited(article_id: str) -> tuple[Article, Passage | None]:
    """The article of the address and the passage of `?passage=`; what is not there is answered with status 404."""
    source = engine()
    wanted = request.args.get("passage")
    return (article_in(source, article_id), None) if wanted is None else passage_in(source, article_id, wanted)


def _address(article: Article, passage: Passage | None) -> str | None:
    """Where the article was published on the web, else where it is read here."""
    published = outside_url(article.url)
    if published or _only_here():
        return published
    place = f"p{passage.ordinal}" if passage else None
    return url_for("pages.article", article_id=article.id, _anchor=place, _external=True)


def _only_here() -> bool:
    """Whether the site is read on the machine that serves it: its address then leads nobody else to the article."""
    return urlsplit(request.host_url).hostname in ("localhost", "127.0.0.1", "::1")
