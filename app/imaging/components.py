"""Connected components of the foreground: which of them are digits, which dirt or the border's."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Labels", "Part", "border_parts", "find_parts", "group_digits", "mask_of"]

Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]

FOREGROUND = 0.2  # value, 0..1, above which a pixel belongs to a component
SPECK = 0.02  # share of the digit's mass below which a component is dirt
EDGE = 0.01  # share of the picture's longer side within which a component touches the border
NEAR = 0.25  # share of the digit's longer side within which components belong to it
DIRT_SIDE = 0.03  # share of the picture's longer side: where no component is larger, all are dirt
LEAST_SIDE = 0.08  # share of it from which a component is preferred to those at the border, and
# within which components belong to the digit in any case, as pieces of a broken stroke
COMPARABLE = 0.5  # of the largest digit's height: what is as high may be another digit
ABREAST = 0.5  # share of the narrower one's width that two parts of one digit share at least


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

    def touches(self, shape: tuple[int, ...]) -> bool:
        """Whether it touches the border of a picture of this shape, or nearly so."""
        margin = round(EDGE * max(shape))
        return (
            min(self.top, self.left) <= margin
            or self.bottom >= shape[0] - margin
            or self.right >= shape[1] - margin
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
    large = LEAST_SIDE * max(shape)
    if not any(part.side >= large and not part.touches(shape) for part in parts):
        return []
    return [part for part in parts if part.touches(shape)]


def group_digits(parts: list[Part], shape: tuple[int, ...], clean: bool = False) -> list[Part]:
    """The digits among the parts, line by line from left to right; empty when all are dirt.

    The largest is the one with the most mass, if possible one that does not touch the border; parts
    near a digit belong to it, and others are digits when they are about as high as the largest. In
    a `clean` picture the smallest ink counts.
    """
    longest = max(shape)
    if not parts or (not clean and all(part.side < DIRT_SIDE * longest for part in parts)):
        return []
    inside = [part for part in parts if not part.touches(shape)]
    heaviest = max(parts, key=lambda part: part.mass)
    large = [
        part
        for part in inside
        if part.side >= max(LEAST_SIDE * longest, COMPARABLE * heaviest.side * clean)
    ]
    main = max(large or parts, key=lambda part: part.mass)
    others = [part for part in inside if part is not main and part.mass >= SPECK * main.mass]
    if not large:
        others += [part for part in parts if part is not main and part not in inside]
    digits = _merge([main, *others], LEAST_SIDE * longest)
    main = max(digits, key=lambda digit: digit.mass)
    kept = [digit for digit in digits if digit is main or _is_comparable(digit, main)]
    return _in_reading_order(kept)


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


def _is_comparable(part: Part, main: Part) -> bool:
    return part.height >= COMPARABLE * main.height and part.mass >= 0.1 * main.mass


def _merge(parts: list[Part], least_near: float) -> list[Part]:
    """Join parts of one digit: small ones near a large one, and those above one another."""
    digits = sorted(parts, key=lambda part: -part.mass)
    joined = True
    while joined:
        joined = False
        for i, digit in enumerate(digits):
            for other in digits[i + 1 :]:
                if _belong_together(digit, other, least_near):
                    digits.remove(other)
                    digits[i] = digit.joined(other)
                    joined = True
                    break
            if joined:
                break
    return digits


def _belong_together(digit: Part, other: Part, least_near: float) -> bool:
    """Whether `other` is near `digit`, and not another digit beside it."""
    near = max(NEAR * digit.side, least_near)
    across = max(digit.left, other.left) - min(
        digit.right, other.right
    )  # the gap; below 0: overlap
    down = max(digit.top, other.top) - min(digit.bottom, other.bottom)
    if across > near or down > near:
        return False
    beside = -across < ABREAST * min(digit.width, other.width)
    return not (beside and other.height >= COMPARABLE * digit.height)
