"""Frames and panels: a picture within the picture, such as a cell, a dark panel, a plot's axes.

A frame is a line that encloses other ink of its own level; a panel is a filled box that encloses
ink of the other level. What lies outside of it is not the digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Inside", "open_enclosures"]

Grey = npt.NDArray[np.uint8]
Outline = npt.NDArray[Any]  # (n, 1, 2), x and y

DEEPEST = 4  # enclosures within one another that are opened
LEAST_AREA = 0.04  # share of the picture's area that an enclosure covers
LEAST_CONTENT = 0.25  # share of the enclosure's height that what it holds covers
PANEL = 0.94  # share of its quadrangle that a panel fills, what it holds included
DENSE = 0.6  # share of it that a panel fills without that; of strokes, even thick ones fill less
FRAME, HOLE = 0.85, 0.82  # share that a frame fills, which may be drawn by hand, and its hole
CORNERS = 0.02  # of the outline's length, by which a side may be off its straight line
LINE = 0.1  # share of the enclosure's shorter side up to which a frame's line is thick
SEPARATED = 0.82  # share of the variance that two levels explain; of even shading they explain 0.75
RIM = 0.012  # share of the enclosure's longer side that is left out within its edge


class Inside(NamedTuple):
    """The picture within an enclosure, and the place of its first pixel in the whole picture."""

    grey: Grey
    top: int
    left: int


def open_enclosures(grey: Grey) -> Inside:
    """The innermost picture within frames and panels: `grey` itself if there is none."""
    top = left = 0
    for _ in range(DEEPEST):
        inside = _open(grey)
        if inside is None:
            break
        grey, top, left = inside.grey, top + inside.top, left + inside.left
    return Inside(grey, top, left)


def _open(grey: Grey) -> Inside | None:
    """The picture within the largest frame or panel, or None."""
    if min(grey.shape) < 40:
        return None
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = (grey <= threshold).view(np.uint8)
    if not _are_separated(grey, dark):
        return None
    found = [inner for mask in (dark, 1 - dark) for inner in _interiors(mask)]
    if not found:
        return None
    return _cut(grey, max(found, key=lambda inner: int(inner.sum())))


def _are_separated(grey: Grey, dark: npt.NDArray[np.uint8]) -> bool:
    """Whether two levels explain the picture, by the criterion of Otsu's threshold."""
    mean, deviation = (float(part[0][0]) for part in cv2.meanStdDev(grey))
    share = float(dark.mean())
    if not 0 < share < 1:
        return False
    dark_mean = cv2.mean(grey, dark)[0]
    light_mean = (mean - share * dark_mean) / (1 - share)
    between = share * (1 - share) * (light_mean - dark_mean) ** 2
    return bool(between >= SEPARATED * deviation**2)


def _interiors(mask: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.uint8]]:
    """The interiors (masks of 0 and 1) of frames and panels of this level."""
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if hierarchy is None:
        return []
    interiors = []
    for index, (_, _, first_hole, parent) in enumerate(hierarchy[0].tolist()):
        if parent >= 0 or _is_small(contours[index], mask.shape):
            continue
        holes = []
        while first_hole >= 0:
            holes.append(contours[first_hole])
            first_hole = hierarchy[0][first_hole][0]
        inner = _interior(mask, contours[index], holes)
        if inner is not None:
            interiors.append(inner)
    return interiors


def _is_small(contour: Outline, shape: tuple[int, ...]) -> bool:
    return cv2.contourArea(contour) < LEAST_AREA * shape[0] * shape[1]


def _interior(
    mask: npt.NDArray[np.uint8],
    outline: Outline,
    holes: list[Outline],
) -> npt.NDArray[np.uint8] | None:
    """The mask of what a frame or a panel with this outline and these holes encloses, or None."""
    left, top, width, height = cv2.boundingRect(outline)
    if _fills_picture(mask, outline, (left, top, width, height)):
        return None
    if holes and _is_rectangle(outline, FRAME):
        hole = max(holes, key=cv2.contourArea)
        thin = cv2.contourArea(hole) >= (1 - 2 * LINE) ** 2 * cv2.contourArea(outline)
        if thin and _is_rectangle(hole, HOLE):
            inner = _filled(mask.shape, hole)
            return inner if _holds(inner & mask, cv2.boundingRect(hole)) else None
    hull = cv2.convexHull(outline)
    borders = (left <= 0) + (top <= 0)
    borders += (left + width >= mask.shape[1]) + (top + height >= mask.shape[0])
    if borders <= 1 and _is_rectangle(hull, PANEL):  # half a sheet in the shadow reaches more
        inner = _filled(mask.shape, hull)
        dense = int((inner & mask).sum()) >= DENSE * int(inner.sum())
        return inner if dense and _holds(inner & (1 - mask), cv2.boundingRect(hull)) else None
    return None


def _is_rectangle(outline: Outline, share: float) -> bool:
    """Whether it fills this share of a rectangle, or of what perspective makes of one."""
    return bool(cv2.contourArea(outline) >= share * _quadrangle_area(outline))


def _quadrangle_area(outline: Outline) -> float:
    """The area of a rectangle around the outline, or of what perspective makes of one."""
    width, height = cv2.minAreaRect(outline)[1]
    hull = cv2.convexHull(outline)
    corners = cv2.approxPolyDP(hull, CORNERS * cv2.arcLength(hull, True), True)
    seen = cv2.contourArea(corners) if len(corners) == 4 else np.inf
    return float(min(width * height, max(seen, cv2.contourArea(hull))))


def _fills_picture(mask: npt.NDArray[np.uint8], outline: Outline, box: Sequence[int]) -> bool:
    """Whether it is the picture's own background: it reaches all four borders, and fills them."""
    left, top, width, height = box
    if (left, top, width, height) != (0, 0, mask.shape[1], mask.shape[0]):
        return False
    border = np.concatenate((mask[0], mask[-1], mask[:, 0], mask[:, -1]))
    return bool(border.mean() > 0.5)


def _filled(shape: tuple[int, ...], outline: Outline) -> npt.NDArray[np.uint8]:
    filled = np.zeros(shape, np.uint8)
    cv2.drawContours(filled, [outline], -1, 1, cv2.FILLED)
    return filled


def _holds(content: npt.NDArray[np.uint8], box: Sequence[int]) -> bool:
    """Whether something of a digit's size lies within the box and touches its edge once at most."""
    left, top, width, height = box
    _, _, stats, _ = cv2.connectedComponentsWithStats(content, connectivity=8)
    for x, y, w, h, _ in stats[1:].tolist():
        sides = (x <= left) + (y <= top) + (x + w >= left + width) + (y + h >= top + height)
        if sides <= 1 and h >= LEAST_CONTENT * height:
            return True
    return False


def _cut(grey: Grey, inner: npt.NDArray[np.uint8]) -> Inside:
    """The picture of an interior, its rim and what is outside painted like its background."""
    left, top, width, height = cv2.boundingRect(inner)
    rim = max(2, round(RIM * max(width, height)))
    kernel = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
    core = cv2.erode(inner, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    edge = cv2.erode(inner, np.ones((3, 3), np.uint8)) - core
    level = np.median(grey[edge > 0]) if edge.any() else np.median(grey[inner > 0])
    painted = np.where(core > 0, grey, np.uint8(level))
    return Inside(painted[top : top + height, left : left + width], top, left)
