"""Reading order: the lines of a page as a PDF draws them, put in the order in which they are read.

Most programs draw a page in reading order. Some draw two columns row by row, or the right one first; then
the lines are put in order by their places: a line that crosses the gutter divides the page, and above and
below it the left column is read before the right.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Lines whose bottoms differ by less than this share of their height stand in one row.
SAME_ROW = 0.4

_FEWEST_LINES = 6  # of a column
_FULL_LINE = 0.7  # of the width of its column
_LEAST_FULL = 0.3  # of the text in such lines; the cells of a table do not fill their columns
_MIDDLE = (0.2, 0.8)  # of the width of the text: where a gutter is looked for
_MOST_INVERSIONS = 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """A run of text on one row, without a gap as wide as that between columns; places in points."""

    text: str
    left: float
    right: float
    bottom: float
    height: float


def ordered(lines: list[Line]) -> list[Line]:
    """The lines as they are if they are in reading order, else by column."""
    gutter = _gutter(lines)
    if gutter is None:
        return lines
    bands = _bands(lines, gutter)
    if not _is_interleaved(bands, gutter):
        return lines
    result: list[Line] = []
    for band in bands:
        across = [line for line in band if _crosses(line, gutter)]
        left = [line for line in band if line.right <= gutter]
        right = [line for line in band if line.left >= gutter]
        for column in (across, left, right):
            result += ordered(column) if _gutter(column) else _from_top(column)
    return result


def _gutter(lines: list[Line]) -> float | None:
    """Where two columns of running text part, or None for a page of one column (or a table)."""
    if len(lines) < 2 * _FEWEST_LINES:
        return None
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    low, high = (left + share * (right - left) for share in _MIDDLE)
    places = {line.left - 1 for line in lines if low < line.left < high}
    gutters = [place for place in places if _parts_columns(lines, place, left, right)]
    return max(gutters, key=lambda place: _smaller_side(lines, place), default=None)


def _parts_columns(lines: list[Line], place: float, left: float, right: float) -> bool:
    before = [line.right - line.left for line in lines if line.right <= place]
    after = [line.right - line.left for line in lines if line.left >= place]
    return _is_running_text(before, place - left) and _is_running_text(after, right - place)


def _is_running_text(widths: list[float], column: float) -> bool:
    full = [width for width in widths if width > _FULL_LINE * column]
    return len(full) >= _FEWEST_LINES and sum(full) > _LEAST_FULL * sum(widths)


def _smaller_side(lines: list[Line], place: float) -> tuple[int, float]:
    before = sum(line.right <= place for line in lines)
    after = sum(line.left >= place for line in lines)
    return min(before, after), place


def _crosses(line: Line, gutter: float) -> bool:
    return line.left < gutter < line.right


def _bands(lines: list[Line], gutter: float) -> list[list[Line]]:
    """Parts of the page from top to bottom, each but the first opened by one line across the gutter."""
    across = sorted((line.bottom for line in lines if _crosses(line, gutter)), reverse=True)
    bands: list[list[Line]] = [[] for _ in range(len(across) + 1)]
    for line in lines:
        bands[sum(bottom >= line.bottom for bottom in across)].append(line)
    return bands


def _is_interleaved(bands: list[list[Line]], gutter: float) -> bool:
    """Whether more than a few full lines of a right column come before those of the left one beside it."""
    width = _FULL_LINE * _column_width(bands, gutter)
    inversions = pairs = 0
    for band in bands:
        full = [line for line in band if line.right - line.left > width and not _crosses(line, gutter)]
        sides = [line.left >= gutter for line in full]
        pairs += sum(sides) * (len(sides) - sum(sides))
        seen_right = 0
        for is_right in sides:
            seen_right += is_right
            inversions += 0 if is_right else seen_right
    return inversions > _MOST_INVERSIONS * pairs


def _column_width(bands: list[list[Line]], gutter: float) -> float:
    return max(line.right for band in bands for line in band) - gutter


def _from_top(column: list[Line]) -> list[Line]:
    """Lines by their places, those of one row from the left."""
    rows: list[list[Line]] = []
    for line in sorted(column, key=lambda line: -line.bottom):
        if rows and rows[-1][0].bottom - line.bottom < SAME_ROW * line.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.left)]
