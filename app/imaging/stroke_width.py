"""Give strokes that are far too thin or too thick for 28x28 a pen's width, as MNIST's strokes have.

Averaged down, thin lines would read as breaks and a marker's loops would close.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from model.errors import BlankImageError
from model.preprocessing import normalize

__all__ = ["suit_pen"]

Grey = npt.NDArray[np.uint8]

# Pixels of the 20 that the digit is brought to; MNIST's strokes have 1.6 to 3.7.
THIN, THICK = 1.0, 3.4
THIN_BECOMES, THICK_BECOMES = 1.7, 2.8
# Ink as a share of the box's square, between which no digit's strokes are too thin or too thick.
SPARSE, DENSE = 0.13, 0.3
COARSE = 4  # pixels from one to the next when looking quickly
SMALL = 60  # pixels: in a smaller picture a pixel is too large a step


def suit_pen(found: Grey) -> Grey:
    """Widen or narrow the strokes of white ink on black (h, w) where they need it."""
    if max(found.shape) < SMALL or not _may_need_it(found):
        return found
    top, bottom, left, right = normalize.bounding_box(found)
    crop = found[top:bottom, left:right]
    pixel = max(crop.shape) / normalize.BOX
    width = _stroke_width(crop)
    if width < THIN * pixel:
        return _widen(crop, round((THIN_BECOMES * pixel - width) / 2))
    if width > THICK * pixel:
        return _narrow(crop, round((width - THICK_BECOMES * pixel) / 2))
    return found


def _may_need_it(found: Grey) -> bool:
    """Look at every fourth pixel: most drawings need no closer look."""
    coarse = found[::COARSE, ::COARSE].copy()  # its pixels side by side: read several times
    try:
        top, bottom, left, right = normalize.bounding_box(coarse)
    except BlankImageError:
        return bool(found.any())
    side = max(bottom - top, right - left)
    crop = coarse[top:bottom, left:right]
    share = float(crop.sum(dtype=np.int64)) / (side * side * float(crop.max()))
    return not SPARSE <= share <= DENSE


def _stroke_width(crop: Grey) -> float:
    """Twice the area through the outline's length, which is pi/4 of its steps on the pixel grid."""
    area = float(crop.sum(dtype=np.int64)) / float(crop.max())
    inked = np.pad(crop > crop.max() // 2, 1)
    steps = np.count_nonzero(inked[1:] != inked[:-1])
    steps += np.count_nonzero(inked[:, 1:] != inked[:, :-1])
    return 2 * area / max(steps * np.pi / 4, 1.0)


def _widen(crop: Grey, reach: int) -> Grey:
    """The greatest value within `reach` pixels, nearly round, in a frame that much larger."""
    padded = np.pad(crop, reach + 1)
    straight = round(0.6 * reach)
    for axis in (0, 1):
        padded = _greatest(padded, straight, axis)
    for _ in range(reach - straight):  # each step adds a pixel up, down, left and right
        rows, columns = _greatest(padded, 1, 0), _greatest(padded, 1, 1)
        padded = np.maximum(rows, columns)
    return padded


def _narrow(crop: Grey, reach: int) -> Grey:
    """The least value within `reach` pixels; left as it is where nothing would remain."""
    paper = 255 - np.pad(crop, 1)
    narrowed = 255 - _widen(paper, reach)[reach + 1 : -reach - 1, reach + 1 : -reach - 1]
    return narrowed if narrowed.any() else crop


def _greatest(picture: npt.NDArray[Any], reach: int, axis: int) -> npt.NDArray[Any]:
    out = picture.copy()
    source, target = np.swapaxes(picture, 0, axis), np.swapaxes(out, 0, axis)
    for step in range(1, reach + 1):
        np.maximum(target[step:], source[:-step], out=target[step:])
        np.maximum(target[:-step], source[step:], out=target[:-step])
    return out
