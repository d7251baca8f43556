"""A line chart with logarithmic axes as SVG: readable in light and dark, and for who does not see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 40, 52

#: Pixels between two labels at the ends of lines, at least.
_LABEL = 15

#: Colours after Okabe & Ito, which colour-blind readers can tell apart; lines differ in their dashes, too.
_LIGHT = ("#0072b2", "#d55e00", "#00795a", "#a0527a", "#8a6d00", "#444444")
_DARK = ("#56b4e9", "#ff8c42", "#2ec99a", "#e39ac0", "#f0e442", "#cccccc")
_DASHES = ("none", "8 3", "2 3", "8 3 2 3", "4 4", "12 4")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines by name, the first drawn thicker; `x` and `y` name the axes with their units. All numbers are above 0."""

    title: str
    x: str
    y: str
    lines: Mapping[str, Sequence[Point]]

    @property
    def text(self) -> str:
        """What the chart shows, in words and numbers."""
        parts = [
            f"{name}: " + ", ".join(f"{y:.3g} at {x:,.0f}" for x, y in points) for name, points in self.lines.items()
        ]
        return f"{self.title}; {self.y} against {self.x}. " + "; ".join(parts) + "."

    def svg(self) -> str:
        """The drawing."""
        return "\n".join(self._parts()) + "\n"

    def _parts(self) -> Iterator[str]:
        yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        yield f"<title>{escape(self.title)}</title>"
        yield f"<desc>{escape(self.text)}</desc>"
        yield f"<style>{_style()}</style>"
        yield f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>'
        yield f'<text x="{LEFT}" y="22" class="title">{escape(self.title)}</text>'
        yield from self._axes()
        ends = _spread({name: self._y(points[-1][1]) for name, points in self.lines.items()})
        for number, (name, points) in enumerate(self.lines.items()):
            places = [(self._x(x), self._y(y)) for x, y in points]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            yield f'<polyline class="line{number}" points="{path}"/>'
            yield from (f'<circle class="dot{number}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places)
            label = f'x="{places[-1][0] + 10:.1f}" y="{ends[name] + 4:.1f}"'
            yield f'<text class="name{number}" {label}>{escape(name)}</text>'
        yield "</svg>"

    def _axes(self) -> Iterator[str]:
        bottom = HEIGHT - BOTTOM
        for power in range(*self._decades(1)):
            y = self._y(10.0**power)
            yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
            yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:,g}</text>'
        for size in sorted({x for points in self.lines.values() for x, _ in points}):
            yield f'<text x="{self._x(size):.1f}" y="{bottom + 18}" text-anchor="middle">{size:,.0f}</text>'
        yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">{escape(self.x)}</text>'
        yield f'<text transform="translate(14 {bottom}) rotate(-90)">{escape(self.y)}</text>'

    def _decades(self, axis: int) -> tuple[int, int]:
        """The powers of ten that hold all numbers, the second beyond the last."""
        values = [point[axis] for points in self.lines.values() for point in points]
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        return low, max(high, low + 1) + 1

    def _x(self, value: float) -> float:
        sizes = [x for points in self.lines.values() for x, _ in points]
        low, high = log10(min(sizes)), log10(max(sizes))
        inner = WIDTH - LEFT - RIGHT
        return LEFT + (inner / 2 if low == high else 20 + (inner - 40) * (log10(value) - low) / (high - low))

    def _y(self, value: float) -> float:
        low, beyond = self._decades(1)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(value) - low) / (beyond - 1 - low)


def _spread(places: Mapping[str, float]) -> dict[str, float]:
    """Places for labels near those wanted, none upon another."""
    spread: dict[str, float] = {}
    last = float("-inf")
    for name, place in sorted(places.items(), key=lambda each: each[1]):
        last = spread[name] = max(place, last + _LABEL)
    return spread


def _style() -> str:
    base = (
        "text{font:13px sans-serif;fill:#222}.title{font-weight:bold}.paper{fill:#fff}"
        ".grid{stroke:#ddd}polyline{fill:none;stroke-width:2}.line0{stroke-width:3.5}.name0{font-weight:bold}"
    )
    dark = "text{fill:#ddd}.paper{fill:#111}.grid{stroke:#333}"
    dashes = "".join(f".line{number}{{stroke-dasharray:{dash}}}" for number, dash in enumerate(_DASHES))
    return f"{base}{_colours(_LIGHT)}{dashes}@media(prefers-color-scheme:dark){{{dark}{_colours(_DARK)}}}"


def _colours(colours: Sequence[str]) -> str:
    return "".join(
        f".line{number}{{stroke:{colour}}}.dot{number},.name{number}{{fill:{colour}}}"
        for number, colour in enumerate(colours)
    )
