"""The ink of a grey picture: quickly for a drawing on a uniform background, else stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from app.imaging.box import Box
from app.imaging.uniform import plain_drawing

if TYPE_CHECKING:
    from app.imaging.segmentation import Segment

__all__ = ["Foreground", "extract_digits", "extract_foreground"]

Grey = npt.NDArray[np.uint8]


class Foreground(NamedTuple):
    """White ink on black, cut to its box (28x28 pixels are not); all 0 if there is none."""

    ink: Grey
    other: Grey | None  # where it is doubtful what is ink: the ink if light and dark are exchanged


def extract_foreground(grey: Grey, lossy: bool = False) -> Foreground:
    """Turn a grey picture (h, w) into white ink on black.

    `lossy` says that compression may have left artefacts around strokes, so that no background is
    exactly uniform.
    """
    ink = None if lossy else plain_drawing(grey)
    if ink is not None:
        return Foreground(ink, None)
    # Imported with the first picture that needs it: OpenCV takes 17 MB and a tenth of a second.
    from app.imaging.segmentation import segment

    found = segment(grey, lossy)
    ink = found.ink()
    if not (found.doubtful and ink.any()):
        return Foreground(ink, None)
    other = segment(grey, lossy, inverted=True).ink()
    return Foreground(ink, other if other.any() else None)


def extract_digits(grey: Grey, lossy: bool = False) -> list[Segment]:
    """Each digit of a grey picture (h, w), line by line, from left to right.

    A single one is the ink of `extract_foreground`, so that both read the same.
    """
    from app.imaging.segmentation import Segment, segment

    found = segment(grey, lossy).segments()
    drawing = plain_drawing(grey) if len(found) <= 1 and not lossy else None
    if drawing is None or not drawing.any():
        return found
    return [Segment(drawing, found[0].box if found else _box(grey, drawing))]


def _box(grey: Grey, drawing: Grey) -> Box:
    """The box of a plain drawing, which is cut to it unless it is as large as the picture."""
    rows, columns = np.nonzero(drawing if drawing.shape == grey.shape else grey != grey[0, 0])
    left, top = int(columns.min()), int(rows.min())
    return Box(left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top)
