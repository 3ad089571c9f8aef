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

    It is cut to its bounding box, but for 28x28 pixels. None for anything else: ink at the border,
    parts that lie apart, what may be a frame or a panel.
    """
    level = _background_level(grey)
    if level is None:
        return None
    ink = _subtract(grey, level)
    return ink if grey.shape == (28, 28) else _one_drawing(ink)


def _background_level(grey: Grey) -> int | None:
    """The value of a uniform background, or None."""
    if grey.shape == (28, 28):
        border = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
        level = int(np.bincount(border).argmax())
        if np.count_nonzero(border == level) < UNIFORM_BORDER * len(border):
            return None
    else:
        level = int(grey[0, 0])
        sides = (grey[0], grey[-1], grey[:, 0], grey[:, -1])
        if any(side.tobytes().strip(bytes([level])) for side in sides):
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


def _one_drawing(ink: Grey) -> Grey | None:
    """The ink cut to its bounding box; None if a free row or column parts it, or for a frame."""
    mask = ink > 0
    rows = np.logical_or.reduce(mask, axis=1).tobytes()  # searched at the speed of memory
    top, bottom = rows.find(1), rows.rfind(1) + 1
    if top < 0:
        return ink  # blank: the normalisation says so
    columns = np.logical_or.reduce(mask[top:bottom], axis=0).tobytes()
    left, right = columns.find(1), columns.rfind(1) + 1
    if rows.find(0, top, bottom) >= 0 or columns.find(0, left, right) >= 0:
        return None
    return None if _is_box(mask[top:bottom, left:right]) else ink[top:bottom, left:right]


def _is_box(mask: npt.NDArray[np.bool_]) -> bool:
    """Whether all four sides of the bounding box are lines, as those of a frame or a panel are."""
    if min(mask.shape) < NARROW * max(mask.shape):
        return False
    sides = (mask[1], mask[-2], mask[:, 1], mask[:, -2])  # the outermost may be soft
    return all(np.count_nonzero(side) > SIDE_COVERED * len(side) for side in sides)
