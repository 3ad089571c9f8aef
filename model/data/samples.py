"""Samples: drawings of one's own with what they were meant to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_POINTS", "MOST_STROKES", "Samples", "Stroke", "Strokes"]

MOST_STROKES, MOST_POINTS = 64, 1000  # of one sample: eight seconds of a pen that is asked 120/s

Stroke: TypeAlias = Sequence[tuple[float, float]] | NDArray[np.float32]
"""The points (p, 2) of one stroke, x to the right and y downwards, from 0 to 1 over the pad."""

Strokes: TypeAlias = Sequence[Stroke]
"""The strokes of a drawing in their order."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Drawings (n, 784), white on black, 0..255, their labels (n,) 0..9, and their strokes."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    strokes: tuple[Strokes, ...] = ()

    def __len__(self) -> int:
        """The number of samples."""
        return len(self.labels)
