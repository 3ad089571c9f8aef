"""From a digit of any size to 28x28 as MNIST was made.

Grey images have white foreground on black, 0..255. `static/js/draw/raster.js` computes the same as
`to_mnist`, bit for bit: change both.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from model.errors import BlankImageError, InkError

__all__ = ["bounding_box", "centre", "is_mnist", "resample", "to_mnist"]

Grey = npt.NDArray[np.uint8]

SIDE = 28  # pixels of the network's input
BOX = 20  # pixels of the digit's longer side
CENTRE = 14.0  # the centre of mass, in pixel indices (0 is the middle of the first pixel)
PEAK = 255.0

# True of all 70,000 of MNIST's images; 16 of them are 19 pixels long, and some peaks are 254.
MNIST_LENGTHS = (19, 20)
MNIST_PEAK = 254
MNIST_OFFSET = 0.53  # pixels between the centre of mass and CENTRE


def to_mnist(grey: npt.NDArray[Any]) -> Grey:
    """Normalise a grey image (h, w), 0..255, to MNIST's 28x28.

    1. Crop to the bounding box, padded with black to a square. 2. Resample by area to 20x20. 3.
    Scale the maximum to 255. 4. Shift by whole pixels so that the centre of mass is nearest to 14.0
    (Yadav and Bottou, *Cold Case: The Lost MNIST Digits*, 2019), within the image's limits. A
    genuine MNIST image is returned unchanged. Raises BlankImageError when all pixels are 0,
    InkError for an array that is not two-dimensional.
    """
    if grey.ndim != 2:
        raise InkError("image.dimensions", found=str(grey.shape))
    box = bounding_box(grey)
    if is_mnist(grey, box):
        return grey.astype(np.uint8)
    top, bottom, left, right = box
    return centre(resample(grey[top:bottom, left:right]))


def bounding_box(grey: npt.NDArray[Any]) -> tuple[int, int, int, int]:
    """The bounding box of all nonzero pixels: top, bottom, left, right (ends excluded)."""
    if _is_tight(grey):
        return 0, grey.shape[0], 0, grey.shape[1]
    foreground: npt.NDArray[np.bool_] = grey > 0
    pixels = foreground.tobytes()  # the search for a byte runs at the speed of memory
    first, last = pixels.find(1), pixels.rfind(1)
    if first < 0:
        raise BlankImageError("image.blank")
    width = grey.shape[1]
    top, bottom = first // width, last // width + 1
    columns = np.logical_or.reduce(foreground[top:bottom], axis=0).tobytes()
    return top, bottom, columns.find(1), columns.rfind(1) + 1


def _is_tight(grey: npt.NDArray[Any]) -> bool:
    """Whether the pixels reach all four sides, which costs less to tell than to find the box."""
    sides = (grey[0], grey[-1], grey[:, 0], grey[:, -1]) if grey.size else ()
    return bool(sides) and all(side.tobytes().strip(b"\0") for side in sides)


def is_mnist(grey: npt.NDArray[Any], box: tuple[int, int, int, int]) -> bool:
    """Whether a 28x28 image has MNIST's size of the digit, maximum and centre of mass already."""
    top, bottom, left, right = box
    if grey.shape != (SIDE, SIDE) or max(bottom - top, right - left) not in MNIST_LENGTHS:
        return False
    if grey.max() < MNIST_PEAK:
        return False
    return all(abs(mean - CENTRE) <= MNIST_OFFSET for mean in _centre_of_mass(grey))


def resample(crop: npt.NDArray[Any]) -> Grey:
    """Pad the crop (h, w) with black to a square, resample by area to 20x20, scale its peak to 255.

        out[i, j] = sum over (y, x) of |row y in i| |column x in j| crop[y, x]

    These are two matrix products, because the area that two upright rectangles share is the product
    of the lengths they share. All values are whole numbers until the last step, so the result does
    not depend on the order of summation.
    """
    length = max(crop.shape)
    overlap = _overlap(length)  # (20, length)
    y, x = ((length - extent) // 2 for extent in crop.shape)
    rows = overlap[:, y : y + crop.shape[0]]  # (20, h)
    columns = overlap[:, x : x + crop.shape[1]]  # (20, w)
    gathered = rows @ crop.astype(np.float32)  # (20, w), exact: below 2^24
    areas = gathered.astype(np.float64) @ columns.T  # (20, 20)
    stretched: Grey = np.floor(areas * (PEAK / areas.max()) + 0.5).astype(np.uint8)
    return stretched


@lru_cache(maxsize=32)
def _overlap(length: int) -> npt.NDArray[np.float32]:
    """The lengths that 20 equal cells share with each of `length` pixels: (20, length).

    The unit is 1/20 pixel, in which a cell is `length` long and a pixel 20.
    """
    edges = np.arange(BOX + 1) * length
    pixels = np.arange(length) * BOX
    end = np.minimum(edges[1:, None], pixels + BOX)
    start = np.maximum(edges[:-1, None], pixels)
    shared: npt.NDArray[np.float32] = np.maximum(end - start, 0).astype(np.float32)
    return shared


def centre(small: Grey) -> Grey:
    """Put a 20x20 image into 28x28, its centre of mass as near to 14.0 as whole pixels allow."""
    margin = (SIDE - BOX) // 2
    out = np.zeros((SIDE, SIDE), np.uint8)
    y, x = (
        margin + min(max(math.floor(CENTRE - margin - mean + 0.5), -margin), margin)
        for mean in _centre_of_mass(small)
    )
    out[y : y + BOX, x : x + BOX] = small
    return out


def _centre_of_mass(grey: npt.NDArray[Any]) -> tuple[float, float]:
    """The mean y and mean x, weighted by the pixels' values, of an image of up to 28x28."""
    sums = _SUMS[:, : len(grey)]
    (mass, x), (y, _) = (sums @ grey @ sums.T).tolist()  # exact: whole numbers
    return y / mass, x / mass


_SUMS = np.stack([np.ones(SIDE), np.arange(SIDE)])  # (2, 28): weights of moments 0 and 1
