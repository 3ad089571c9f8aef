"""Deskewing: normalise the slant and the size of the digit in 28x28 images by its moments."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["FORMER_LEAST_SCALE", "deskew"]

Array = npt.NDArray[np.float32]

SIDE = 28  # pixels
MAX_SHEAR = 1.0  # pixels along a row per row: 45 degrees
SPREAD_X, SPREAD_Y = np.float32(4.2), np.float32(5.6)  # pixels: standard deviations of the ink
SCALES = (0.6, 1.5)  # input pixels per output pixel, least and most
#: How far the first networks had narrow digits widened; files that do not say it are of those.
FORMER_LEAST_SCALE = 0.6
BAND = 4.0  # rows: standard deviation of the Gaussian weights of the rows around one
BAND_RATIOS = (0.25, 2.25)  # of variances
CHUNK = 128  # images whose work arrays stay in the cache


def deskew(images: npt.NDArray[Any], least_scale: float = FORMER_LEAST_SCALE) -> Array:
    """Normalise the moments of each of the images (n, 784): remove the slant, equalise the size.

    With x to the right and y downwards, both weighted by the pixels' values, the slant is the
    regression of x on y, a = cov(x, y) / var(y). The output pixel at (u, v) from the image's middle
    is the input at

        y = mean y + s_y v        x = mean x + s_x r(v) u + a s_y v

    by bilinear interpolation. Here s_y = sd(y) / 5.6 and s_x = sd(x - a y) / 4.2 bring the standard
    deviations to those usual in MNIST, and r(v) does half of the same (a geometric mean) for the
    rows around v: r² = sd_v(x - a y) / (4.2 s_x). a is limited to 45 degrees, s_y to 0.6 to 1.5,
    s_x to `least_scale` to 1.5 and r² to 0.5 to 1.5, so that a line of no width stays one; a blank
    image stays blank. A `least_scale` of 1 widens no digit as a whole, however narrow it is.
    (Casey, *Moment Normalization of Handprinted Characters*, 1970; the rows: Liu and Marukawa,
    *Pseudo Two-Dimensional Shape Normalization Methods*, 2005.)
    """
    flat = images.reshape(-1, SIDE * SIDE)
    out = np.empty(flat.shape, np.float32)
    for start in range(0, len(flat), CHUNK):
        chunk = slice(start, start + CHUNK)
        pixels = flat[chunk].astype(np.float32)
        _resample(pixels, *_moments(pixels, least_scale), out[chunk])
    return out


def _moments(pixels: Array, least_scale: float) -> tuple[Array, Array, Array, Array, Array]:
    """The mean x and mean y from the middle, the slant a, s_x and s_y: (n,) each."""
    sums = (pixels @ _MOMENTS).T
    x, y, xy, xx, yy = sums[1:] / np.maximum(sums[0], np.float32(1e-6))
    var_y = np.maximum(yy - y * y, np.float32(1e-6))
    covariance = xy - x * y
    slant = (covariance / var_y).clip(-MAX_SHEAR, MAX_SHEAR)
    var_x = np.maximum(xx - x * x - 2 * slant * covariance + slant * slant * var_y, np.float32(0))
    s_x = (np.sqrt(var_x) / SPREAD_X).clip(least_scale, SCALES[1])
    s_y = (np.sqrt(var_y) / SPREAD_Y).clip(*SCALES)
    return x, y, slant, s_x, s_y


def _resample(
    pixels: Array, x: Array, y: Array, slant: Array, s_x: Array, s_y: Array, out: Array
) -> None:
    """Interpolate between whole rows first, then between the pixels of each row; both are (n, 784).

    Indices are computed as floats, which are exact for whole numbers below 2^24.
    """
    n = len(pixels)
    padded = np.zeros((n, SIDE + 3, _WIDTH), np.float32)
    padded[:, 1 : SIDE + 1, 1 : SIDE + 1] = pixels.reshape(n, SIDE, SIDE)
    above, part = _split(y[:, None] + s_y[:, None] * _OFFSETS)
    above += _IMAGE_STARTS[:n]
    index = _to_index(above)  # (n, 28)
    source = padded.reshape(-1, _WIDTH)
    rows = source.take(index, axis=0, mode="clip")
    _blend(rows, source[1:].take(index, axis=0, mode="clip"), part[:, :, None])

    axis = x[:, None] + (slant * s_y)[:, None] * _OFFSETS  # (n, 28)
    widths = s_x[:, None] * _width_ratios(rows, axis, s_x)
    # widths u + axis, as a matrix product: NumPy adds arrays with a short last axis much slower.
    from_middle = np.array([widths.ravel(), axis.ravel()]).T @ _LINE  # (n 28, 28)
    left, part = _split(from_middle.reshape(n, SIDE * SIDE))
    left += _ROW_STARTS[:n]
    index, flat = _to_index(left), rows.ravel()
    flat.take(index, out=out, mode="clip")
    _blend(out, flat[1:].take(index, mode="clip"), part)


def _width_ratios(rows: Array, axis: Array, s_x: Array) -> Array:
    """The ratios r (n, 28) of rows (n, 28, 32) whose middles are at `axis` (n, 28)."""
    moments = np.ascontiguousarray((rows.reshape(-1, _WIDTH) @ _ROW_MOMENTS).T)
    mass, x, xx = moments.reshape(3, -1, SIDE)
    xx = xx - 2 * axis * x + axis * axis * mass  # about the axis
    mass, xx = mass @ _BAND, xx @ _BAND  # of the rows around each
    usual = np.square(s_x * SPREAD_X)[:, None]
    # Regularised by a little mass of the usual spread, for bands with hardly any mass of their own.
    little = np.float32(0.02) * mass.max(axis=1, keepdims=True) + np.float32(1e-6)
    ratio = (xx + little * usual) / ((mass + little) * usual)
    ratios: Array = np.sqrt(np.sqrt(ratio.clip(*BAND_RATIOS)))
    return ratios


def _split(from_middle: Array) -> tuple[Array, Array]:
    """The integer and fractional parts of positions, shifted into an image with a margin of one."""
    from_middle += _MIDDLE
    part = from_middle.clip(0, SIDE + 1, out=from_middle)
    before = np.floor(part)
    part -= before
    return before, part


def _to_index(numbers: Array) -> npt.NDArray[np.intp]:
    return numbers.astype(np.int32).astype(np.intp)  # twice as fast as one conversion


def _blend(first: Array, second: Array, part: Array) -> None:
    """Interpolate from `first` to `second` by `part`, in place; `second` is overwritten."""
    second -= first
    second *= part
    first += second


_OFFSETS = np.arange(SIDE, dtype=np.float32) - np.float32(SIDE - 1) / 2
_Y, _X = (axis.ravel() for axis in np.meshgrid(_OFFSETS, _OFFSETS, indexing="ij"))
_MOMENTS = np.stack([np.ones_like(_X), _X, _Y, _X * _Y, _X * _X, _Y * _Y], axis=1)  # (784, 6)
_MIDDLE = np.float32(SIDE + 1) / 2  # of a row or column with a margin of one
_WIDTH = SIDE + 4  # of a padded row
# The index of each image's first padded row in a chunk: (CHUNK, 1).
_IMAGE_STARTS = np.arange(0, CHUNK * (SIDE + 3), SIDE + 3, dtype=np.float32)[:, None]
# The flat index at which each pixel's row starts among a chunk's padded rows: (CHUNK, 784).
_ROW_STARTS = np.repeat(
    np.arange(0, CHUNK * SIDE * _WIDTH, _WIDTH, dtype=np.float32).reshape(CHUNK, SIDE), SIDE, axis=1
)
_LINE = np.stack([_OFFSETS, np.ones_like(_OFFSETS)])  # (2, 28)
_COLUMNS = np.arange(_WIDTH, dtype=np.float32) - np.float32(SIDE + 1) / 2
_ROW_MOMENTS = np.stack([np.ones_like(_COLUMNS), _COLUMNS, _COLUMNS * _COLUMNS], axis=1)  # (32, 3)
_BAND = np.exp(-np.square(_OFFSETS[:, None] - _OFFSETS) / (2 * BAND**2)).astype(np.float32)
