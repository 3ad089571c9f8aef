"""Segmentation: from a grey picture to the digits in it, stage by stage.

1. Enclosures: what lies within a frame or a panel is the picture. 2. Binarisation: two levels are told
apart by a threshold; a photo's illumination is corrected first. 3. Ruled and printed lines are removed.
4. Connected components are grouped to digits; dirt and what comes in from the border is left out.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from app.imaging.binarization import two_levels
from app.imaging.components import Part, find_parts, group_digits, mask_of
from app.imaging.enclosures import open_enclosures
from app.imaging.frames import remove_frame
from app.imaging.illumination import ink_of_photo, reduce_photo
from app.imaging.ruled_lines import remove_ruled_lines

__all__ = ["Segment", "Segmentation", "segment"]

Grey = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]

cv2.setNumThreads(1)  # requests are served side by side; a second core is another request's


class Segment(NamedTuple):
    """One digit's ink, white on black, cut to its bounding box; its place in the whole picture."""

    ink: Grey
    top: float
    left: float
    height: float
    width: float


class Segmentation(NamedTuple):
    """All ink of the digits (h, w), white on black; and each digit, from left to right."""

    ink: Grey
    digits: list[Segment]


def segment(grey: Grey, lossy: bool) -> Segmentation:
    """Find the digits in a grey picture (h, w); there are none where nothing looks like ink."""
    factor = 1
    if lossy:
        grey, factor = reduce_photo(grey)
    inside = open_enclosures(remove_frame(grey))
    levels = two_levels(inside.grey, lossy)
    if levels is not None:
        foreground, clean = levels.ink, levels.clean
    else:
        photo, more = reduce_photo(inside.grey)
        foreground, clean, factor = ink_of_photo(photo), False, factor * more
    foreground = remove_ruled_lines(foreground)
    labels, parts = find_parts(foreground)
    digits = group_digits(parts, foreground.shape, clean)
    ink = np.floor(foreground * 255 + 0.5).astype(np.uint8)
    kept = np.where(mask_of(digits, labels), ink, np.uint8(0))
    return Segmentation(
        kept, [_segment(digit, ink, labels, factor, inside.top, inside.left) for digit in digits]
    )


def _segment(
    digit: Part, ink: Grey, labels: npt.NDArray[np.int32], factor: int, top: int, left: int
) -> Segment:
    rows = slice(max(digit.top - 1, 0), digit.bottom + 1)
    columns = slice(max(digit.left - 1, 0), digit.right + 1)
    mask = mask_of([digit], labels)[rows, columns]
    return Segment(
        np.where(mask, ink[rows, columns], np.uint8(0)),
        top + factor * digit.top,
        left + factor * digit.left,
        factor * digit.height,
        factor * digit.width,
    )
