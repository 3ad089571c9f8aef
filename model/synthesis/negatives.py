"""Negatives to train the detector with: letters, scribbles, several digits, shapes, pictures.

Each is an image of 28x28, normalised as `to_mnist` does.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.preprocessing.normalize import to_mnist
from model.synthesis.strokes import draw_skeleton, draw_strokes
from model.synthesis.symbol_glyphs import SYMBOL_GLYPHS

__all__ = ["KINDS", "draw_negatives"]

Images = NDArray[np.uint8]
Floats = NDArray[np.float64]
Rng = np.random.Generator
Maker = Callable[[int, Rng], list[Floats]]  # makes n drawings: strokes through points (n, c, 2)

#: The kinds of negatives that `draw_negatives` draws, with their probabilities.
KINDS = {
    "letter or sign": 0.45,
    "scribble": 0.2,
    "several digits": 0.15,
    "filled shape": 0.08,
    "picture": 0.12,
}
INVENTED = 0.15  # share of the letters and signs that are random strokes
GROUP = 32  # scribbles drawn at a time, with the same numbers of strokes and points


def draw_negatives(count: int, digits: Images, rng: Rng) -> tuple[Images, NDArray[np.uint8]]:
    """Draw `count` images (count, 784), and give the index of each one's kind in KINDS (count,).

    `digits` (n, 784) are images of single digits, several of which are put side by side.
    """
    kinds = np.sort(rng.choice(len(KINDS), count, p=list(KINDS.values()))).astype(np.uint8)
    wanted = np.bincount(kinds, minlength=len(KINDS))
    invented = int(wanted[0] * INVENTED)
    images = [
        _signs(wanted[0] - invented, rng),
        _strokes(invented, (_random_strokes,), rng),
        _strokes(wanted[1], (_tangle, _random_walk, _zigzag, _spiral, _hatching), rng),
        _each(wanted[2], lambda: _several(digits, rng)),
        _each(wanted[3], lambda: _shape(rng)),
        _each(wanted[4], lambda: _picture(rng)),
    ]
    return np.concatenate(images), kinds


def _each(count: int, make: Callable[[], NDArray[Any]]) -> Images:
    """Make `count` images one by one, and normalise them to 28x28."""
    return np.array([to_mnist(make()).ravel() for _ in range(count)], np.uint8).reshape(-1, 784)


def _signs(count: int, rng: Rng) -> Images:
    """Draw letters and signs, each of them and each of its styles equally likely."""
    drawn = []
    chosen = np.bincount(rng.integers(0, len(SYMBOL_GLYPHS), count), minlength=len(SYMBOL_GLYPHS))
    for styles, wanted in zip(SYMBOL_GLYPHS.values(), chosen, strict=True):
        each = np.bincount(rng.integers(0, len(styles), wanted), minlength=len(styles))
        drawn += [draw_skeleton(style, n, rng) for style, n in zip(styles, each, strict=True)]
    return np.concatenate(drawn)


def _strokes(count: int, makers: Sequence[Maker], rng: Rng) -> Images:
    """Draw scribbles in groups, the maker of each group chosen at random."""
    images = np.empty((count, 784), np.uint8)
    for start in range(0, count, GROUP):
        n = min(GROUP, count - start)
        images[start : start + n] = draw_strokes(
            makers[int(rng.integers(len(makers)))](n, rng), rng
        )
    return images


def _tangle(n: int, rng: Rng) -> list[Floats]:
    """Strokes through 7 to 25 random points of the box."""
    return [rng.uniform(0, 100, (n, int(rng.integers(7, 26)), 2))]


def _random_walk(n: int, rng: Rng) -> list[Floats]:
    """Lines whose direction is a random walk."""
    turns = rng.normal(0, rng.uniform(0.4, 1.0), (n, int(rng.integers(12, 30))))
    heading = rng.uniform(0, 2 * np.pi, (n, 1)) + turns.cumsum(axis=1)
    return [np.stack([np.cos(heading), np.sin(heading)], axis=2).cumsum(axis=1) * 25]


def _zigzag(n: int, rng: Rng) -> list[Floats]:
    """Zigzags along a line, as in crossing something out."""
    corners = int(rng.integers(6, 16))
    along = np.linspace(0, 100, corners) + rng.normal(0, 4, (n, corners))
    across = 50 + rng.uniform(20, 60, (n, 1)) * (np.arange(corners) % 2 - 0.5)
    across = across + rng.normal(0, 6, (n, corners))
    return [_rotated(along, across, rng)]


def _spiral(n: int, rng: Rng) -> list[Floats]:
    """Spirals of two to five turns, inwards or along a line."""
    t = np.linspace(0, 1, 40)
    angle = 2 * np.pi * rng.uniform(2, 5, (n, 1)) * t + rng.uniform(0, 2 * np.pi, (n, 1))
    inwards = rng.random((n, 1)) < 0.6  # or along a line
    radius = 50 * (1 - np.where(inwards, rng.uniform(0.6, 0.95, (n, 1)), 0) * t)
    drift = np.where(inwards, 0, rng.uniform(60, 250, (n, 1))) * t
    return [_rotated(radius * np.cos(angle) + drift, radius * np.sin(angle), rng)]


def _hatching(n: int, rng: Rng) -> list[Floats]:
    """Parallel lines, in half of the cases crossed by others."""
    lines = []
    for _ in range(int(rng.integers(1, 3))):
        direction = rng.uniform(0, np.pi, n)
        for place in np.linspace(0, 100, int(rng.integers(3, 6))):
            ends = np.array([0.0, 100]) + rng.normal(0, 8, (n, 2))
            lines.append(_rotated(ends, place + rng.normal(0, 3, (n, 2)), rng, direction))
    return lines


def _random_strokes(n: int, rng: Rng) -> list[Floats]:
    """Three to six short strokes at random places, as signs of no alphabet."""
    strokes = []
    for _ in range(int(rng.integers(3, 7))):
        points = int(rng.integers(2, 5))
        steps = rng.normal(0, 35, (n, points, 2))
        strokes.append(np.clip(rng.uniform(0, 100, (n, 1, 2)) + steps.cumsum(axis=1), 0, 100))
    return strokes


def _rotated(x: Floats, y: Floats, rng: Rng, angle: Floats | None = None) -> Floats:
    """Points (n, c, 2) from x and y (n, c), each row rotated by an angle in radians."""
    angle = (rng.uniform(0, 2 * np.pi, len(x)) if angle is None else angle)[:, None]
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=2)


def _several(digits: Images, rng: Rng) -> NDArray[Any]:
    """Two or three digits side by side, apart or touching."""
    count = int(rng.choice((2, 2, 2, 3)))
    page = np.zeros((44, 28 + 34 * (count - 1)), np.uint8)
    left = 0
    for digit in digits[rng.integers(0, len(digits), count)]:
        image = digit.reshape(28, 28)
        columns = np.flatnonzero(image.any(axis=0))
        image = image[:, columns[0] : columns[-1] + 1]
        top = int(rng.integers(4, 13))
        place = page[top : top + 28, left : left + image.shape[1]]
        np.maximum(place, image[:, : place.shape[1]], out=place)
        left += image.shape[1] + int(rng.integers(-2, 9))
    return page


def _shape(rng: Rng) -> NDArray[Any]:
    """A filled ellipse, box or triangle, rotated at random, never so thin that it could be a 1."""
    y, x = np.mgrid[-1:1:60j, -1:1:60j]
    angle, wide, high = rng.uniform(0, np.pi), *rng.uniform(0.45, 0.95, 2)
    u = (x * np.cos(angle) - y * np.sin(angle)) / wide
    v = (x * np.sin(angle) + y * np.cos(angle)) / high
    sides = int(rng.integers(3, 8))
    round_ = np.hypot(u, v) * (1 + rng.uniform(0, 0.4) * np.cos(sides * np.arctan2(v, u)))
    shapes = (
        np.hypot(u, v) <= 1,
        np.maximum(abs(u), abs(v)) <= 0.7,
        (v <= 0.6) & (v >= abs(u) * 2 - 1),
        np.maximum(abs(x) / wide, abs(y) / high) <= 1,
        round_ <= 1,
    )
    return np.where(shapes[int(rng.integers(len(shapes)))], 255, 0)


def _picture(rng: Rng) -> NDArray[Any]:
    """Blobs or arcs, as the binarisation of a photograph of other things leaves them."""
    image = _arcs(rng) if rng.random() < 0.3 else _blobs(rng)
    rows, columns = rng.integers(SIDE // 2, SIDE + 1, 2)
    image = image[:rows, :columns]
    image = image - np.quantile(image, rng.uniform(0, 0.85))
    return np.asarray(np.clip(image / image.max(), 0, 1) ** rng.uniform(0.3, 1.5) * 255)


def _blobs(rng: Rng) -> Floats:
    """Smooth noise of all scales (SIDE, SIDE); in half of the cases only its contour lines."""
    image = np.zeros((SIDE, SIDE))
    for upsample in NOISE_SCALES:
        coarse = rng.standard_normal((upsample.shape[1], upsample.shape[1]))
        image += rng.uniform(0, 1) * upsample @ coarse @ upsample.T
    if rng.random() < 0.5:
        image = -abs(image - np.quantile(image, rng.uniform(0.2, 0.8)))
    return image


def _arcs(rng: Rng) -> Floats:
    """Arcs of two to four large rings (SIDE, SIDE), fading to one side."""
    y, x = np.mgrid[:SIDE, :SIDE]
    image = np.zeros((SIDE, SIDE))
    for _ in range(int(rng.integers(2, 5))):
        angle, radius = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 1.5) * SIDE
        down, right = y - rng.uniform(2, SIDE / 2 - 2), x - rng.uniform(2, SIDE / 2 - 2)
        distance = np.hypot(down - radius * np.sin(angle), right - radius * np.cos(angle)) - radius
        ramp = (rng.uniform(-1, 1) * down + rng.uniform(-1, 1) * right) / SIDE
        rim = np.clip(rng.uniform(1, 4) - abs(distance), 0, 1)
        image = np.maximum(image, rim * np.exp(2 * ramp))
    return image


def _upsampling(knots: int) -> Floats:
    """The matrix (SIDE, knots) that interpolates SIDE values from a few."""
    places = np.arange(SIDE)
    steps = np.eye(knots)[places * knots // SIDE]
    return (abs(places[:, None] - places) <= 2) @ steps / 5


SIDE = 40  # pixels of a picture before it is normalised to 28x28
NOISE_SCALES = [_upsampling(knots) for knots in (3, 5, 9, 20)]
