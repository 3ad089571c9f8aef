"""Samples: drawings of one's own with what they were meant to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Samples", "Strokes"]

Strokes = Sequence[Sequence[tuple[float, float]]]
"""The strokes of a drawing, each a list of points."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Drawings (n, 784), white on black, 0..255, their labels (n,) 0..9, and their strokes."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    strokes: tuple[Strokes, ...] = ()

    def __len__(self) -> int:
        """The number of samples."""
        return len(self.labels)
