"""Segmentation: from a grey picture to the digits in it, stage by stage.

1. Enclosures: what lies within a frame or a panel is the picture. 2. Binarisation: two levels are
told apart by a threshold; a photo's illumination is corrected first. 3. Ruled and printed lines are
removed. 4. Connected components are grouped to digits; dirt and what comes in from the border is
left out.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from app.imaging.binarization import two_levels
from app.imaging.box import Box
from app.imaging.components import Labels, Part, find_parts, group_digits, mask_of
from app.imaging.enclosures import open_enclosures
from app.imaging.frames import remove_frame
from app.imaging.illumination import ink_of_photo, reduce_photo
from app.imaging.ruled_lines import remove_ruled_lines

__all__ = ["Segment", "Segmentation", "segment"]

Grey = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]

cv2.setNumThreads(1)  # requests are served side by side; a second core is another request's


class Segment(NamedTuple):
    """One digit's ink, white on black, cut to its bounding box; its place in the grey picture."""

    ink: Grey
    box: Box


class Segmentation(NamedTuple):
    """All ink of the digits (h, w), white on black; each digit, line by line from left to right."""

    ink: Grey
    digits: list[Segment]
    doubtful: bool  # light and dark may have to be exchanged


def segment(grey: Grey, lossy: bool, inverted: bool = False) -> Segmentation:
    """Find the digits in a grey picture (h, w); there are none where nothing looks like ink.

    If `inverted`, the ink is sought in what would have been taken for the background.
    """
    picture, scale = reduce_photo(grey) if lossy else (grey, 1)
    inside = open_enclosures(remove_frame(picture))
    left, top = scale * inside.left, scale * inside.top
    found = two_levels(inside.grey, lossy, inverted)
    if found is None:
        photo, more = reduce_photo(inside.grey)
        found = ink_of_photo(photo, inverted)
        if not found.coverage.any():  # it may be a filled shape, which the detector will name
            filled = two_levels(photo, lossy, inverted, filled=True)
            found = filled or found
        scale *= more
    coverage = remove_ruled_lines(found.coverage)
    labels, parts = find_parts(coverage)
    digits = group_digits(parts, coverage.shape, found.clean)
    ink = np.floor(coverage * 255 + 0.5).astype(np.uint8)
    segments = [
        Segment(
            _cut(digit, ink, labels),
            Box(
                left + scale * digit.left,
                top + scale * digit.top,
                scale * digit.width,
                scale * digit.height,
            ),
        )
        for digit in digits
    ]
    kept = np.where(mask_of(digits, labels), ink, np.uint8(0))
    return Segmentation(kept, segments, found.doubtful)


def _cut(digit: Part, ink: Grey, labels: Labels) -> Grey:
    """A digit's ink with its soft edges, without that of others in its bounding box."""
    around = np.s_[
        max(digit.top - 1, 0) : digit.bottom + 1, max(digit.left - 1, 0) : digit.right + 1
    ]
    return np.where(mask_of([digit], labels[around]), ink[around], np.uint8(0))
