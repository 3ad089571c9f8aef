"""Segmentation: from a grey picture to the digits in it, stage by stage.

1. Enclosures: what lies within a frame or a panel is the picture. 2. Binarisation: two levels are
told apart by a threshold; a photo's illumination is corrected first. 3. Ruled and printed lines are
removed. 4. Connected components are grouped to digits; dirt and what comes in from the border is
left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from app.imaging.binarization import two_levels
from app.imaging.box import Box
from app.imaging.components import Labels, Part, find_parts, group_digits, mask_of, without_shadows
from app.imaging.enclosures import open_enclosures
from app.imaging.frames import remove_frame
from app.imaging.illumination import WINDOW, ink_of_photo, reduce_photo
from app.imaging.ruled_lines import remove_ruled_lines

__all__ = ["Segment", "Segmentation", "segment"]

Grey = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]

cv2.setNumThreads(1)  # requests are served side by side; a second core is another request's


class Segment(NamedTuple):
    """One digit's ink, white on black, cut to its bounding box; its place in the grey picture."""

    ink: Grey
    box: Box


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The digits in a picture, as parts of the ink that was found in some of it, at some scale."""

    everything: Grey  # (h, w): all ink, white on black
    labels: Labels  # (h, w): the connected component of each pixel
    digits: list[Part]  # line by line, from left to right
    place: tuple[int, int]  # of the first pixel in the whole picture: left, top
    scale: int  # pixels of the whole picture to one of these
    doubtful: bool  # light and dark may have to be exchanged

    def ink(self) -> Grey:
        """The ink of all digits, cut to their bounding box; all 0 where there are none."""
        if not self.digits:
            return np.zeros_like(self.everything)
        return self._cut(reduce(Part.joined, self.digits))

    def segments(self) -> list[Segment]:
        """Each digit by itself."""
        return [Segment(self._cut(digit), self._box(digit)) for digit in self.digits]

    def _cut(self, digit: Part) -> Grey:
        """A digit's ink with its soft edges, without that of others in its bounding box."""
        around = np.s_[
            max(digit.top - 1, 0) : digit.bottom + 1, max(digit.left - 1, 0) : digit.right + 1
        ]
        mask = mask_of([digit], self.labels[around])
        return np.where(mask, self.everything[around], np.uint8(0))

    def _box(self, digit: Part) -> Box:
        (left, top), scale = self.place, self.scale
        return Box(
            left + scale * digit.left,
            top + scale * digit.top,
            scale * digit.width,
            scale * digit.height,
        )


def segment(grey: Grey, lossy: bool, inverted: bool = False) -> Segmentation:
    """Find the digits in a grey picture (h, w); there are none where nothing looks like ink.

    If `inverted`, the ink is sought in what would have been taken for the background.
    """
    picture, first = reduce_photo(grey) if lossy else (grey, 1)
    grey, top, left = open_enclosures(remove_frame(picture))
    found, second = two_levels(grey, lossy, inverted), 1
    photo = found is None
    if found is None:
        small, second = reduce_photo(grey)
        found = ink_of_photo(small, inverted)
        if not found.coverage.any():  # it may be a filled shape, which the detector will name
            found = two_levels(small, lossy, inverted, filled=True) or found
    coverage = remove_ruled_lines(found.coverage)
    labels, parts = find_parts(coverage)
    if not found.clean:  # the background of a photo is a little off within half a window of a side
        parts = without_shadows(parts, labels, WINDOW / 2 if photo else 0.0)
    return Segmentation(
        np.floor(coverage * 255 + 0.5).astype(np.uint8),
        labels,
        group_digits(parts, coverage.shape, found.clean, photo),
        (first * left, first * top),
        first * second,
        found.doubtful,
    )
