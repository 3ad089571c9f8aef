"""Connected components of the foreground: keep those of the digit, remove specks and borders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["border_components", "keep_digit_components"]

Array = npt.NDArray[np.float32]

FOREGROUND = 0.2  # value, 0..1, above which a pixel belongs to a component
SPECK = 0.02  # share of the digit's mass below which a component is dirt
EDGE = 0.01  # share of the picture's longer side within which a component touches the border
NEAR = 0.25  # share of the digit's longer side within which components belong to it
DIRT_SIDE = 0.03  # share of the picture's longer side: where no component is larger, all are dirt
LEAST_SIDE = 0.08  # share of it from which a component is preferred to those at the border, and
# within which components belong to the digit in any case, as pieces of a broken stroke


@dataclass
class Component:
    """A connected component: its runs (row, start, end), its mass, its bounding box."""

    runs: list[tuple[int, int, int]]
    mass: float
    top: int
    bottom: int
    left: int
    right: int

    @property
    def side(self) -> int:
        """The longer side of the bounding box, in pixels."""
        return max(self.bottom - self.top, self.right - self.left) + 1

    def touches(self, shape: tuple[int, ...]) -> bool:
        """Whether it touches the border of a picture of this shape, or nearly so."""
        margin = round(EDGE * max(shape))
        return (
            min(self.top, self.left) <= margin
            or self.bottom >= shape[0] - 1 - margin
            or self.right >= shape[1] - 1 - margin
        )


def keep_digit_components(foreground: Array) -> Array:
    """Keep the components of the digit in the foreground (h, w), 0..1; set all others to 0.

    The digit is the component with the most mass, preferably one that does not touch the border,
    and the components near it.
    """
    components = _components(foreground)
    shape = foreground.shape
    if all(part.side < DIRT_SIDE * max(shape) for part in components):
        return np.zeros_like(foreground)
    inside = [p for p in components if not p.touches(shape)]
    large = [p for p in inside if p.side >= LEAST_SIDE * max(shape)]
    digit = max(large or components, key=lambda p: p.mass)
    others = [p for p in inside if p is not digit and p.mass >= SPECK * digit.mass]
    kept = [digit, *_nearby(digit, others, LEAST_SIDE * max(shape))]
    return np.where(_mask(kept, shape), foreground, np.float32(0))


def border_components(foreground: Array) -> npt.NDArray[np.bool_]:
    """The mask of components that touch the border, such as the desk around a sheet.

    It is empty when no other component could be the digit.
    """
    components, shape = _components(foreground), foreground.shape
    coming_in = [p for p in components if p.touches(shape)]
    large = LEAST_SIDE * max(shape)
    if not any(p.side >= large and not p.touches(shape) for p in components):
        coming_in = []
    return _mask(coming_in, shape)


def _mask(components: list[Component], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """The components' pixels and one more all round, for the soft edges of strokes."""
    mask = np.zeros(shape, bool)
    for part in components:
        for row, start, end in part.runs:
            mask[max(row - 1, 0) : row + 2, max(start - 1, 0) : end + 1] = True
    return mask


def _nearby(digit: Component, others: list[Component], least_near: float) -> list[Component]:
    """The components near the bounding box of the digit and those found so far.

    `least_near` is the distance in pixels that counts as near in any case.
    """
    top, bottom, left, right = digit.top, digit.bottom, digit.left, digit.right
    kept: list[Component] = []
    grown = True
    while grown:
        near = max(NEAR * max(bottom - top, right - left), least_near)
        grown = False
        for part in others:
            if part in kept or part.top > bottom + near or part.bottom < top - near:
                continue
            if part.left > right + near or part.right < left - near:
                continue
            kept.append(part)
            top, bottom = min(top, part.top), max(bottom, part.bottom)
            left, right = min(left, part.left), max(right, part.right)
            grown = True
    return kept


def _components(foreground: Array) -> list[Component]:
    """Label the 8-connected components: runs of each row, united with those they meet above."""
    rows, starts, ends = _runs(foreground > FOREGROUND)
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    above = 0
    for i in range(len(rows)):
        while rows[above] < rows[i] - 1 or (rows[above] == rows[i] - 1 and ends[above] < starts[i]):
            above += 1
        j = above
        while rows[j] == rows[i] - 1 and starts[j] <= ends[i]:
            parent[root(j)] = root(i)
            j += 1
    totals = np.concatenate([[0.0], np.cumsum(foreground, dtype=np.float64)])
    width = foreground.shape[1]
    components: dict[int, Component] = {}
    for i, (row, start, end) in enumerate(zip(rows, starts, ends, strict=True)):
        mass = float(totals[row * width + end] - totals[row * width + start])
        part = components.setdefault(root(i), Component([], 0.0, row, row, start, end - 1))
        part.runs.append((row, start, end))
        part.mass += mass
        part.bottom = row
        part.left, part.right = min(part.left, start), max(part.right, end - 1)
    return list(components.values())


def _runs(mask: npt.NDArray[Any]) -> tuple[list[int], list[int], list[int]]:
    """The row, the first column and the column after the last of each run of True, by rows."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    _, ends = np.nonzero(change == -1)
    return rows.tolist(), starts.tolist(), ends.tolist()
