"""The ink of a grey picture: quickly for a drawing on a uniform background, else stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from app.imaging.uniform import plain_drawing

if TYPE_CHECKING:
    from app.imaging.segmentation import Segment

__all__ = ["extract_digits", "extract_foreground"]

Grey = npt.NDArray[np.uint8]


def extract_foreground(grey: Grey, lossy: bool = False) -> Grey:
    """Turn a grey picture (h, w) into white foreground on black, all 0 when there is none.

    `lossy` says that compression may have left artefacts around strokes, so that no background is
    exactly uniform.
    """
    ink = None if lossy else plain_drawing(grey)
    if ink is not None:
        return ink
    # Imported with the first picture that needs it: OpenCV takes 17 MB and a tenth of a second.
    from app.imaging.segmentation import segment

    return segment(grey, lossy).ink


def extract_digits(grey: Grey, lossy: bool = False) -> list[Segment]:
    """Each digit of a grey picture (h, w), from left to right."""
    from app.imaging.segmentation import segment

    return segment(grey, lossy).digits
