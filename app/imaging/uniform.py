"""Drawings on a uniform background, told and inverted in NumPy alone: what most clients send."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["plain_drawing"]

Grey = npt.NDArray[np.uint8]

# The background has one value in this share of a 28x28 image's border (which some of MNIST's digits
# touch) and in all of other borders, and in this share of all pixels.
UNIFORM_BORDER, UNIFORM_AREA = 0.85, 0.25
SIDE_COVERED = 0.6  # share of the bounding box's side that each side of a frame or panel covers
NARROW = 0.4  # width per height, or height per width, of strokes that may fill their box


def plain_drawing(grey: Grey) -> Grey | None:
    """White ink on black, exactly as drawn, if `grey` (h, w) is a drawing on a uniform background.

    None for anything else: ink at the border, parts that lie apart, what may be a frame or a panel.
    """
    level = _background_level(grey)
    if level is None:
        return None
    ink = _subtract(grey, level)
    return ink if grey.shape == (28, 28) or _is_one_drawing(ink) else None


def _background_level(grey: Grey) -> int | None:
    """The value of a uniform background, or None."""
    border = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    small = grey.shape == (28, 28)
    level = int(np.bincount(border).argmax() if small else border[0])
    enough = len(border) * (UNIFORM_BORDER if small else 1)
    if np.count_nonzero(border == level) < enough:
        return None
    if np.count_nonzero(grey == level) < UNIFORM_AREA * grey.size:
        return None
    return level


def _subtract(grey: Grey, level: int) -> Grey:
    """The difference to the background's value, of the sign that most of the foreground has."""
    if level == 0:
        return grey
    if level == 255:
        return 255 - grey
    difference = grey.astype(np.int16) - level
    if difference.sum() < 0:
        difference = -difference
    return np.maximum(difference, 0).astype(np.uint8)


def _is_one_drawing(ink: Grey) -> bool:
    """Whether the ink leaves no row or column free between its parts, and is no frame or panel.

    Both are told from the number of its pixels in each row and each column.
    """
    mask = (ink > 0).astype(np.float32)
    rows = mask @ np.ones(mask.shape[1], np.float32)
    columns = np.ones(mask.shape[0], np.float32) @ mask
    used_rows, used_columns = np.flatnonzero(rows), np.flatnonzero(columns)
    if not used_rows.size:
        return True  # blank: the normalisation says so
    height, width = (int(used[-1] - used[0]) + 1 for used in (used_rows, used_columns))
    if height > used_rows.size or width > used_columns.size:
        return False
    if min(height, width) < NARROW * max(height, width):
        return True
    return not (_two_sides(rows, width) and _two_sides(columns, height))


def _two_sides(counts: npt.NDArray[np.float32], length: int) -> bool:
    """Whether lines of about this length lie far apart, as two opposite sides of a frame do."""
    long = np.flatnonzero(counts > SIDE_COVERED * length)
    return bool(long.size and long[-1] - long[0] > SIDE_COVERED * np.count_nonzero(counts))
