"""Drawings on a uniform background, told and inverted in NumPy alone: what most clients send."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["plain_drawing"]

Grey = npt.NDArray[np.uint8]

# The background has one value in this share of a 28x28 image's border (which some of MNIST's digits
# touch) and in all of other borders, and in this share of all pixels.
UNIFORM_BORDER, UNIFORM_AREA = 0.85, 0.25
SIDE_COVERED = 0.6  # share of its bounding box's side that the side of a frame or panel covers
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
    """Whether no free row or column lies between parts of the ink, and it is no frame or panel."""
    mask = ink > 0
    rows = np.logical_or.reduce(mask, axis=1).tobytes()  # searched at the speed of memory
    top, bottom = rows.find(1), rows.rfind(1) + 1
    if top < 0:
        return True  # blank: the normalisation says so
    mask = mask[top:bottom]
    columns = np.logical_or.reduce(mask, axis=0).tobytes()
    left, right = columns.find(1), columns.rfind(1) + 1
    if rows.find(0, top, bottom) >= 0 or columns.find(0, left, right) >= 0:
        return False
    return not _is_box(mask[:, left:right])


def _is_box(mask: npt.NDArray[np.bool_]) -> bool:
    """Whether all four sides of the bounding box are lines, as those of a frame or a panel are."""
    if min(mask.shape) < NARROW * max(mask.shape):
        return False
    sides = (mask[1], mask[-2], mask[:, 1], mask[:, -2])  # the outermost may be soft
    return all(np.count_nonzero(side) > SIDE_COVERED * len(side) for side in sides)
