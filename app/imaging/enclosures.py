"""Frames and panels: pictures within the picture, such as cells, a dark panel, a plot's axes.

A frame is a line that encloses other ink of its own level; a panel is a filled box that encloses
ink of the other level. Both are levelled: the frame's line and the panel's fill become background.
What lies outside of them is no digit, unless it is as high as what they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Inside", "open_enclosures"]

Grey = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint8]  # 0 or 1
Outline = npt.NDArray[Any]  # (n, 1, 2), x and y

DEEPEST = 4  # enclosures within one another that are opened
TEXTURE = 0.1  # share of neighbouring pixels that differ, from which a picture is a texture
SEPARATED = 0.82  # share of the variance that two levels explain; of even shading they explain 0.75
LEAST_AREA = 0.03  # share of the picture's area that an enclosure covers
ALIKE = 0.3  # share of the largest enclosure's area that another covers, such as the next cell
LEAST_CONTENT = 0.25  # share of the enclosure's height that what it holds covers
EDGING = 0.7  # share of its longer side along which what an enclosure holds may lie at its edge
COMPARABLE = 0.6  # share of that content's height that ink outside has to be kept
PANEL = 0.94  # share of its quadrangle that a panel fills, what it holds included
DENSE = 0.6  # share of it that a panel fills without that; of strokes, even thick ones fill less
FRAME, HOLE = 0.85, 0.82  # share that a frame fills, which may be drawn by hand, and its hole
ROUND = 0.9  # share of its ellipse that a circle about a digit fills
ROUND_RATIO = 0.75  # of its axes, at least: most zeros are narrower
MIDDLE = 127  # grey level above which a page is light
CORNERS = 0.02  # of the outline's length, by which a side may be off its straight line
LINE = 0.1  # share of the enclosure's shorter side up to which a frame's line is thick
RIM = 0.012  # share of the enclosure's longer side that is left out within its edge


class Inside(NamedTuple):
    """What is to be looked at of a picture, and the place of its first pixel in the whole."""

    grey: Grey
    top: int
    left: int


class _Enclosure(NamedTuple):
    """A frame or a panel: the mask of all of it, of what it encloses, and its content's height."""

    all: Bits
    inner: Bits
    content: int


def open_enclosures(grey: Grey) -> Inside:
    """The picture within frames and panels: `grey` (h, w) itself if there are none."""
    top = left = 0
    for _ in range(DEEPEST):
        inside = _open(grey)
        if inside is None:
            break
        grey, top, left = inside.grey, top + inside.top, left + inside.left
    return Inside(grey, top, left)


def _open(grey: Grey) -> Inside | None:
    """The picture with its largest frames or panels levelled, cut to them if they hold all."""
    if min(grey.shape) < 40:
        return None
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = (grey <= threshold).view(np.uint8)
    changes = np.count_nonzero(dark[:, 1:] != dark[:, :-1])
    if changes > TEXTURE * dark.size or not _are_separated(grey, dark):
        return None
    found = [one for mask in (dark, 1 - dark) for one in _enclosures(mask)]
    if not found:
        return None
    chosen = _largest(found)
    union = np.bitwise_or.reduce([one.all for one in chosen])
    beside = _is_ink_beside(grey, dark, chosen, union)
    if len(chosen) == 1 and not beside:
        return _cut(grey, chosen[0].inner)
    levelled = _levelled(grey, chosen, union)
    if beside:
        return Inside(levelled, 0, 0)
    levelled[union == 0] = np.uint8(np.median(levelled[union == 0]))
    left, top, width, height = cv2.boundingRect(union)
    return Inside(levelled[top : top + height, left : left + width], top, left)


def _cut(grey: Grey, inner: Bits) -> Inside:
    """The picture of an interior, its rim and what is outside painted like its background."""
    left, top, width, height = cv2.boundingRect(inner)
    core = _core(inner)
    painted = np.where(core > 0, grey, np.uint8(_level(grey, inner, core)))
    return Inside(painted[top : top + height, left : left + width], top, left)


def _level(grey: Grey, inner: Bits, core: Bits) -> float:
    """The background's grey in an interior, just within its rim."""
    edge = (cv2.erode(inner, np.ones((3, 3), np.uint8)) > 0) & (core == 0)
    return float(np.median(grey[edge if edge.any() else inner > 0]))


def _largest(found: list[_Enclosure]) -> list[_Enclosure]:
    """The largest enclosure and those beside it that are about as large."""
    found = sorted(found, key=lambda one: -int(one.all.sum()))
    least = ALIKE * int(found[0].all.sum())
    chosen = found[:1]
    for one in found[1:]:
        apart = not any((one.all & other.all).any() for other in chosen)
        if apart and int(one.all.sum()) >= least:
            chosen.append(one)
    return chosen


def _page(grey: Grey, union: Bits) -> float:
    """The grey of the page around the enclosures."""
    outside = grey[union == 0]
    return float(np.median(outside)) if outside.size else 255.0


def _levelled(grey: Grey, chosen: list[_Enclosure], union: Bits) -> Grey:
    """The picture with what the enclosures hold as ink on the page around them."""
    page = _page(grey, union)
    out = grey.astype(np.float32)
    for one in chosen:
        out[one.all > 0] = page
        core = _core(one.inner)
        held = core > 0
        strength = np.abs(grey[held].astype(np.float32) - _level(grey, one.inner, core))
        out[held] = page - strength if page > MIDDLE else page + strength
    return np.clip(out, 0, 255).astype(np.uint8)


def _core(inner: Bits) -> Bits:
    """An interior without its rim, where the frame's line or the panel's edge may be soft."""
    _, _, width, height = cv2.boundingRect(inner)
    rim = max(2, round(RIM * max(width, height)))
    kernel = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
    eroded = cv2.erode(inner, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(eroded, np.uint8)


def _is_ink_beside(grey: Grey, dark: Bits, chosen: list[_Enclosure], union: Bits) -> bool:
    """Whether ink beside the enclosures is about as high as what they hold, as a digit is."""
    ink = dark if _page(grey, union) > MIDDLE else 1 - dark
    grown = np.asarray(cv2.dilate(union, np.ones((5, 5), np.uint8)), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink & (1 - grown), connectivity=8)
    height, width = ink.shape
    content = max(one.content for one in chosen)
    left, top, across, down = cv2.boundingRect(union)
    for x, y, w, h, _ in stats[1:].tolist():
        free = x > 0 and y > 0 and x + w < width and y + h < height
        around = x <= left and y <= top and x + w >= left + across and y + h >= top + down
        if free and not around and COMPARABLE * content <= h <= content / COMPARABLE:
            return True
    return False


def _are_separated(grey: Grey, dark: Bits) -> bool:
    """Whether two levels explain the picture, by the criterion of Otsu's threshold."""
    mean, deviation = (float(part[0][0]) for part in cv2.meanStdDev(grey))
    share = float(dark.mean())
    if not 0 < share < 1:
        return False
    dark_mean = cv2.mean(grey, dark)[0]
    light_mean = (mean - share * dark_mean) / (1 - share)
    between = share * (1 - share) * (light_mean - dark_mean) ** 2
    return bool(between >= SEPARATED * deviation**2)


def _enclosures(mask: Bits) -> list[_Enclosure]:
    """The frames and panels of this level."""
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if hierarchy is None:
        return []
    found = []
    for index, (_, _, first_hole, parent) in enumerate(hierarchy[0].tolist()):
        if parent >= 0 or _is_small(contours[index], mask.shape):
            continue
        holes = []
        while first_hole >= 0:
            holes.append(contours[first_hole])
            first_hole = hierarchy[0][first_hole][0]
        one = _enclosure(mask, contours[index], holes)
        if one is not None:
            found.append(one)
    return found


def _is_small(contour: Outline, shape: tuple[int, ...]) -> bool:
    return cv2.contourArea(contour) < LEAST_AREA * shape[0] * shape[1]


def _enclosure(mask: Bits, outline: Outline, holes: list[Outline]) -> _Enclosure | None:
    """The frame or the panel with this outline and these holes, or None."""
    left, top, width, height = box = cv2.boundingRect(outline)
    if _fills_picture(mask, box):
        return None
    if holes:
        hole = max(holes, key=cv2.contourArea)
        thin = cv2.contourArea(hole) >= (1 - 2 * LINE) ** 2 * cv2.contourArea(outline)
        boxed = _is_rectangle(outline, FRAME) and _is_rectangle(hole, HOLE)
        if thin and (boxed or _is_round(hole)):
            inner = _filled(mask.shape, hole)
            content = _held(inner & mask, inner, cv2.boundingRect(hole))
            return _Enclosure(_filled(mask.shape, outline), inner, content) if content else None
    hull = cv2.convexHull(outline)
    borders = (left <= 0) + (top <= 0)
    borders += (left + width >= mask.shape[1]) + (top + height >= mask.shape[0])
    if borders <= 1 and _is_rectangle(hull, PANEL):  # half a sheet in the shadow reaches more
        inner = _filled(mask.shape, hull)
        dense = int((inner & mask).sum()) >= DENSE * int(inner.sum())
        shown = dense and not _goes_on(mask, inner)
        content = _held(inner & (1 - mask), inner, box) if shown else 0
        return _Enclosure(inner, inner, content) if content else None
    return None


def _goes_on(mask: Bits, inner: Bits) -> bool:
    """Whether a panel's level goes on around it, as the paper does beyond two ruled lines."""
    _, _, width, height = cv2.boundingRect(inner)
    away = max(3, round(LINE * min(width, height)))
    near, far = (
        cv2.dilate(inner, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
        for reach in (away, 2 * away)
    )
    around = mask[(far > 0) & (near == 0)]
    return bool(around.size and around.mean() > 0.5)


def _is_round(outline: Outline) -> bool:
    """Whether it is nearly a circle."""
    width, height = cv2.minAreaRect(outline)[1]
    ellipse = np.pi / 4 * width * height
    return bool(
        min(width, height) >= ROUND_RATIO * max(width, height)
        and cv2.contourArea(outline) >= ROUND * ellipse
    )


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


def _fills_picture(mask: Bits, box: Sequence[int]) -> bool:
    """Whether it is the picture's own background: it reaches all four borders, and fills them."""
    if tuple(box) != (0, 0, mask.shape[1], mask.shape[0]):
        return False
    border = np.concatenate((mask[0], mask[-1], mask[:, 0], mask[:, -1]))
    return bool(border.mean() > 0.5)


def _filled(shape: tuple[int, ...], outline: Outline) -> Bits:
    filled = np.zeros(shape, np.uint8)
    cv2.drawContours(filled, [outline], -1, 1, cv2.FILLED)
    return filled


def _held(content: Bits, inner: Bits, box: Sequence[int]) -> int:
    """The height of what is of a digit's size within the interior, and not a bit of its edge."""
    left, top, width, height = box
    _, labels, stats, _ = cv2.connectedComponentsWithStats(content, connectivity=8)
    edge = inner - cv2.erode(inner, np.ones((3, 3), np.uint8))
    contacts = np.bincount(labels[edge > 0], minlength=len(stats))
    heights = [0]
    for (x, y, w, h, _), contact in zip(stats[1:].tolist(), contacts[1:].tolist(), strict=True):
        sides = (x <= left) + (y <= top) + (x + w >= left + width) + (y + h >= top + height)
        if sides <= 1 and contact <= EDGING * max(w, h) and h >= LEAST_CONTENT * height:
            heights.append(h)
    return max(heights)
