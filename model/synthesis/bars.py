"""Bare vertical strokes: a one as many people write it, and as print has it.

A one without flag or foot has so little that tells it from a letter or a line that the detector
needs to see many of them, thinner and thicker than pen strokes are (`model.confidence.detector`).
"""

import numpy as np
from numpy.typing import NDArray

from model.preprocessing.normalize import to_mnist

__all__ = ["draw_bars"]

Floats = NDArray[np.float64]
Rng = np.random.Generator

SIDE = 60  # grid points of a drawing: three per pixel of the 20 that a digit is high
HALF = 27.0  # grid points: of a stroke's length
WIDTHS = 1.0, 5.0  # pixels, thinnest and thickest
SLANT = 0.2, 0.4  # mean and standard deviation of the shear to the right, width per height
STEEPEST = 1.0  # of that shear: beyond it a stroke is rather a dash
BOWED, BOW = 0.4, 6.0  # share of the strokes that are bent, standard deviation in grid points
ROUGH = 0.6  # grid points: standard deviation of an edge's place from row to row
SERIFS = 0.35  # share of the strokes with a serif at the foot; of those at the top alike
SERIF = 0.08, 0.22  # half of a serif's length, in heights
POINTED = 0.4  # a stroke's width at one end, at least, as a share of that at the other


def draw_bars(count: int, rng: Rng) -> NDArray[np.uint8]:
    """Draw `count` bare strokes (count, 784), 1 to 5 pixels wide, with or without serifs."""
    return np.array([_bar(rng) for _ in range(count)], np.uint8).reshape(-1, 784)


def _bar(rng: Rng) -> NDArray[np.uint8]:
    """One stroke with round or straight ends and rough edges, which may taper and bow."""
    slant = float(np.clip(rng.normal(*SLANT), -STEEPEST, STEEPEST))
    width = rng.uniform(*WIDTHS) * SIDE / 20 / 2  # half of it, in grid points
    taper = rng.uniform(POINTED, 1) if rng.random() < 0.5 else 1.0
    bow = rng.normal(0, BOW if rng.random() < BOWED else 1.0)
    if rng.random() < 0.5:
        taper = 1 / taper
    along = np.clip(_Y / HALF, -1, 1)  # -1 at the top, 1 at the foot
    middle = -slant * _Y + bow * (1 - along**2) + rng.normal(0, ROUGH, (SIDE, 1))
    half = width * np.where(along < 0, 1 + (taper - 1) * -along, 1) / max(1.0, taper)
    across = abs(_X - middle) / np.hypot(1, slant)
    ends = HALF - width * (1 - np.sqrt(np.clip(1 - (across / width) ** 2, 0, 1)))
    ink = (across <= half) & (abs(_Y) <= (ends if rng.random() < 0.6 else HALF))
    thin = min(width, rng.uniform(*WIDTHS) * SIDE / 40)
    for top in (False, True):
        if rng.random() < SERIFS:
            ink |= _serif(top, thin, slant, rng)
    return to_mnist(np.where(ink, 255, 0)).ravel()


def _serif(top: bool, width: float, slant: float, rng: Rng) -> NDArray[np.bool_]:
    """A short level line at the foot, or at the top to the left; `width` is half of its height."""
    y = -HALF + width if top else HALF - width
    left, right = rng.uniform(*SERIF, 2) * 2 * HALF
    x = _X + slant * y
    return np.asarray((abs(_Y - y) <= width) & (x >= -left) & (x <= (0 if top else right)))


_Y, _X = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
