"""Ways of writing digits that MNIST hardly holds, drawn onto its images or in their place.

Ones get a flag and a foot, sevens a bar, zeros a slash; some fours become one zigzag, some nines
an open hook. Strokes are round-ended segments (x0, y0, x1, y1) in pixel indices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["restyle"]

Array = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]
Rng = np.random.Generator
SIDE = 28


def restyle(images: Array, labels: npt.NDArray[Any], rng: Rng) -> Array:
    """Redraw some of the images (n, 784) in another style of the same digit, each peak kept."""
    out = images.copy()
    for label, share, strokes, anew in STYLES:
        chosen = np.flatnonzero((labels == label) & (rng.random(len(labels)) < share))
        if chosen.size:
            digits = out[chosen]
            radius = stroke_width(digits) / 2
            segments = strokes(digits.reshape(-1, SIDE, SIDE), rng)
            if anew:
                digits[:] = 0
            peak = images[chosen].max(axis=1, keepdims=True)
            draw(digits, segments, radius, peak)
            out[chosen] = digits
    return out


def stroke_width(images: Array) -> Array:
    """Estimate the pen's width (n,) in pixels: erosion leaves (w - 2)/w of a stroke of width w."""
    pixels = images.reshape(-1, SIDE, SIDE)
    core = erode(pixels)
    left = core.sum(axis=(1, 2)) / np.maximum(pixels.sum(axis=(1, 2)), 1e-6)
    width: Array = np.clip(2 / (1 - np.minimum(left, 0.5)) - 0.4, 1.4, 3.6).astype(np.float32)
    return width


def erode(pixels: Array) -> Array:
    """The least of each pixel and its four neighbours."""
    out = pixels.copy()
    for axis in (1, 2):
        a, b = np.swapaxes(out, 1, axis), np.swapaxes(pixels, 1, axis)
        np.minimum(a[:, 1:], b[:, :-1], out=a[:, 1:])
        np.minimum(a[:, :-1], b[:, 1:], out=a[:, :-1])
    return out


def dilate(pixels: Array, weight: Array | float = 1.0) -> Array:
    """The greatest of each pixel and its four neighbours, these weighted."""
    out = pixels.copy()
    weighted = pixels * weight
    for axis in (1, 2):
        a, b = np.swapaxes(out, 1, axis), np.swapaxes(weighted, 1, axis)
        np.maximum(a[:, 1:], b[:, :-1], out=a[:, 1:])
        np.maximum(a[:, :-1], b[:, 1:], out=a[:, :-1])
    return out


_Y, _X = (axis.ravel().astype(np.float32) for axis in np.mgrid[:SIDE, :SIDE])


def draw(images: Array, segments: Points, radius: npt.NDArray[Any], peak: npt.NDArray[Any]) -> None:
    """Draw segments (n, s, 4) onto images (n, 784) with a round pen of `radius` (n,) pixels."""
    reach = radius[:, None] + np.float32(0.5)
    for x0, y0, x1, y1 in segments.astype(np.float32).transpose(1, 2, 0)[..., None]:
        dx, dy = x1 - x0, y1 - y0
        px, py = _X - x0, _Y - y0
        along = (px * dx + py * dy) / np.maximum(dx * dx + dy * dy, np.float32(1e-6))
        np.clip(along, 0, 1, out=along)
        px -= along * dx
        py -= along * dy
        coverage = np.clip(reach - np.sqrt(px * px + py * py), 0, 1)
        np.maximum(images, coverage * peak, out=images)


def _polyline(points: Points) -> Points:
    """The segments (n, p - 1, 4) between points (n, p, 2)."""
    return np.concatenate([points[:, :-1], points[:, 1:]], axis=2)


def _ends(pixels: Array) -> tuple[Points, Points]:
    """Where the ink begins at the top and ends at the bottom: two (n, 2) of x, y."""
    inked = pixels.max(axis=2) > pixels.max(axis=(1, 2))[:, None] * 0.4
    top, bottom = inked.argmax(axis=1), SIDE - 1 - inked[:, ::-1].argmax(axis=1)
    return _at_row(pixels, top), _at_row(pixels, bottom)


def _at_row(pixels: Array, rows: npt.NDArray[Any]) -> Points:
    """The middle of the ink in one row of each image: (n, 2) of x, y."""
    ink = pixels[np.arange(len(pixels)), rows].astype(np.float64) + 1e-9
    return np.stack([(ink @ np.arange(SIDE)) / ink.sum(axis=1), rows], axis=1)


def _flag(pixels: Array, rng: Rng) -> Points:
    """A one's flag, down to the left from its top."""
    top, bottom = _ends(pixels)
    n = len(pixels)
    angle = rng.uniform(0.3, 1.25, n)
    length = rng.uniform(0.2, 0.5, n) * np.maximum(bottom[:, 1] - top[:, 1], 8)
    tip = top + np.stack([-np.cos(angle), np.sin(angle)], axis=1) * length[:, None]
    return _polyline(np.stack([top, tip], axis=1))


def _foot(pixels: Array, rng: Rng) -> Points:
    """A one's foot, level under its end."""
    _, bottom = _ends(pixels)
    reach = rng.uniform(2.5, 6.5, (len(pixels), 2)) * [-1, 1]
    tilt = rng.uniform(-0.12, 0.12, (len(pixels), 1))
    points = bottom[:, None] + np.stack([reach, reach * tilt], axis=2)
    return _polyline(points)


def _bar(pixels: Array, rng: Rng) -> Points:
    """A seven's bar, across the middle of its stem."""
    top, bottom = _ends(pixels)
    n = len(pixels)
    rows = top[:, 1] + rng.uniform(0.38, 0.62, n) * (bottom[:, 1] - top[:, 1])
    middle = _at_row(pixels, rows.round().astype(int))
    reach = rng.uniform(2.5, 6, (n, 2)) * [-1, 1]
    tilt = rng.uniform(-0.45, 0.2, (n, 1))
    return _polyline(middle[:, None] + np.stack([reach, reach * tilt], axis=2))


def _slash(pixels: Array, rng: Rng) -> Points:
    """A zero's slash, from below on the left to above on the right, within it or beyond."""
    n = len(pixels)
    columns = pixels.max(axis=1) > pixels.max(axis=(1, 2))[:, None] * 0.4
    left = columns.argmax(axis=1)
    right = SIDE - 1 - columns[:, ::-1].argmax(axis=1)
    top, bottom = _ends(pixels)
    inset = rng.uniform(-0.1, 0.3, (n, 4))
    width, height = right - left, bottom[:, 1] - top[:, 1]
    start = np.stack([left + inset[:, 0] * width, bottom[:, 1] - inset[:, 1] * height], axis=1)
    end = np.stack([right - inset[:, 2] * width, top[:, 1] + inset[:, 3] * height], axis=1)
    return _polyline(np.stack([start, end], axis=1))


Corners = list[tuple[float, float]]

# Corners x, y in a box of 1 x 1, and how far a corner strays.
_ZIGZAG: Corners = [(0.35, 0), (0.08, 0.55), (0.85, 0.5), (0.75, 0.3), (0.62, 1)]
_LIGHTNING: Corners = [(0.6, 0), (0.1, 0.55), (0.75, 0.5), (0.6, 1)]
_HOOK: Corners = [(0.85, 0.14), (0.6, 0), (0.25, 0.1), (0.18, 0.32), (0.42, 0.47), (0.72, 0.36)]
_HOOKED_NINE: Corners = [*_HOOK, (0.8, 0.2), (0.76, 0.6), (0.66, 1)]
_CURLED_NINE: Corners = [*_HOOK, (0.82, 0.2), (0.8, 0.75), (0.55, 1), (0.15, 0.88)]
STRAY = 0.06


def _drawn(corners: Corners, curved: bool) -> Callable[[Array, Rng], Points]:
    """Draws the corners, each astray, as straight lines or as a smooth curve through them."""

    def strokes(pixels: Array, rng: Rng) -> Points:
        n = len(pixels)
        points = np.array(corners) + rng.normal(0, STRAY, (n, len(corners), 2))
        size = np.stack([rng.uniform(10, 19, n), np.full(n, 19.0)], axis=1)
        points = (points - 0.5) * size[:, None] + 14
        return _polyline(_smooth(points) if curved else points)

    return strokes


def _smooth(points: Points, steps: int = 3) -> Points:
    """A Catmull-Rom spline through points (n, p, 2): (n, (p - 1) steps + 1, 2)."""
    padded = np.concatenate([points[:, :1], points, points[:, -1:]], axis=1)
    a, b, c, d = (padded[:, i : i + points.shape[1] - 1, None] for i in range(4))
    t = (np.arange(steps) / steps)[:, None]
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return np.concatenate([curve.reshape(len(points), -1, 2), points[:, -1:]], axis=1)


# Digit, share of its images, how its strokes are made, whether they replace the image.
STYLES: list[tuple[int, float, Callable[[Array, Rng], Points], bool]] = [
    (1, 0.4, _flag, False),
    (1, 0.3, _foot, False),
    (7, 0.3, _bar, False),
    (0, 0.1, _slash, False),
    (4, 0.04, _drawn(_ZIGZAG, curved=False), True),
    (4, 0.04, _drawn(_LIGHTNING, curved=False), True),
    (9, 0.05, _drawn(_HOOKED_NINE, curved=True), True),
    (9, 0.05, _drawn(_CURLED_NINE, curved=True), True),
]
