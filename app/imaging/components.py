"""Remove specks and what comes in from the edge; keep the digit and its detached parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["from_the_edge", "remove_specks"]

Array = npt.NDArray[np.float32]

INKED = 0.2  # of full ink: what counts as connected
SPECK = 0.02  # of the digit's ink: parts with less are dirt
EDGE = 0.01  # of the picture's longer side: what comes so near to the edge touches it
NEAR = 0.25  # of the digit's longer side: parts farther away are not of it
DIRT_SIDE = 0.03  # of the picture's longer side: where nothing is larger there is no digit
LEAST_SIDE = 0.08  # of the picture's: a digit that small is preferred to ink that touches the edge,
# and pieces of a broken stroke may lie as far apart


@dataclass
class Part:
    """One connected piece of ink: its runs (row, start, end), its ink, its box."""

    runs: list[tuple[int, int, int]]
    mass: float
    top: int
    bottom: int
    left: int
    right: int

    @property
    def side(self) -> int:
        """Pixels of the longer side."""
        return max(self.bottom - self.top, self.right - self.left) + 1

    def touches(self, shape: tuple[int, ...]) -> bool:
        """Whether it reaches the picture's edge, or nearly so."""
        margin = round(EDGE * max(shape))
        return (
            min(self.top, self.left) <= margin
            or self.bottom >= shape[0] - 1 - margin
            or self.right >= shape[1] - 1 - margin
        )


def remove_specks(found: Array) -> Array:
    """Keep of the ink (h, w), 0..1, the largest connected part and those that belong to it."""
    parts = _parts(found)
    shape = found.shape
    if all(part.side < DIRT_SIDE * max(shape) for part in parts):
        return np.zeros_like(found)
    inside = [p for p in parts if not p.touches(shape)]
    large = [p for p in inside if p.side >= LEAST_SIDE * max(shape)]
    digit = max(large or parts, key=lambda p: p.mass)
    others = [p for p in inside if p is not digit and p.mass >= SPECK * digit.mass]
    kept = [digit, *_belonging(digit, others, LEAST_SIDE * max(shape))]
    return np.where(_mask(kept, shape), found, np.float32(0))


def from_the_edge(found: Array) -> npt.NDArray[np.bool_]:
    """Where ink (h, w) is part of what comes in from the edge, such as a desk around the sheet.

    Nowhere when there is nothing else that could be the digit.
    """
    parts, shape = _parts(found), found.shape
    coming_in = [p for p in parts if p.touches(shape)]
    large = LEAST_SIDE * max(shape)
    if not any(p.side >= large and not p.touches(shape) for p in parts):
        coming_in = []
    return _mask(coming_in, shape)


def _mask(parts: list[Part], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """The parts' pixels and one more all round: the soft edge of a stroke."""
    mask = np.zeros(shape, bool)
    for part in parts:
        for row, start, end in part.runs:
            mask[max(row - 1, 0) : row + 2, max(start - 1, 0) : end + 1] = True
    return mask


def _belonging(digit: Part, others: list[Part], least_near: float) -> list[Part]:
    """Parts near the box of what has been kept so far, which grows with each of them."""
    top, bottom, left, right = digit.top, digit.bottom, digit.left, digit.right
    kept: list[Part] = []
    found = True
    while found:
        near = max(NEAR * max(bottom - top, right - left), least_near)
        found = False
        for part in others:
            if part in kept or part.top > bottom + near or part.bottom < top - near:
                continue
            if part.left > right + near or part.right < left - near:
                continue
            kept.append(part)
            top, bottom = min(top, part.top), max(bottom, part.bottom)
            left, right = min(left, part.left), max(right, part.right)
            found = True
    return kept


def _parts(found: Array) -> list[Part]:
    """The 8-connected parts: runs of ink in each row, joined where those of two rows meet."""
    rows, starts, ends = _runs(found > INKED)
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
    totals = np.concatenate([[0.0], np.cumsum(found, dtype=np.float64)])
    width = found.shape[1]
    parts: dict[int, Part] = {}
    for i, (row, start, end) in enumerate(zip(rows, starts, ends, strict=True)):
        mass = float(totals[row * width + end] - totals[row * width + start])
        part = parts.setdefault(root(i), Part([], 0.0, row, row, start, end - 1))
        part.runs.append((row, start, end))
        part.mass += mass
        part.bottom = row
        part.left, part.right = min(part.left, start), max(part.right, end - 1)
    return list(parts.values())


def _runs(mask: npt.NDArray[Any]) -> tuple[list[int], list[int], list[int]]:
    """Row, first column and column after the last of each run of True, row by row."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    _, ends = np.nonzero(change == -1)
    return rows.tolist(), starts.tolist(), ends.tolist()
