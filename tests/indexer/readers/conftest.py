from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.errors import UnreadableSource
from indexer.readers import read
from search.articles import Article

#: Text drawn at a place of a page: x and y in points from the lower left corner.
Drawn = tuple[float, float, str]


def articles(path: Path) -> list[Article]:
    """The articles of one file that has no problems."""
    items = list(read(path, path))
    assert [str(item) for item in items if isinstance(item, UnreadableSource)] == []
    return [item for item in items if isinstance(item, Article)]


def problems(path: Path) -> list[str]:
    """What is said of one file that gives no article."""
    items = list(read(path, path))
    assert [item for item in items if isinstance(item, Article)] == []
    return [str(item) for item in items]


def pdf(pages: list[list[Drawn]], title: str = "", *, locked: bool = False) -> bytes:
    """A PDF that draws these texts in this order, ten points high, in a font with Latin letters."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        drawn = " ".join(f"1 0 0 1 {x} {y} Tm ({text}) Tj" for x, y, text in page)
        content = f"BT /F1 10 Tf {drawn} ET" if page else "0 0 200 200 re f"
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    objects.append(f"<< /Title ({title}) >>")
    trailer = f"/Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R"
    if locked:
        key = "00" * 32
        trailer += f" /ID [<{key}> <{key}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{key}> /U <{key}> >>"
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return f"{body}{table}trailer\n<< {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n".encode("cp1252")


@pytest.fixture
def as_nobody(tmp_path: Path) -> Iterator[Path]:
    """A folder of a user without privileges, whom permissions bind; the test runs as that user."""
    if os.geteuid() != 0:
        yield tmp_path
        return
    for folder in (tmp_path, *tmp_path.parents[:3]):
        if str(folder).startswith(("/tmp/", str(tmp_path.parents[1]))):
            folder.chmod(0o755)
    os.chown(tmp_path, 65534, 65534)
    os.seteuid(65534)
    try:
        yield tmp_path
    finally:
        os.seteuid(0)
