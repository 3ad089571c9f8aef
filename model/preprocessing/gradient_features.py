"""What a network that looks at edges sees of a 28x28 image: where its strokes have which sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["DIRECTIONS", "edge_features"]

Array = npt.NDArray[np.float32]

SIDE = 28  # pixels
#: Where the ink grows, panel by panel: two rows of four panels make 28x28 again.
DIRECTIONS = ("right", "down", "up", "left", "down right", "up left", "up right", "down left")
CELL_ROWS, CELL_COLUMNS = 2, 4  # pixels
PANEL_ROWS, PANEL_COLUMNS = SIDE // CELL_ROWS, SIDE // CELL_COLUMNS  # 14 and 7 cells
GAIN = np.float32(3.0)
CHUNK = 16  # images whose work arrays stay in the cache


def edge_features(images: npt.NDArray[Any]) -> Array:
    """How strong the edges of each direction are in each part of the images (n, 784), 0..255.

    Between four pixels the ink grows by

        u = x[r+1, c+1] - x[r, c]        w = x[r, c+1] - x[r+1, c]

    along the diagonals (Roberts, 1963). That vector is split into the two nearest of eight
    directions, 45 degrees apart: with m = min(|u|, |w|) its part along the axis between them is
    √2 m, and |u| - m or |w| - m is what is left along the diagonal. Each direction is averaged
    over cells of 2 rows and, with weights that fall to 0 at the middles of the cells beside it, 4
    columns; with e this mean, the cell is 3 √(255 e), at most 255. 8 directions of 14x7 cells are
    784 numbers again, the eight panels, in the order of DIRECTIONS, of a 28x28 picture: (n, 784),
    0..255.

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
    growth = _diagonal_growth(images)
    parts = np.empty((8, n * SIDE * SIDE), np.float32)
    axes, diagonals = parts.reshape(2, 2, 2, -1)  # right down, up left; ± u, ± w
    growth.clip(0, 255, out=diagonals[:, 0])  # NumPy's maximum with a constant takes longer
    np.subtract(diagonals[:, 0], growth, out=diagonals[:, 1])
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


def _diagonal_growth(images: npt.NDArray[Any]) -> Array:
    """u and w of each pixel: (2, n 784). The last row and column, which have no next, get 0."""
    x = images.astype(np.float32).ravel()
    growth = np.empty((2, len(x)), np.float32)
    u, w = growth[:, : -SIDE - 1]
    np.subtract(x[SIDE + 1 :], x[: -SIDE - 1], out=u)
    np.subtract(x[1:-SIDE], x[SIDE:-1], out=w)
    square = growth.reshape(2, -1, SIDE, SIDE)
    square[:, :, -1] = 0
    square[:, :, :, -1] = 0
    return growth


_ROOT_2 = np.float32(np.sqrt(2))


def _weights() -> Array:
    """From two rows of pixels to 9 · 255 times the means of their cells: (56, 7)."""
    places = np.arange(SIDE)[:, None] + 0.5  # growth is measured between pixels
    middles = (np.arange(PANEL_COLUMNS) + 0.5) * CELL_COLUMNS - 0.5
    nearness = np.maximum(0, 1 - np.abs(places - middles) / CELL_COLUMNS)  # (28, 7)
    mean = np.tile(nearness, (CELL_ROWS, 1)) / (CELL_ROWS * CELL_COLUMNS)
    return (255 * GAIN**2 * mean).astype(np.float32)


_WEIGHTS = _weights()
