"""Removal of the ruled lines of lined or squared paper from the foreground."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["remove_ruled_lines"]

Array = npt.NDArray[np.float32]

FOREGROUND = 0.08  # value, 0..1, above which a pixel counts; lines are fainter than strokes
SLOPES = np.linspace(-0.12, 0.12, 25)  # rows per column, for tilt and perspective
COVERED = 0.55  # share of the picture's width that a line covers at least
AT_EDGE = 0.5  # share that it covers of the outermost eighths; a digit's strokes end before them
THICKEST = 0.04  # thickness as a share of the longer side


def remove_ruled_lines(foreground: Array) -> Array:
    """Set lines from border to border, near the horizontal or the vertical, to 0; keep strokes.

    `foreground` (h, w) is 0..1; a picture with a side below 40 pixels is returned as it is.
    """
    if min(foreground.shape) < 40:
        return foreground
    return _remove_horizontal(_remove_horizontal(foreground).T).T


def _remove_horizontal(foreground: Array) -> Array:
    """Set lines from the left to the right border, with slopes within SLOPES, to 0."""
    height, width = foreground.shape
    mask = foreground > FOREGROUND
    eighth = max(width // 8, 1)
    if not (mask[:, :eighth].any() and mask[:, -eighth:].any()):
        return foreground
    rows, columns = np.nonzero(mask)
    zones = np.where(columns < eighth, 0, np.where(columns >= width - eighth, 2, 1))
    line = np.zeros_like(mask)
    for slope in SLOPES:
        # Count pixels along lines of this slope, named by their row in the middle column.
        drop = np.round(slope * (np.arange(width) - width / 2)).astype(np.intp)
        first = np.clip(rows - drop[columns], 0, height - 1)
        count = np.bincount(first * 3 + zones, minlength=height * 3).reshape(height, 3)
        crossing = (
            (count.sum(axis=1) > COVERED * width)
            & (count[:, 0] > AT_EDGE * eighth)
            & (count[:, 2] > AT_EDGE * eighth)
        )
        along = np.flatnonzero(crossing)[:, None] + drop
        line[np.clip(along, 0, height - 1), np.arange(width)] = True
    if not line.any():
        return foreground
    return np.where(_without_strokes(line, mask), np.float32(0), foreground)


def _without_strokes(
    line: npt.NDArray[np.bool_], mask: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """The line's pixels and its soft edges, except where a stroke goes on above and below."""
    height = len(line)
    thick = max(2, round(THICKEST * max(line.shape) / 2))
    wide = line.copy()
    for step in (1, 2):
        wide[step:] |= line[:-step]
        wide[:-step] |= line[step:]
    above, below = np.zeros_like(mask), np.zeros_like(mask)
    beyond = mask & ~wide
    for step in range(1, thick + 3):
        above[step:] |= beyond[:-step]
        below[: height - step] |= beyond[step:]
    return wide & ~(above & below)
