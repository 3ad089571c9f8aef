"""Gradient-direction features of 28x28 images: the strength of edges by direction and place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["DIRECTIONS", "edge_features"]

Array = npt.NDArray[np.float32]

SIDE = 28  # pixels
#: The direction of the gradient in each panel: two rows of four panels make 28x28 again.
DIRECTIONS = ("right", "down", "up", "left", "down right", "up left", "up right", "down left")
CELL_ROWS, CELL_COLUMNS = 2, 4  # pixels of a cell
PANEL_ROWS, PANEL_COLUMNS = SIDE // CELL_ROWS, SIDE // CELL_COLUMNS  # 14 and 7 cells
GAIN = np.float32(3.0)  # on the features, before they are clipped to 255
CHUNK = 16  # images whose work arrays stay in the cache


def edge_features(images: npt.NDArray[Any]) -> Array:
    """The gradient-direction features (n, 784), 0..255, of the images (n, 784), 0..255.

    Between four pixels, the components of the gradient along the diagonals are

        u = x[r+1, c+1] - x[r, c]        w = x[r, c+1] - x[r+1, c]

    (Roberts, 1963). That vector is split into the two nearest of eight directions, 45 degrees
    apart: with m = min(|u|, |w|) its part along the axis between them is √2 m, and its part along
    the diagonal is the larger of |u| and |w| less m. Each direction is averaged over cells of 2
    rows and 4 columns, with weights that fall linearly to 0 at the middles of the cells to the left
    and right. With e this mean, the feature is 3 √(255 e), at most 255. 8 directions of 14x7 cells
    are 784 numbers again: the eight panels, in the order of DIRECTIONS, of a 28x28 image.

    (Liu, Nakashima, Sako and Fujisawa, *Handwritten digit recognition: benchmarking of
    state-of-the-art techniques*, 2003; cells as in Dalal and Triggs, *Histograms of Oriented
    Gradients*, 2005.)
    """
    flat = images.reshape(-1, SIDE * SIDE)
    out = np.empty(flat.shape, np.float32)
    for start in range(0, len(flat), CHUNK):
        chunk = slice(start, start + CHUNK)
        _edges(flat[chunk], out[chunk])
    return out


def _edges(images: npt.NDArray[Any], out: Array) -> None:
    n = len(images)
    gradient = _diagonal_gradient(images)
    parts = np.empty((8, n * SIDE * SIDE), np.float32)
    axes, diagonals = parts.reshape(2, 2, 2, -1)  # right down, up left; ± u, ± w
    gradient.clip(0, 255, out=diagonals[:, 0])  # NumPy's maximum with a constant takes longer
    np.subtract(diagonals[:, 0], gradient, out=diagonals[:, 1])
    np.minimum(diagonals[0][:, None], diagonals[1], out=axes)

    cells = parts.reshape(-1, CELL_ROWS * SIDE) @ _WEIGHTS
    axes, diagonals = cells.reshape(2, 2, 2, -1)
    for sign in (0, 1):
        diagonals[0] -= axes[:, sign]
        diagonals[1] -= axes[sign]
    axes *= _ROOT_2
    cells.clip(0, 255**2, out=cells)  # below 0: rounding
    np.sqrt(cells, out=cells)
    panels = cells.reshape(2, 4, n, PANEL_ROWS, PANEL_COLUMNS)
    out.reshape(n, 2, PANEL_ROWS, 4, PANEL_COLUMNS)[...] = panels.transpose(2, 0, 3, 1, 4)


def _diagonal_gradient(images: npt.NDArray[Any]) -> Array:
    """u and w of each pixel: (2, n 784); 0 in the last row and column, which have no next."""
    x = images.astype(np.float32).ravel()
    gradient = np.empty((2, len(x)), np.float32)
    u, w = gradient[:, : -SIDE - 1]
    np.subtract(x[SIDE + 1 :], x[: -SIDE - 1], out=u)
    np.subtract(x[1:-SIDE], x[SIDE:-1], out=w)
    square = gradient.reshape(2, -1, SIDE, SIDE)
    square[:, :, -1] = 0
    square[:, :, :, -1] = 0
    return gradient


_ROOT_2 = np.float32(np.sqrt(2))


def _weights() -> Array:
    """The matrix (56, 7) from two rows of pixels to 9 · 255 times the means of their cells."""
    places = np.arange(SIDE)[:, None] + 0.5  # the gradient is measured between pixels
    middles = (np.arange(PANEL_COLUMNS) + 0.5) * CELL_COLUMNS - 0.5
    nearness = np.maximum(0, 1 - np.abs(places - middles) / CELL_COLUMNS)  # (28, 7)
    mean = np.tile(nearness, (CELL_ROWS, 1)) / (CELL_ROWS * CELL_COLUMNS)
    return (255 * GAIN**2 * mean).astype(np.float32)


_WEIGHTS = _weights()
