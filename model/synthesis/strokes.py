"""Synthetic handwriting: images of digits and other signs, drawn from skeletons.

A skeleton is varied at random as handwriting varies: its points are jittered, its strokes shifted
and trimmed, the whole is bent, sheared, rotated and stretched. Then it is drawn with a round pen of
random width and normalised to 28x28 as `to_mnist` does.
"""

from collections.abc import Iterable
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.preprocessing.normalize import centre
from model.synthesis.digit_glyphs import DIGIT_GLYPHS

__all__ = ["draw_digits", "draw_skeleton", "draw_strokes"]

Floats = NDArray[np.float64]
Rng = np.random.Generator

BOX = 20  # pixels of a digit's longer side
FINE = 3  # grid points per pixel, along each side
GRID = BOX * FINE
PEN = 2.0, 0.35  # median of the stroke width in pixels, standard deviation of its logarithm
THINNEST, THICKEST = 0.8, 4.0  # pixels of stroke width
POINTS = 280  # samples along a stroke, dense enough to leave no gap on the grid
CHUNK = 256  # digits drawn at a time

# Of the ten digits: halfway from equal shares to as many as each has styles. The ones of a dozen
# schools take more examples to learn than zeros do.
STYLES = np.array([len(styles) for styles in DIGIT_GLYPHS.values()])
SHARES = 0.5 / len(STYLES) + 0.5 * STYLES / STYLES.sum()

# Standard deviations, of lengths in hundredths of the box.
JITTER = 4.0  # of each point
SHIFT = 2.5  # of each stroke
BEND = 3.0  # of the amplitude of a sine wave along each axis
TRIM = 0.05  # share of a stroke's length, at either end
ASPECT = -0.25, 0.28  # mean and standard deviation of log(width/height)
SLANT = 0.1, 0.25  # mean and standard deviation of the shear to the right, width per height
ROTATION = 0.1  # radians


def draw_digits(count: int, rng: Rng) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw `count` digits, each of the ten as likely as SHARES says, its styles equally.

    Gives images (count, 784), white on black as MNIST's, and labels (count,), sorted by digit.
    """
    labels = np.sort(rng.choice(10, count, p=SHARES)).astype(np.uint8)
    images = np.empty((count, 784), np.uint8)
    first = 0
    for digit, styles in DIGIT_GLYPHS.items():
        chosen = np.bincount(rng.integers(0, len(styles), (labels == digit).sum()))
        for style, wanted in zip(styles, chosen, strict=False):
            images[first : first + wanted] = draw_skeleton(style, wanted, rng)
            first += wanted
    return images, labels


def draw_skeleton(style: str, count: int, rng: Rng) -> NDArray[np.uint8]:
    """Draw one style, in the notation of `digit_glyphs`, `count` times: images (count, 784)."""
    images = np.empty((count, 784), np.uint8)
    for start in range(0, count, CHUNK):
        n = min(CHUNK, count - start)
        strokes = (
            (corners + rng.normal(0, JITTER, (n, *corners.shape)), basis)
            for corners, basis in _splines(style)
        )
        images[start : start + n] = _rasterise(_deform(n, strokes, rng), _pen_radii(n, rng))
    return images


def draw_strokes(strokes: Iterable[Floats], rng: Rng) -> NDArray[np.uint8]:
    """Draw smooth strokes, each through points (n, c, 2) in a box of 100: images (n, 784)."""
    curves = [(points, _catmull_rom((False,) * points.shape[1])) for points in strokes]
    n = len(curves[0][0])
    return _rasterise(_deform(n, curves, rng), _pen_radii(n, rng))


def _pen_radii(n: int, rng: Rng) -> Floats:
    """Random pen radii (n,) in grid points, rounded to halves so that few discs are needed."""
    median, deviation = PEN
    width = np.clip(median * np.exp(rng.normal(0, deviation, n)), THINNEST, THICKEST)
    return np.round(width * FINE) / 2


def _deform(n: int, strokes: Iterable[tuple[Floats, Floats]], rng: Rng) -> Floats:
    """Vary strokes at random, each given as points (n, c, 2) and the matrix (p, c) of its curve.

    Returns the curves' points (n, p, 2) relative to the box's centre.
    """
    curves = [
        _trim(basis @ (points + rng.normal(0, SHIFT, (n, 1, 2))), rng) for points, basis in strokes
    ]
    joined = np.concatenate(curves, axis=1) - 50
    phase, length = rng.uniform(0, 2 * np.pi, (n, 1, 2)), rng.uniform(70, 200, (n, 1, 2))
    wave = np.sin(2 * np.pi * joined[..., ::-1] / length + phase)
    joined += rng.normal(0, BEND, (n, 1, 2)) * wave
    return np.asarray(joined @ _linear_maps(n, rng))


def _linear_maps(n: int, rng: Rng) -> Floats:
    """Stretch, shear and rotation, as matrices (n, 2, 2) to multiply rows (x, y) by."""
    stretch, slant = np.exp(rng.normal(*ASPECT, n)), rng.normal(*SLANT, n)
    angle = rng.normal(0, ROTATION, n)
    cos, sin, zero, one = np.cos(angle), np.sin(angle), np.zeros(n), np.ones(n)
    upright = np.array([[stretch, zero], [-slant, one]]).transpose(2, 0, 1)
    return np.asarray(upright @ np.array([[cos, sin], [-sin, cos]]).transpose(2, 0, 1))


def _trim(stroke: Floats, rng: Rng) -> Floats:
    """Cut the beginning and the end off strokes (n, p, 2), each in half of the cases."""
    n, points, _ = stroke.shape
    cut = (np.maximum(rng.normal(0, TRIM, (2, n, 1)), 0) * points).astype(np.intp)
    kept = np.clip(np.arange(points), cut[0], points - 1 - cut[1])  # (n, p)
    return np.take_along_axis(stroke, kept[..., None], axis=1)


@cache
def _splines(style: str) -> list[tuple[Floats, Floats]]:
    """The points (c, 2) of each stroke, and the matrix (p, c) that turns them into a curve."""
    splines = []
    for stroke in style.split("/"):
        numbers = stroke.split()
        corner = tuple(y.endswith("!") for y in numbers[1::2])
        flat = [float(number.rstrip("!")) for number in numbers]
        splines.append((np.array(flat).reshape(-1, 2), _catmull_rom(corner)))
    return splines


@cache
def _catmull_rom(corner: tuple[bool, ...]) -> Floats:
    """The matrix (p, c) of a Catmull-Rom spline through c points, interrupted at corners."""
    last = len(corner) - 1
    ends = [0, *(i for i in range(1, last) if corner[i]), last]
    t = np.linspace(0, 1, POINTS // last, endpoint=False)
    weights = np.stack(  # of the four control points
        [
            -t / 2 + t**2 - t**3 / 2,
            1 - 2.5 * t**2 + 1.5 * t**3,
            t / 2 + 2 * t**2 - 1.5 * t**3,
            (t**3 - t**2) / 2,
        ],
        axis=1,
    )
    rows = []
    for start, end in pairwise(ends):
        for i in range(start, end):
            segment = np.zeros((len(t), last + 3))  # with a virtual point before and after
            segment[:, i : i + 4] = weights
            # Virtual points continue the curve straight: p[-1] = 2 p[0] − p[1].
            for beyond, first, second in ((start, start + 1, start + 2), (end + 2, end + 1, end)):
                segment[:, first] += 2 * segment[:, beyond]
                segment[:, second] -= segment[:, beyond]
                segment[:, beyond] = 0
            rows.append(segment[:, 1:-1])
    return np.concatenate([*rows, np.eye(last + 1)[last:]])


def _rasterise(skeletons: Floats, radii: Floats) -> NDArray[np.uint8]:
    """Draw skeletons (n, p, 2) with pens of these radii, and normalise them to images (n, 784)."""
    low, high = skeletons.min(axis=1, keepdims=True), skeletons.max(axis=1, keepdims=True)
    scale = (GRID - 1 - 2 * np.floor(radii)) / (high - low).max(axis=(1, 2))  # (n,)
    points = (skeletons - (low + high) / 2) * scale[:, None, None] + (GRID - 1) / 2
    x, y = np.rint(points).astype(np.intp).transpose(2, 0, 1)
    path = np.zeros((len(skeletons), GRID, 64), bool)
    path[np.arange(len(skeletons))[:, None], y, x] = True
    for radius in np.unique(radii):
        path[radii == radius] = _dilate(path[radii == radius], radius)
    fine = path[:, :, :GRID].reshape(-1, BOX, FINE, BOX, FINE)
    covered = sum(fine[:, :, i, :, j].view(np.uint8) for i in range(FINE) for j in range(FINE))
    small = np.asarray(covered, np.float64)
    small = np.floor(small * (255 / small.max(axis=(1, 2), keepdims=True)) + 0.5)
    return np.stack([centre(image).ravel() for image in small.astype(np.uint8)])


def _dilate(path: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """Dilate the paths (n, g, 64) by a disc of `radius` grid points.

    The 64 points of a row are the bits of one integer, so that one shift moves all of them.
    """
    rows = np.packbits(path, axis=2, bitorder="little").view("<u8")[:, :, 0]  # (n, g)
    out, reach, wide, done = np.zeros_like(rows), int(radius), rows.copy(), 0
    for dy in range(reach, -1, -1):  # a disc's rows get wider towards its middle
        for dx in range(done + 1, int(np.sqrt(radius * radius - dy * dy)) + 1):
            wide |= rows << np.uint64(dx) | rows >> np.uint64(dx)
            done = dx
        out[:, dy:] |= wide[:, : len(wide[0]) - dy]
        out[:, : len(wide[0]) - dy] |= wide[:, dy:]
    bits = np.unpackbits(out[:, :, None].view(np.uint8), axis=2, bitorder="little")
    return bits.astype(bool)
