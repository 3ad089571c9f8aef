"""From ink to 28x28 as MNIST was made, and deskewing.

Grey images are white ink on black, 0..255. `static/raster.js` is the twin of `to_mnist`: change
both.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from model.errors import BlankImageError, InkError

__all__ = ["deskew", "ink_box", "is_mnist", "place", "resample", "to_mnist"]

Array = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]

SIDE = 28  # pixels of the network's input
BOX = 20  # pixels of the digit's longer side
CENTRE = 14.0  # the centre of mass, in pixel indices (0 is the middle of the first pixel)
PEAK = 255.0

# What MNIST's own 70,000 images keep to; 16 of them are 19 pixels long, their peaks are 254 or 255.
MNIST_LENGTHS = (19, 20)
MNIST_PEAK = 254
MNIST_OFFSET = 0.53  # pixels between the centre of mass and CENTRE

MAX_SHEAR = 1.0  # pixels along a row per row: 45 degrees
SPREAD_X, SPREAD_Y = np.float32(4.2), np.float32(5.6)  # pixels: standard deviations of the ink
SCALES = (0.6, 1.5)
CHUNK = 128  # images whose work arrays stay in the cache


def to_mnist(grey: npt.NDArray[Any]) -> Grey:
    """Bring a grey image (h, w), 0..255, to MNIST's 28x28.

    1. crop to the ink, made square by black margins; 2. resample by area overlap to 20x20;
    3. stretch the peak to 255; 4. shift by whole pixels so that the centre of mass lands at 14.0
    (Yadav and Bottou, *Cold Case: The Lost MNIST Digits*, 2019). The shift never pushes ink over
    the edge. A genuine MNIST image comes back unchanged.
    Raises BlankImageError when there is no ink, InkError for an array that is no grey image.
    """
    if grey.ndim != 2:
        raise InkError(f"A grey image has two dimensions, found the shape {grey.shape}.")
    box = ink_box(grey)
    if is_mnist(grey, box):
        return grey.astype(np.uint8)
    top, bottom, left, right = box
    return place(resample(grey[top:bottom, left:right]))


def ink_box(grey: npt.NDArray[Any]) -> tuple[int, int, int, int]:
    """Find the smallest box with all ink: top, bottom, left, right (ends excluded)."""
    inked: npt.NDArray[np.bool_] = grey > 0
    rows: npt.NDArray[np.bool_] = np.logical_or.reduce(inked, axis=1)
    columns: npt.NDArray[np.bool_] = np.logical_or.reduce(inked, axis=0)
    if not rows.any():
        raise BlankImageError("The image is blank: no ink in it. Draw a digit and try again.")
    top, left = int(rows.argmax()), int(columns.argmax())
    bottom = len(rows) - int(rows[::-1].argmax())
    right = len(columns) - int(columns[::-1].argmax())
    return top, bottom, left, right


def is_mnist(grey: npt.NDArray[Any], box: tuple[int, int, int, int]) -> bool:
    """Tell whether a 28x28 image already is as MNIST makes them: size, peak and centre."""
    top, bottom, left, right = box
    if grey.shape != (SIDE, SIDE) or max(bottom - top, right - left) not in MNIST_LENGTHS:
        return False
    if grey.max() < MNIST_PEAK:
        return False
    return all(abs(mean - CENTRE) <= MNIST_OFFSET for mean in _centre_of_mass(grey))


def resample(crop: npt.NDArray[Any]) -> Grey:
    """Make the crop (h, w) square with black margins, bring it to 20x20 by area overlap, peak 255.

    out[i, j] = sum over (y, x) of |row y in i| |column x in j| crop[y, x]: two matrix products,
    because the area that two upright rectangles share is the product of the lengths they share.
    """
    length = max(crop.shape)
    overlap = _overlap(length)  # (20, length)
    y, x = ((length - extent) // 2 for extent in crop.shape)
    rows = overlap[:, y : y + crop.shape[0]]  # (20, h)
    columns = overlap[:, x : x + crop.shape[1]]  # (20, w)
    areas = rows @ crop.astype(np.float64) @ columns.T  # (20, 20)
    stretched: Grey = np.floor(areas * (PEAK / areas.max()) + 0.5).astype(np.uint8)
    return stretched


@lru_cache(maxsize=32)
def _overlap(length: int) -> npt.NDArray[np.float64]:
    """The length that each of 20 equal cells shares with each of `length` pixels: (20, length)."""
    edges = np.arange(BOX + 1) * (length / BOX)
    pixels = np.arange(length)
    end = np.minimum(edges[1:, None], pixels + 1)
    start = np.maximum(edges[:-1, None], pixels)
    shared: npt.NDArray[np.float64] = np.maximum(end - start, 0.0)
    return shared


def place(small: Grey) -> Grey:
    """Put a 20x20 image into 28x28, its centre of mass as near to 14.0 as whole pixels allow."""
    margin = (SIDE - BOX) // 2
    out = np.zeros((SIDE, SIDE), np.uint8)
    y, x = (
        margin + min(max(int(np.floor(CENTRE - margin - mean + 0.5)), -margin), margin)
        for mean in _centre_of_mass(small)
    )
    out[y : y + BOX, x : x + BOX] = small
    return out


def _centre_of_mass(grey: npt.NDArray[Any]) -> tuple[float, float]:
    total = int(grey.sum())
    rows, columns = grey.sum(axis=1), grey.sum(axis=0)
    return (
        float(rows @ np.arange(len(rows))) / total,
        float(columns @ np.arange(len(columns))) / total,
    )


def deskew(images: npt.NDArray[Any]) -> Array:
    """Set digits upright and to one size: normalise the moments of each of the images (n, 784).

    With x to the right and y downwards over the ink, the slant is the regression of x on y,
    a = cov(x, y) / var(y). The output pixel at (u, v) from the image's middle is the input at

        y = mean y + s_y v        x = mean x + s_x u + a s_y v

    bilinear between four pixels, where s_y = sd(y) / 5.6 and s_x = sd(x - a y) / 4.2 bring the ink
    to the spread that is usual in MNIST. a is held within 45 degrees, s_x and s_y from 0.6 to 1.5,
    so that a line of no width stays one; a blank image stays blank. (Casey, *Moment Normalization
    of Handprinted Characters*, 1970.)
    """
    flat = images.reshape(-1, SIDE * SIDE)
    out = np.empty(flat.shape, np.float32)
    for start in range(0, len(flat), CHUNK):
        chunk = slice(start, start + CHUNK)
        pixels = flat[chunk].astype(np.float32)
        _resample(pixels, *_moments(pixels), out[chunk])
    return out


def _moments(pixels: Array) -> tuple[Array, Array, Array, Array, Array]:
    """mean x and mean y from the middle, the slant a, s_x and s_y: (n,) each."""
    mass, x, y, xy, xx, yy = (pixels @ _MOMENTS).T
    mass = np.maximum(mass, np.float32(1e-6))
    x, y = x / mass, y / mass
    var_y = np.maximum(yy / mass - y * y, np.float32(1e-6))
    covariance = xy / mass - x * y
    slant = np.clip(covariance / var_y, -MAX_SHEAR, MAX_SHEAR)
    var_x = np.maximum(
        xx / mass - x * x - 2 * slant * covariance + slant * slant * var_y, np.float32(0)
    )
    scales = np.sqrt(var_x) / SPREAD_X, np.sqrt(var_y) / SPREAD_Y
    s_x, s_y = (np.clip(scale, *SCALES) for scale in scales)
    return x, y, slant, s_x, s_y


def _resample(
    pixels: Array, x: Array, y: Array, slant: Array, s_x: Array, s_y: Array, out: Array
) -> None:
    """First between rows, as a whole, then between the pixels of each; both (n, 784).

    Places are computed as floats, which are exact for whole numbers below 2^24.
    """
    n = len(pixels)
    padded = np.zeros((n, SIDE + 3, _WIDTH), np.float32)
    padded[:, 1 : SIDE + 1, 1 : SIDE + 1] = pixels.reshape(n, SIDE, SIDE)
    images = np.arange(n, dtype=np.float32)[:, None]
    above, part = _split(y[:, None] + s_y[:, None] * _OFFSETS)
    above += images * (SIDE + 3)
    index = _whole(above)  # (n, 28)
    source = padded.reshape(-1, _WIDTH)
    rows = source.take(index, axis=0, mode="clip")
    _blend(rows, source[1:].take(index, axis=0, mode="clip"), part[:, :, None])

    coefficients = np.stack([x, s_x, slant * s_y], axis=1)  # of 1, u and v
    left, part = _split(coefficients @ _MOMENTS[:, :3].T)
    left += _ROW_STARTS[:n]
    index, flat = _whole(left), rows.ravel()
    flat.take(index, out=out, mode="clip")
    _blend(out, flat[1:].take(index, mode="clip"), part)


def _split(from_middle: Array) -> tuple[Array, Array]:
    """The pixel before each place in an image with a margin of one, and how far on it lies."""
    from_middle += np.float32(SIDE + 1) / 2
    part = np.clip(from_middle, 0, SIDE + 1, out=from_middle)
    before = np.floor(part)
    part -= before
    return before, part


def _whole(numbers: Array) -> npt.NDArray[np.intp]:
    return numbers.astype(np.int32).astype(np.intp)  # twice as fast as in one go


def _blend(first: Array, second: Array, part: Array) -> None:
    """Go from `first` so far to `second`, in place; `second` is used up."""
    second -= first
    second *= part
    first += second


_OFFSETS = np.arange(SIDE, dtype=np.float32) - np.float32(SIDE - 1) / 2
_Y, _X = (axis.ravel() for axis in np.meshgrid(_OFFSETS, _OFFSETS, indexing="ij"))
_MOMENTS = np.stack([np.ones_like(_X), _X, _Y, _X * _Y, _X * _X, _Y * _Y], axis=1)  # (784, 6)
_WIDTH = SIDE + 4  # of a padded row
# Where the row of each pixel of a chunk starts among all of its padded rows: (CHUNK, 784).
_ROW_STARTS = np.repeat(
    np.arange(0, CHUNK * SIDE * _WIDTH, _WIDTH, dtype=np.float32).reshape(CHUNK, SIDE), SIDE, axis=1
)
