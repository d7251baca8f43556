from __future__ import annotations

from pathlib import Path

import pytest

from indexer.readers.page import Character, page_text
from search.articles import Article
from tests.indexer.readers.conftest import Drawn, articles, pdf, problems

LEFT = [f"left line {number} runs through the whole of its column" for number in range(8)]
RIGHT = [f"right line {number} runs through the whole of its column" for number in range(8)]
TITLE = "A title in the middle of the page and across both of its columns"


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    return path


def column(left: float, lines: list[str]) -> list[Drawn]:
    return [(left, 700 - 12 * number, line) for number, line in enumerate(lines)]


def test_pages_and_their_offsets(tmp_path: Path) -> None:
    data = pdf([[(50, 700, "Page one.")], [], [(50, 700, "Page three.")]], title="Water and law")
    assert articles(written(tmp_path, data)) == [
        Article("a", "Water and law", "Page one.\n\n\n\nPage three.", pages=(0, 11, 13))
    ]


@pytest.mark.parametrize("title", ["Microsoft Word - a.doc", "untitled", "article.indd", "12345"])
def test_titles_that_programs_put_there_are_none(tmp_path: Path, title: str) -> None:
    assert articles(written(tmp_path, pdf([[(50, 700, "Text.")]], title))) == [Article("a", "", "Text.", pages=(0,))]


def test_hyphens_at_line_ends_stay_there(tmp_path: Path) -> None:
    page: list[Drawn] = [(50, 700, "This is an inter-"), (50, 688, "national treaty on well-"), (50, 676, "being.")]
    (article,) = articles(written(tmp_path, pdf([page])))
    assert article.text == "This is an inter-\nnational treaty on well-\nbeing."


def test_blank_lines_stand_between_paragraphs(tmp_path: Path) -> None:
    page: list[Drawn] = [
        (62, 700, "An indented paragraph that fills its line"),
        (50, 688, "and goes on at the edge of the column to its"),
        (50, 676, "end."),
        (62, 664, "The next one is indented too and fills"),
        (50, 652, "two lines of the column."),
        (50, 620, "A third one stands after a wide gap."),
    ]
    (article,) = articles(written(tmp_path, pdf([page])))
    assert article.text.split("\n\n") == [
        "An indented paragraph that fills its line\nand goes on at the edge of the column to its\nend.",
        "The next one is indented too and fills\ntwo lines of the column.",
        "A third one stands after a wide gap.",
    ]


@pytest.mark.parametrize(
    "drawn",
    [
        column(50, LEFT) + column(320, RIGHT),
        column(320, RIGHT) + column(50, LEFT),
        [line for row in zip(column(50, LEFT), column(320, RIGHT), strict=True) for line in row],
    ],
    ids=["in reading order", "right column first", "row by row"],
)
def test_the_left_column_is_read_before_the_right(tmp_path: Path, drawn: list[Drawn]) -> None:
    page: list[Drawn] = [(150, 750, TITLE), *drawn]
    (article,) = articles(written(tmp_path, pdf([page])))
    assert article.text.split() == " ".join([TITLE, *LEFT, *RIGHT]).split()


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    rows = [[(50.0, 700.0 - 12 * row, f"year {row}"), (320.0, 700.0 - 12 * row, f"{row} per cent")] for row in range(9)]
    (article,) = articles(written(tmp_path, pdf([[cell for row in rows for cell in row]])))
    assert article.text == "\n".join(f"year {row} {row} per cent" for row in range(9))


def test_a_locked_pdf(tmp_path: Path) -> None:
    assert problems(written(tmp_path, pdf([[(50, 700, "Text.")]], locked=True))) == [
        "a.pdf: it is locked with a password; save a copy without one"
    ]


def test_a_pdf_of_images(tmp_path: Path) -> None:
    assert problems(written(tmp_path, pdf([[], []]))) == [
        "a.pdf: its pages are images without a text layer; run OCR on it, for instance ocrmypdf"
    ]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_pdf_cut_short(tmp_path: Path, share: float) -> None:
    data = pdf([[(50, 700, "Text.")], [(50, 700, "More text.")]])
    assert problems(written(tmp_path, data[: int(share * len(data))])) == [
        "a.pdf: it is a PDF that was cut short; fetch or save the file again"
    ]


def test_a_damaged_pdf(tmp_path: Path) -> None:
    assert problems(written(tmp_path, b"%PDF-1.4\n" + b"rubbish " * 100 + b"\n%%EOF\n")) == [
        "a.pdf: it is a damaged PDF; fetch or save the file again"
    ]


def test_what_is_no_pdf(tmp_path: Path) -> None:
    assert problems(written(tmp_path, b"<html>Not found</html>")) == [
        "a.pdf: it is no PDF; fetch or save the file again"
    ]


def test_fonts_that_name_no_letters(tmp_path: Path) -> None:
    data = pdf([[(50, 700, "\\001\\002\\003\\004\\005 \\006\\016\\017\\020")]])
    assert problems(written(tmp_path, data)) == [
        "a.pdf: its fonts do not say which letters they show; run OCR on it, for instance ocrmypdf --force-ocr"
    ]


def test_letters_without_a_height() -> None:
    page = [Character(each, True, 50, 51, 700, 700) for each in "1. a\n2. b"]
    assert page_text(page) == "1. a\n2. b"
