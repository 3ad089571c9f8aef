"""Removal of a printed frame that the digit touches or crosses: four straight lines, box-shaped."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from app.imaging.ruled_lines import THICKEST, without_strokes

__all__ = ["remove_frame"]

Grey = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint8]  # 0 or 1
Box = tuple[int, int, int, int]  # left, top, width, height

LONG = 0.4  # share of the picture's side that a line of a frame is long at least
MEET = 0.03  # share of the longer side within which lines meet in a corner
LEAST_CONTENT = 0.25  # share of the frame's height that the rest of the ink is high


def remove_frame(grey: Grey) -> Grey:
    """Paint the lines of a frame in a grey picture (h, w) like the background beside them.

    Strokes that cross a line are kept. A picture without a frame, or with nothing but a frame (a
    zero may look like one), is returned as it is.
    """
    if min(grey.shape) < 40:
        return grey
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = (grey <= threshold).view(np.uint8)
    for mask in (dark, 1 - dark):
        lines = _frame(mask)
        if lines is not None and _has_content(mask & ~lines.view(np.uint8), lines):
            return np.where(lines, np.uint8(np.median(grey[mask == 0])), grey)
    return grey


def _frame(mask: Bits) -> npt.NDArray[np.bool_] | None:
    """The pixels of a frame's four lines without the strokes that cross them, or None."""
    level = _straight(mask)
    upright = _turned(_straight(np.ascontiguousarray(mask.T)))
    tolerance = max(4, round(MEET * max(mask.shape)))
    for first in level:
        for second in level:
            sides = [line for line in upright if _joins(line, first, second, tolerance)]
            if second[1] > first[1] and _ends_met(sides, first, tolerance):
                drawn = _pixels(mask, [first, second])
                rest = mask & ~drawn.view(np.uint8)  # else each line would cross the others
                return drawn | _pixels(rest.T, _turned(sides)).T
    return None


def _straight(mask: Bits) -> list[Box]:
    """The level lines of the mask, long and thin: the bounding box of each."""
    length = max(3, round(LONG * mask.shape[1]))
    thicker = cv2.dilate(mask, np.ones((3, 1), np.uint8))  # a line may step by a pixel
    lines = cv2.morphologyEx(thicker, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    if not lines.any():
        return []
    _, _, stats, _ = cv2.connectedComponentsWithStats(lines)
    thickest = max(4, round(THICKEST * max(mask.shape))) + 2
    return [(x, y, w, h) for x, y, w, h, _ in stats[1:].tolist() if h <= thickest]


def _turned(boxes: list[Box]) -> list[Box]:
    return [(top, left, height, width) for left, top, width, height in boxes]


def _joins(upright: Box, first: Box, second: Box, tolerance: int) -> bool:
    """Whether an upright line runs from the upper of two level lines to the lower."""
    _, top, _, height = upright
    return (
        abs(top - first[1]) <= tolerance and abs(top + height - second[1] - second[3]) <= tolerance
    )


def _ends_met(uprights: list[Box], level: Box, tolerance: int) -> bool:
    """Whether two of the upright lines stand at the ends of the level one."""
    left, _, width, _ = level
    starts = any(abs(x - left) <= tolerance for x, *_ in uprights)
    return starts and any(abs(x + w - left - width) <= tolerance for x, _, w, _ in uprights)


def _pixels(mask: Bits, lines: list[Box]) -> npt.NDArray[np.bool_]:
    drawn = np.zeros(mask.shape, bool)
    for left, top, width, height in lines:
        drawn[top : top + height, left : left + width] = True
    return without_strokes(drawn & (mask > 0), mask > 0)


def _has_content(rest: Bits, lines: npt.NDArray[np.bool_]) -> bool:
    """Whether ink remains that is high enough, beside the frame, to be a digit."""
    rows = np.flatnonzero(lines.any(axis=1))
    _, _, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    return any(h >= LEAST_CONTENT * (rows[-1] - rows[0]) for _, _, _, h, _ in stats[1:].tolist())
