"""Remove the ruled lines of lined or squared paper from found ink."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["remove_ruled_lines"]

Array = npt.NDArray[np.float32]

INKED = 0.08  # of full ink: lines are fainter than pen strokes
SLOPES = np.linspace(-0.12, 0.12, 25)  # rows per column: tilted or seen in perspective
CROSSED = 0.55  # share of the picture's width that a line covers
AT_EDGE = 0.5  # share that it covers of the outermost eighths: a digit's stroke ends before
THICKEST = 0.04  # of the longer side


def remove_ruled_lines(found: Array) -> Array:
    """Take away lines from edge to edge, along rows and along columns; strokes across them stay."""
    if min(found.shape) < 40:
        return found
    return _remove_level(_remove_level(found).T).T


def _remove_level(found: Array) -> Array:
    """Take away lines that run from left to right, each within SLOPES of level."""
    height, width = found.shape
    mask = found > INKED
    eighth = max(width // 8, 1)
    if not (mask[:, :eighth].any() and mask[:, -eighth:].any()):
        return found
    rows, columns = np.nonzero(mask)
    zones = np.where(columns < eighth, 0, np.where(columns >= width - eighth, 2, 1))
    line = np.zeros_like(mask)
    for slope in SLOPES:
        # Ink is counted along each sloping row, which starts at `first` in the middle column.
        drop = np.round(slope * (np.arange(width) - width / 2)).astype(np.intp)
        first = np.clip(rows - drop[columns], 0, height - 1)
        count = np.bincount(first * 3 + zones, minlength=height * 3).reshape(height, 3)
        crossing = (
            (count.sum(axis=1) > CROSSED * width)
            & (count[:, 0] > AT_EDGE * eighth)
            & (count[:, 2] > AT_EDGE * eighth)
        )
        along = np.flatnonzero(crossing)[:, None] + drop
        line[np.clip(along, 0, height - 1), np.arange(width)] = True
    if not line.any():
        return found
    return np.where(_without_strokes(line, mask), np.float32(0), found)


def _without_strokes(
    line: npt.NDArray[np.bool_], mask: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """The line with its soft edge, but not where ink goes on both above and below it."""
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
