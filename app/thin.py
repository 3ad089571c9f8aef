"""Give lines too thin for 28x28 a pen's width: averaged away, they would read as breaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from model import ink
from model.errors import BlankImageError

__all__ = ["widen_thin_lines"]

Grey = npt.NDArray[np.uint8]

THIN = 1.0  # pixels of the 20 that the digit is brought to; MNIST's strokes have 1.6 to 3.7
WANTED = 1.7
SPARSE = 0.13  # of the box's square: with more ink than that, no line is thin
COARSE = 4  # pixels from one to the next when looking quickly
SMALL = 60  # pixels: in a smaller picture one pixel is wide enough


def widen_thin_lines(found: Grey) -> Grey:
    """Widen the strokes of white ink on black (h, w) to 1.7 of 20 pixels if they are below 1."""
    if max(found.shape) < SMALL or not _is_sparse(found):
        return found
    top, bottom, left, right = ink.ink_box(found)
    crop = found[top:bottom, left:right]
    side = max(crop.shape)
    width = _stroke_width(crop)
    if width * ink.BOX / side >= THIN:
        return found
    return _dilate(crop, round((WANTED * side / ink.BOX - width) / 2))


def _is_sparse(found: Grey) -> bool:
    """Whether lines may be thin, from every fourth pixel: most drawings need no closer look."""
    coarse = found[::COARSE, ::COARSE]
    try:
        top, bottom, left, right = ink.ink_box(coarse)
    except BlankImageError:
        return bool(found.any())
    side = max(bottom - top, right - left)
    crop = coarse[top:bottom, left:right]
    return float(crop.sum(dtype=np.int64)) < SPARSE * side * side * float(crop.max())


def _stroke_width(crop: Grey) -> float:
    """Twice the area through the outline's length, which is pi/4 of its steps on the pixel grid."""
    area = float(crop.sum(dtype=np.int64)) / float(crop.max())
    inked = np.pad(crop > crop.max() // 2, 1)
    steps = np.count_nonzero(inked[1:] != inked[:-1])
    steps += np.count_nonzero(inked[:, 1:] != inked[:, :-1])
    return 2 * area / max(steps * np.pi / 4, 1.0)


def _dilate(crop: Grey, reach: int) -> Grey:
    """The greatest value within `reach` pixels, nearly round, in a frame that much larger."""
    padded = np.pad(crop, reach + 1)
    straight = round(0.6 * reach)
    for axis in (0, 1):
        padded = _greatest(padded, straight, axis)
    for _ in range(reach - straight):  # each step adds a pixel up, down, left and right
        rows, columns = _greatest(padded, 1, 0), _greatest(padded, 1, 1)
        padded = np.maximum(rows, columns)
    return padded


def _greatest(picture: npt.NDArray[Any], reach: int, axis: int) -> npt.NDArray[Any]:
    out = picture.copy()
    source, target = np.swapaxes(picture, 0, axis), np.swapaxes(out, 0, axis)
    for step in range(1, reach + 1):
        np.maximum(target[step:], source[:-step], out=target[step:])
        np.maximum(target[:-step], source[step:], out=target[:-step])
    return out
