"""Normalisation of the stroke width, for strokes far too thin or too thick for 28x28.

Averaged down to 20x20 pixels, thin strokes would break and thick ones would close loops.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from model.preprocessing import normalize

__all__ = ["normalize_stroke_width"]

Grey = npt.NDArray[np.uint8]

# Stroke widths in pixels of the 20x20 image; MNIST's are 1.6 to 3.7.
THIN, THICK = 1.0, 3.4  # outside of these the width is changed
THIN_TARGET, THICK_TARGET = 1.7, 2.8
# Mass as a share of the bounding box's square: between these no stroke is too thin or too thick.
SPARSE, DENSE = 0.13, 0.3
COARSE = 4  # pixels between the samples of the quick test
SMALL = 60  # pixels of the longer side; below, steps of a pixel are too coarse


def normalize_stroke_width(ink: Grey) -> Grey:
    """Dilate or erode the strokes of white on black (h, w), 0..255, to a usual stroke width.

    The ink is to be cut to its bounding box. If its strokes are of a usual width, or it is too
    small to measure, it is returned as it is.
    """
    if max(ink.shape) < SMALL or not _is_unusual(ink):
        return ink
    pixel = max(ink.shape) / normalize.BOX
    width = _stroke_width(ink)
    if width < THIN * pixel:
        return _dilate(ink, round((THIN_TARGET * pixel - width) / 2))
    if width > THICK * pixel:
        return _erode(ink, round((width - THICK_TARGET * pixel) / 2))
    return ink


def _is_unusual(ink: Grey) -> bool:
    """A quick test on every fourth pixel, which spares most drawings the measurement."""
    coarse = ink[::COARSE, ::COARSE]
    highest = float(coarse.max())
    if not highest:
        return bool(ink.any())
    share = float(coarse.sum(dtype=np.int64)) / (max(coarse.shape) ** 2 * highest)
    return not SPARSE <= share <= DENSE


def _stroke_width(crop: Grey) -> float:
    """The mean stroke width in pixels, twice the area divided by the outline's length.

    That is pi/4 of the number of its steps on the pixel grid.
    """
    area = float(crop.sum(dtype=np.int64)) / float(crop.max())
    inside = np.pad(crop > crop.max() // 2, 1)
    steps = np.count_nonzero(inside[1:] != inside[:-1])
    steps += np.count_nonzero(inside[:, 1:] != inside[:, :-1])
    return 2 * area / max(steps * np.pi / 4, 1.0)


def _dilate(crop: Grey, reach: int) -> Grey:
    """Dilate by a nearly round window of radius `reach`, into a frame that is larger by it."""
    padded = np.pad(crop, reach + 1)
    straight = round(0.6 * reach)
    for axis in (0, 1):
        padded = _line_maximum(padded, straight, axis)
    for _ in range(reach - straight):  # each step adds a pixel up, down, left and right
        rows, columns = _line_maximum(padded, 1, 0), _line_maximum(padded, 1, 1)
        padded = np.maximum(rows, columns)
    return padded


def _erode(crop: Grey, reach: int) -> Grey:
    """Erode by the window of `_dilate`, as a dilation of the negative, if anything remains."""
    negative = 255 - np.pad(crop, 1)
    eroded = 255 - _dilate(negative, reach)[reach + 1 : -reach - 1, reach + 1 : -reach - 1]
    return eroded if eroded.any() else crop


def _line_maximum(picture: npt.NDArray[Any], reach: int, axis: int) -> npt.NDArray[Any]:
    """The maximum within `reach` pixels along one axis."""
    out = picture.copy()
    source, target = np.swapaxes(picture, 0, axis), np.swapaxes(out, 0, axis)
    for step in range(1, reach + 1):
        np.maximum(target[step:], source[:-step], out=target[step:])
        np.maximum(target[:-step], source[step:], out=target[:-step])
    return out
