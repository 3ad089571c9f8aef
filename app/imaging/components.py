"""Connected components of the foreground: which of them are digits, which dirt or the border's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import cv2
import numpy as np
import numpy.typing as npt

__all__ = [
    "Labels",
    "Part",
    "border_parts",
    "find_parts",
    "group_digits",
    "mask_of",
    "without_shadows",
]

Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]

FOREGROUND = 0.2  # value, 0..1, above which a pixel belongs to a component
SPECK = 0.02  # share of the digit's mass below which a component is dirt
EDGE = 0.01  # share of the picture's longer side within which a component touches the border
ALONG = 0.5  # of a part's longer side, from which what is at the border lies along it
NEAR = 0.25  # share of the digit's longer side within which components belong to it
DIRT_SIDE = 0.03  # share of the picture's longer side: where no component is larger, all are dirt
LEAST_SIDE = 0.08  # share of it from which a component is preferred to those at the border
COMPARABLE = 0.5  # of the largest digit's height: what is as high may be another digit
LEAST_MASS = 0.1  # of the largest digit's mass that another digit has at least
ABREAST = 0.5  # share of the narrower one's width that two high parts of one digit share at least
BROKEN = 0.15  # share of a digit's height that the gap between two high parts of it may have
WHOLE_HEIGHT = 0.85  # share of its height from which a part above or below is not
WHOLE = 0.6  # share of the largest digit's height and width from which a part is not a bit of one
SPARSE = 0.1  # share of its box that the ink of a faint frame covers at most
HELD = 0.25  # share of its height that what it holds is high at least
FEW = 20  # of the heaviest parts may be what a frame holds
FLAT = 6  # width per height from which a part is a level line
LINE_HEIGHT = 0.2  # share of the highest part's height that an underline is high at most
MOST_PARTS = 300  # the heaviest of which are looked at: more are a texture


@dataclass(frozen=True, slots=True)
class Part:
    """One connected component or several: labels, mass, bounding box (its ends excluded)."""

    labels: tuple[int, ...]
    mass: float
    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        """The height of the bounding box, in pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """The width of the bounding box, in pixels."""
        return self.right - self.left

    @property
    def side(self) -> int:
        """The longer side of the bounding box, in pixels."""
        return max(self.height, self.width)

    def touches(self, shape: tuple[int, ...], margin: int) -> bool:
        """Whether it comes within `margin` pixels of the border of a picture of this shape."""
        return (
            min(self.top, self.left) <= margin
            or self.bottom >= shape[0] - margin
            or self.right >= shape[1] - margin
        )

    def fills(self, shape: tuple[int, ...], margin: int) -> bool:
        """Whether it comes within `margin` pixels of all sides of a picture of this shape."""
        return (
            max(self.top, self.left) <= margin
            and self.bottom >= shape[0] - margin
            and self.right >= shape[1] - margin
        )

    def joined(self, other: Part) -> Part:
        """Both as one."""
        return Part(
            self.labels + other.labels,
            self.mass + other.mass,
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )


def find_parts(foreground: Array) -> tuple[Labels, list[Part]]:
    """The 8-connected components of the foreground (h, w), 0..1: each pixel's label, the parts."""
    mask = (foreground > FOREGROUND).view(np.uint8)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    masses = np.bincount(labels.ravel(), foreground.ravel(), count)
    parts = [
        Part((label,), float(masses[label]), top, top + height, left, left + width)
        for label, (left, top, width, height, _) in enumerate(boxes.tolist())
        if label
    ]
    return np.asarray(labels, np.int32), parts


def mask_of(parts: list[Part], labels: Labels) -> npt.NDArray[np.bool_]:
    """The parts' pixels and one more all round, for the soft edges of strokes."""
    wanted = [label for part in parts for label in part.labels]
    chosen = np.zeros(max(int(labels.max()), *wanted, 0) + 1, np.uint8)
    chosen[wanted] = 1
    return cv2.dilate(chosen[labels], np.ones((3, 3), np.uint8)).astype(bool)


def border_parts(parts: list[Part], shape: tuple[int, ...]) -> list[Part]:
    """The parts that touch the border, such as the desk around a sheet.

    There are none where no other part could be the digit.
    """
    large, margin = LEAST_SIDE * max(shape), round(EDGE * max(shape))
    coming_in = [part for part in parts if part.touches(shape, margin)]
    if not any(part.side >= large and not part.touches(shape, margin) for part in parts):
        return []
    return coming_in


def without_shadows(parts: list[Part], labels: Labels, least: float = 0.0) -> list[Part]:
    """The parts without those that come in from outside, as a shadow does, or the desk.

    They fill a corner of the picture, or lie along one of its sides, or touch the border with less
    than `least` of the longer side. Where parts reach all four sides the picture was cut to its
    ink, and all are kept.
    """
    if not parts:
        return parts
    margin = round(EDGE * max(labels.shape))
    heaviest = max(part.mass for part in parts)
    heavy = [part for part in parts if part.mass >= LEAST_MASS * heaviest]
    if reduce(Part.joined, heavy).fills(labels.shape, margin):
        return parts
    corners = {int(labels[row, column]) for row in (0, -1) for column in (0, -1)}
    contacts = _contacts(labels, margin)

    def is_shadow(part: Part) -> bool:
        if not part.touches(labels.shape, margin):
            return False
        along = int(contacts[:, part.labels].sum(axis=1).max()) >= ALONG * part.side
        slight = part.side < least * max(labels.shape)
        return slight or along or not corners.isdisjoint(part.labels)

    return [part for part in parts if not is_shadow(part)]


def _contacts(labels: Labels, margin: int) -> npt.NDArray[np.intp]:
    """How many pixels of each of the four sides each label comes near: (4, labels)."""
    wide, count = margin + 1, int(labels.max()) + 1
    bands = labels[:wide], labels[-wide:], labels[:, :wide].T, labels[:, -wide:].T
    contacts = []
    for band in bands:
        across = np.sort(band, axis=0)
        new = np.ones(band.shape, bool)
        new[1:] = across[1:] != across[:-1]
        contacts.append(np.bincount(across[new], minlength=count))
    return np.stack(contacts)


def group_digits(
    parts: list[Part], shape: tuple[int, ...], clean: bool = False, photo: bool = True
) -> list[Part]:
    """The digits among the parts, line by line from left to right; empty when all are dirt.

    The largest is the one with the most mass, if possible one that does not touch the border; parts
    near a digit belong to it, and others are digits when they are about as high as the largest. In
    a `clean` picture the smallest ink counts; in a `photo` what comes near the border touches it.
    """
    longest = max(shape)
    margin = round(EDGE * longest) if photo else 0
    if not parts or (not clean and all(part.side < DIRT_SIDE * longest for part in parts)):
        return []
    parts = _without_underlines(sorted(parts, key=lambda part: -part.mass)[:MOST_PARTS])
    framed = {part for part in parts if any(_is_faint_frame(part, other) for other in parts[:FEW])}
    parts = [part for part in parts if part not in framed]
    inside = [part for part in parts if not part.touches(shape, margin)]
    at_border = [part for part in parts if part.touches(shape, margin)]
    least = max(LEAST_SIDE * longest, COMPARABLE * parts[0].side if clean else 0)
    large = [part for part in inside if part.side >= least]
    main = (large or parts)[0]
    others = [part for part in inside if part is not main and part.mass >= SPECK * main.mass]
    others += [
        part
        for part in at_border
        if part is not main and (not large or (not photo and _is_whole(part, main, shape[1])))
    ]
    digits = _merge([main, *others])
    main = max(digits, key=lambda digit: digit.mass)
    return _in_reading_order([digit for digit in digits if _is_comparable(digit, main)])


def _without_underlines(parts: list[Part]) -> list[Part]:
    """The parts, heaviest first, without level lines that are wider than any of the others."""
    level = [part for part in parts if part.width > FLAT * part.height]
    rest = [part for part in parts if part.width <= FLAT * part.height]
    if not rest:
        return parts
    highest = max(rest, key=lambda part: part.height)
    lines = {
        part
        for part in level
        if part.width > highest.width and part.height < LINE_HEIGHT * highest.height
    }
    return [part for part in parts if part not in lines]


def _is_faint_frame(part: Part, other: Part) -> bool:
    """Whether it is a line around another part, too faint to be taken for a frame before."""
    around = part.left < other.left and part.right > other.right
    around = around and part.top < other.top and part.bottom > other.bottom
    sparse = part.mass < SPARSE * part.width * part.height
    return around and sparse and other.height >= HELD * part.height


def _is_whole(part: Part, main: Part, width: int) -> bool:
    """Whether a part at the border is a digit as large as the main one, not a bit of another."""
    wide = part.width >= WHOLE * main.width
    if part.left > 0 and part.right < width and part.height >= WHOLE_HEIGHT * main.height:
        return True  # nothing of it can be cut off above or below
    return wide and part.height >= WHOLE * main.height


def _is_comparable(part: Part, main: Part) -> bool:
    return part.height >= COMPARABLE * main.height and part.mass >= LEAST_MASS * main.mass


def _merge(parts: list[Part]) -> list[Part]:
    """Join the parts of each digit: high parts above one another, and small ones to the nearest."""
    highest = max(part.height for part in parts)
    digits = _merge_high([part for part in parts if part.height >= COMPARABLE * highest])
    small = [part for part in parts if part.height < COMPARABLE * highest]
    joined = True
    while joined and small:
        joined = False
        for part in list(small):
            nearest = min(digits, key=lambda digit: max(_gaps(digit, part)))
            if max(_gaps(nearest, part)) <= NEAR * nearest.side:
                digits[digits.index(nearest)] = nearest.joined(part)
                small.remove(part)
                joined = True
    return digits


def _merge_high(parts: list[Part]) -> list[Part]:
    """Join parts that lie above one another with hardly a gap, as a broken stroke leaves them."""
    digits: list[Part] = []
    for part in parts:
        for index, digit in enumerate(digits):
            across, down = _gaps(digit, part)
            abreast = -across >= ABREAST * min(digit.width, part.width)
            if abreast and down <= BROKEN * digit.height:
                digits[index] = digit.joined(part)
                break
        else:
            digits.append(part)
    return digits


def _gaps(one: Part, other: Part) -> tuple[int, int]:
    """The pixels between two bounding boxes, across and down; below 0 where they overlap."""
    across = max(one.left, other.left) - min(one.right, other.right)
    return across, max(one.top, other.top) - min(one.bottom, other.bottom)


def _in_reading_order(digits: list[Part]) -> list[Part]:
    """Line by line, from left to right; a digit is of a line that its middle is as high as."""
    lines: list[list[Part]] = []
    for digit in sorted(digits, key=lambda digit: digit.top):
        first = lines[-1][0] if lines else None
        if first is not None and (digit.top + digit.bottom) / 2 <= first.bottom:
            lines[-1].append(digit)
        else:
            lines.append([digit])
    return [digit for line in lines for digit in sorted(line, key=lambda digit: digit.left)]
