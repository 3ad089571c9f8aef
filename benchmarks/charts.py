"""Draws the results of benchmarks as small line charts with logarithmic axes, in one SVG."""

import math
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 300, 230  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 34, 44  # margins around its axes
COLUMNS = 3
COLOUR = "#2456a6"


@dataclass
class Panel:
    """One chart: what was measured, and a straight guide of some slope through one of the points.

    slope 1: proportional, -1: inversely so.
    """

    title: str
    x: str
    y: str
    points: list[tuple[float, float]]
    slope: int
    through: int  # index of a point

    def range(self) -> tuple[float, float]:
        """Lowest and highest value on the y axis."""
        ys = [y for _, y in self.points]
        return min(ys) / 1.3, max(ys) * 1.3


def draw(panels: list[Panel]) -> str:
    """The panels side by side, as the text of an SVG file."""
    rows = -(-len(panels) // COLUMNS)
    width, height = COLUMNS * WIDTH, rows * HEIGHT
    body = [
        f'<g transform="translate({i % COLUMNS * WIDTH} {i // COLUMNS * HEIGHT})">{_panel(p)}</g>'
        for i, p in enumerate(panels)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="11" fill="#222">\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _panel(panel: Panel) -> str:
    xs = [x for x, _ in panel.points]
    low, high = panel.range()
    to_x = _scale(min(xs), max(xs), LEFT, WIDTH - RIGHT)
    to_y = _scale(low, high, HEIGHT - BOTTOM, TOP)
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts = [
        _text(middle, 16, panel.title, 'text-anchor="middle" font-weight="bold"'),
        _text(middle, HEIGHT - 8, panel.x, 'text-anchor="middle"'),
        _text(LEFT, TOP - 6, panel.y, 'text-anchor="start" fill="#555"'),
    ]
    for x in xs:
        parts.append(_text(to_x(x), HEIGHT - BOTTOM + 15, f"{x:,.0f}", 'text-anchor="middle"'))
        parts.append(_line(to_x(x), TOP, to_x(x), HEIGHT - BOTTOM, "#eee"))
    for y in _round_numbers(low, high):
        parts.append(_text(LEFT - 5, to_y(y) + 4, f"{y:,g}", 'text-anchor="end"'))
        parts.append(_line(LEFT, to_y(y), WIDTH - RIGHT, to_y(y), "#eee"))
    (x1, y1), (x2, y2) = _guide(panel)
    parts.append(_line(to_x(x1), to_y(y1), to_x(x2), to_y(y2), '#999" stroke-dasharray="4 3'))
    places = [(to_x(x), to_y(y)) for x, y in panel.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOUR}" stroke-width="2"/>')
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOUR}"/>' for x, y in places]
    return "".join(parts)


def _guide(panel: Panel) -> list[tuple[float, float]]:
    """Both ends of the straight line, cut off at the panel's edges."""
    x, y = panel.points[panel.through]
    low, high = panel.range()
    ends = []
    for end in (panel.points[0][0], panel.points[-1][0]):
        height = min(max(y * (end / x) ** panel.slope, low), high)
        ends.append((x * (height / y) ** (1 / panel.slope), height))
    return ends


def _scale(low: float, high: float, start: float, end: float):
    span = math.log(high / low)
    return lambda value: start + (end - start) * math.log(value / low) / span


def _round_numbers(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten from `low` to `high`."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    numbers = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    return [number for number in numbers if low <= number <= high]


def _text(x: float, y: float, text: str, attributes: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'
