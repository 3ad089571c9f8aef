"""The slope portrait in a terminal: a student's own σ′ drawn over the right one."""

from __future__ import annotations

import sys

import numpy as np

from model.exercises import SlopePortrait

__all__ = ["drawn"]

WIDTH, HEIGHT = 61, 15


def drawn(portrait: SlopePortrait, encoding: str | None = None) -> str:
    """Rows of characters: h from 0 to 1 to the right, the slope upwards, 0 as a line."""
    marks = "·●─" if _can_print("·●─", encoding or sys.stdout.encoding) else ".o-"
    low = min(0.0, float(portrait.slope.min()))
    high = max(0.25, float(portrait.slope.max()))
    grid = [[" "] * WIDTH for _ in range(HEIGHT)]

    def put(h: float, slope: float, mark: str) -> None:
        row = round((high - slope) / (high - low) * (HEIGHT - 1))
        grid[row][round(h * (WIDTH - 1))] = mark

    every = np.linspace(0, 1, WIDTH)
    for h in every:
        put(h, 0.0, marks[2])
    for h in every:
        put(h, h * (1 - h), marks[0])
    for h, slope in zip(portrait.h, portrait.slope, strict=True):
        put(float(h), float(slope), marks[1])
    return "\n".join("".join(row).rstrip() for row in grid)


def _can_print(text: str, encoding: str | None) -> bool:
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
