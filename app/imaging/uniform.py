"""Drawings on a uniform background, told and inverted in NumPy alone: what most clients send."""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

__all__ = ["plain_drawing"]

Grey = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

# The background has one value in this share of a 28x28 image's border (which some of MNIST's digits
# touch) and in all of other borders, and in this share of all pixels.
UNIFORM_BORDER, UNIFORM_AREA = 0.85, 0.25
SIDE_COVERED = 0.6  # share of its bounding box's side that the side of a frame or panel covers
SAMPLED = 25  # rows that are looked at, of those of the bounding box
NARROW = 0.4  # width per height, or height per width, of strokes that may fill their box
ALONG = (
    0.2,
    0.35,
    0.5,
    0.65,
    0.8,
)  # of the bounding box's side: where the lines of a frame are ink


def plain_drawing(grey: Grey) -> Grey | None:
    """White ink on black, exactly as drawn, if `grey` (h, w) is a drawing on a uniform background.

    It is cut to its bounding box, but for 28x28 pixels. None for anything else: ink at the border,
    parts that lie apart, what may be a frame or a panel.
    """
    level = _border_level(grey)
    if level is None:
        return None
    mask = grey != level
    if grey.shape != (28, 28):
        return _one_drawing(grey, mask, level)
    return _subtract(grey, level) if _is_sparse(mask, mask.size) else None


def _border_level(grey: Grey) -> int | None:
    """The value of a uniform border, or None."""
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


def _one_drawing(grey: Grey, mask: Mask, level: int) -> Grey | None:
    """The ink cut to its bounding box; None if a free row or column parts it, or for a frame."""
    pixels = mask.tobytes()  # the search for a byte runs at the speed of memory
    first, width = pixels.find(1), mask.shape[1]
    if first < 0:
        return np.zeros_like(grey)  # blank: the normalisation says so
    top, bottom = first // width, pixels.rfind(1) // width + 1
    columns = np.logical_or.reduce(mask[top:bottom], axis=0).tobytes()
    left, right = columns.find(1), columns.rfind(1) + 1
    if columns.find(0, left, right) >= 0:
        return None
    drawn = mask[top:bottom, left:right]
    some = drawn[:: max(1, len(drawn) // SAMPLED)]  # a narrow gap moves the box but little
    if not np.logical_or.reduce(some, axis=1).all():
        return None
    if not _is_sparse(drawn, mask.size) or _is_nested(drawn) or _is_framed(drawn) or _is_box(drawn):
        return None
    return _subtract(grey[top:bottom, left:right], level)


def _is_sparse(mask: Mask, size: int) -> bool:
    """Whether enough of a picture of so many pixels is background; the mask holds all ink."""
    most = (1 - UNIFORM_AREA) * size
    return bool(mask.size <= most or np.count_nonzero(mask) <= most)


def _is_nested(mask: Mask) -> bool:
    """Whether the middle row and the middle column cross three strokes each, as in a ring."""
    lines = mask[len(mask) // 2], mask[:, mask.shape[1] // 2]
    return all(np.count_nonzero(line[1:] != line[:-1]) >= 4 for line in lines)


def _is_framed(mask: Mask) -> bool:
    """Whether two level lines and two upright ones cross the middle, as those of a frame do."""
    return _are_two_lines(mask) and _are_two_lines(mask.T)


def _are_two_lines(mask: Mask) -> bool:
    """Whether background parts rows that are ink all ALONG."""
    columns = (mask[:, int(share * (mask.shape[1] - 1))] for share in ALONG)
    return 0 in reduce(np.logical_and, columns).tobytes().strip(b"\0")


def _is_box(mask: Mask) -> bool:
    """Whether all four sides of the bounding box are lines, as those of a frame or a panel are."""
    if min(mask.shape) < NARROW * max(mask.shape):
        return False
    # The outermost line may be soft, or the only one.
    level = (mask[0], mask[1]), (mask[-1], mask[-2])
    upright = (mask[:, 0], mask[:, 1]), (mask[:, -1], mask[:, -2])
    sides = (outer | inner for outer, inner in level + upright)
    return all(np.count_nonzero(side) > SIDE_COVERED * len(side) for side in sides)
