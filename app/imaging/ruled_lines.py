"""Removal of ruled and printed lines from the foreground: those of lined paper and of forms.

A line runs from border to border; it is thin all along, or fainter than the ink, or one of many. A
digit's own bar in a picture that is cropped to the digit is none of these.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["THICKEST", "remove_ruled_lines", "without_strokes"]

Array = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

FOREGROUND = 0.08  # value, 0..1, above which a pixel counts; lines are fainter than strokes
SLOPES = np.linspace(-0.12, 0.12, 25)  # rows per column, for tilt and perspective
COVERED = 0.55  # share of the picture's width that a line covers at least
AT_EDGE = 0.5  # share that it covers of the outermost eighths; a digit's strokes end before them
SOFT = 2  # pixels above and below a line that its soft edges take
CROSSED = 1.5  # thicknesses of a line, from which on what lies across it is a stroke's
THICKEST = 0.04  # thickness of a line as a share of the longer side
THIN = 0.75  # thickness per stroke width of the other ink, below which a line is thin
FAINT = 0.8  # darkness per darkness of the other ink, below which a line is faint
MANY = 3  # as many lines are ruled, however thick and dark
LEAST_REST = 0.1  # share of the ink's mass that is left at least without a line that is not faint


def remove_ruled_lines(foreground: Array) -> Array:
    """Set lines from border to border, near the horizontal or the vertical, to 0; keep strokes.

    `foreground` (h, w) is 0..1; a picture with a side below 40 pixels is returned as it is.
    """
    if min(foreground.shape) < 40:
        return foreground
    return _remove_horizontal(_remove_horizontal(foreground).T).T


def _remove_horizontal(foreground: Array) -> Array:
    """Set lines from the left to the right border, with slopes within SLOPES, to 0."""
    mask = foreground > FOREGROUND
    eighth = max(mask.shape[1] // 8, 1)
    if not (mask[:, :eighth].any() and mask[:, -eighth:].any()):
        return foreground
    candidates = _crossing(mask, eighth)
    if not candidates.any():
        return foreground
    line = _ruled(candidates, foreground, mask)
    if not line.any():
        return foreground
    return np.where(without_strokes(line, mask), np.float32(0), foreground)


def _crossing(mask: Mask, eighth: int) -> Mask:
    """The pixels along all straight lines that the mask covers from the left to the right."""
    height, width = mask.shape
    zones = [_pixels(mask, 0, eighth), _pixels(mask, width - eighth, width)]
    middle = _pixels(mask, eighth, width - eighth)
    line = np.zeros_like(mask)
    for slope in SLOPES:
        drop = np.round(slope * (np.arange(width) - width / 2)).astype(np.intp)
        left, right = (_counts(pixels, drop, height) for pixels in zones)
        crossing = (left > AT_EDGE * eighth) & (right > AT_EDGE * eighth)
        if not crossing.any():
            continue
        crossing &= left + right + _counts(middle, drop, height) > COVERED * width
        along = np.flatnonzero(crossing)[:, None] + drop
        line[np.clip(along, 0, height - 1), np.arange(width)] = True
    return line


def _pixels(mask: Mask, first: int, end: int) -> tuple[Indices, Indices]:
    """The rows and columns of the mask's pixels between two columns."""
    rows, columns = np.nonzero(mask[:, first:end])
    return rows, columns + first


def _counts(pixels: tuple[Indices, Indices], drop: Indices, height: int) -> Indices:
    """How many pixels lie on each line of a slope, named by its row in the middle column."""
    rows, columns = pixels
    first = rows - drop[columns]
    return np.bincount(first.clip(0, height - 1), minlength=height)


def _ruled(candidates: Mask, foreground: Array, mask: Mask) -> Mask:
    """Of the candidates those that are lines: thin or faint beside the other ink, or many."""
    count, labels = cv2.connectedComponents(candidates.view(np.uint8), connectivity=8)
    rest = mask & ~_widened(candidates, _reach(mask.shape))
    if not rest.any():
        return np.zeros_like(mask)
    stroke, ink = _stroke_width(rest), float(np.percentile(foreground[rest], 75))
    left = float(foreground[rest].sum()) / float(foreground.sum())
    ruled = np.zeros_like(mask)
    reach = _reach(mask.shape)
    darkest = cv2.dilate(foreground, np.ones((2 * reach + 1, 1), np.uint8))  # across a line
    for label in range(1, count):
        line = labels == label
        faint = float(np.median(darkest[line & mask])) < FAINT * ink
        if not faint and left <= LEAST_REST:
            continue
        thickness = _thickness(line & mask, mask)
        slight = thickness <= max(3, THICKEST * max(mask.shape))
        if faint or (slight and (thickness < THIN * stroke or count > MANY)):
            ruled |= line
    return ruled


def _reach(shape: tuple[int, ...]) -> int:
    """Pixels to either side of a line's middle that may be the line's own."""
    return max(2, round(THICKEST * max(shape) / 2))


def _stroke_width(mask: Mask) -> float:
    """The mean width of strokes: twice their area divided by their outline's length."""
    padded = np.pad(mask, 1)
    steps = np.count_nonzero(padded[1:] != padded[:-1])
    steps += np.count_nonzero(padded[:, 1:] != padded[:, :-1])
    return float(2 * np.count_nonzero(mask) / max(steps * np.pi / 4, 1.0))


def _thickness(line: Mask, mask: Mask) -> float:
    """The usual number of the mask's pixels across a line, its own included."""
    across = _across(line, mask)
    return float(np.median(across)) if across.size else 0.0


def _across(line: Mask, mask: Mask) -> Indices:
    """For each pixel of a line the number of the mask's pixels above and below, itself included."""
    rows, columns = np.nonzero(line)
    total = np.ones(len(rows), np.intp)
    for way in (-1, 1):
        going = np.ones(len(rows), bool)
        for step in range(1, 2 * _reach(mask.shape) + 2):
            at = np.clip(rows + way * step, 0, len(mask) - 1)
            going &= mask[at, columns] & (at == rows + way * step)
            total += going
    return total


def _widened(line: Mask, reach: int) -> Mask:
    """The line and `reach` pixels above and below."""
    kernel = np.ones((2 * reach + 1, 1), np.uint8)
    return cv2.dilate(line.view(np.uint8), kernel).astype(bool)


def without_strokes(line: Mask, mask: Mask) -> Mask:
    """The line's pixels and its soft edges, except where more ink than the line's lies across."""
    drawn = line & mask
    across = _across(drawn, mask)
    if not across.size:
        return _widened(line, SOFT)
    strokes = np.zeros_like(line)
    strokes[drawn] = across > CROSSED * float(np.median(across)) + SOFT
    return _widened(line, SOFT) & ~_widened(strokes, SOFT)
