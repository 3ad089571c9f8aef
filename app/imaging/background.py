"""What of a grey picture is ink: polarity, shading, grain, ruled lines and specks.

Drawings on an even background lose just that background. Anything else is treated as a photo of
paper: the background is the closing of the picture (strokes are narrower than its window), ink is
what stands out of it by more than the grain.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from app.imaging.components import from_the_edge, remove_specks
from app.imaging.ruled_lines import remove_ruled_lines

__all__ = ["extract_ink"]

Grey = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]

EVEN_BORDER = 0.85  # share of a 28x28 image's border of one value: some of MNIST's ink reaches it
EVEN_AREA = 0.25  # share of all pixels
WINDOW = 0.3  # of the longer side: wider than a thick marker's stroke
GRAIN = 5.0  # standard deviations that ink stands out by
FAINT, FULL = 0.3, 0.75  # of the ink's usual darkness: where ink begins and where it is full
STRONG = 0.4  # of the greatest darkness
LEAST_CONTRAST = 12  # grey levels between ink and paper
PHOTO_SIDE = 400  # pixels; more is averaged away, with much of the grain


def extract_ink(grey: Grey, lossy: bool = False) -> Grey:
    """Make a grey picture (h, w) white ink on black; black all over when no ink is found.

    `lossy`: compression may have left traces around the strokes, so nothing is taken as exact.
    """
    if not lossy:
        level = _even_background(grey)
        if level is not None:
            return _from_even(grey, level)
    return _from_photo(grey)


def _even_background(grey: Grey) -> int | None:
    """The one value of the background, if it has one."""
    border = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    small = grey.shape == (28, 28)
    level = int(np.bincount(border).argmax() if small else border[0])
    enough = len(border) * (EVEN_BORDER if small else 1)
    if np.count_nonzero(border == level) < enough:
        return None
    if np.count_nonzero(grey == level) < EVEN_AREA * grey.size:
        return None
    return level


def _from_even(grey: Grey, level: int) -> Grey:
    if level == 0:
        return grey
    if level == 255:
        return 255 - grey
    difference = grey.astype(np.int16) - level
    if difference.sum() < 0:
        difference = -difference
    return np.maximum(difference, 0).astype(np.uint8)


def _from_photo(grey: Grey) -> Grey:
    picture = _even_out(_smooth(_shrink(grey)))
    window = max(3, round(WINDOW * max(picture.shape)))
    darkness = _smooth(_closing(picture, window)) - picture
    paper = float(np.median(darkness))
    grain = 1.4826 * float(np.median(np.abs(darkness - paper)))  # of a normal distribution
    darkness -= paper
    least = max(GRAIN * grain, LEAST_CONTRAST)
    darkness = _without_surroundings(darkness, least)
    strong = darkness[_strong(darkness, least)]
    if not strong.size:
        return np.zeros(picture.shape, np.uint8)
    usual = float(np.median(strong))
    faint = max(least, FAINT * usual)
    full = max(FULL * usual, faint + 1)
    found = np.clip((darkness - faint) / (full - faint), 0, 1)
    found = remove_specks(remove_ruled_lines(found))
    ink: Grey = np.floor(found * 255 + 0.5).astype(np.uint8)
    return ink


def _strong(darkness: Array, least: float) -> npt.NDArray[np.bool_]:
    """Where there is ink for certain: ruled lines and the soft edges of strokes are fainter."""
    return darkness > max(least, STRONG * float(darkness.max()))


def _without_surroundings(darkness: Array, least: float) -> Array:
    """Take out what comes in from the edge, so that its darkness is not taken for the ink's."""
    strong = _strong(darkness, least)
    if not (strong[0].any() or strong[-1].any() or strong[:, 0].any() or strong[:, -1].any()):
        return darkness
    unruled = remove_ruled_lines(strong.astype(np.float32))
    return np.where(from_the_edge(unruled), np.float32(0), darkness)


def _shrink(grey: Grey) -> Array:
    """Average blocks of pixels until the longer side is at most PHOTO_SIDE."""
    factor = -(-max(grey.shape) // PHOTO_SIDE)
    if factor == 1:
        return grey.astype(np.float32)
    height, width = (max(extent // factor, 1) * factor for extent in grey.shape)
    padded = np.pad(
        grey, [(0, max(0, height - grey.shape[0])), (0, max(0, width - grey.shape[1]))], "edge"
    )[:height, :width]
    blocks = padded.reshape(height // factor, factor, width // factor, factor)
    means: Array = blocks.mean(axis=(1, 3), dtype=np.float32)
    return means


def _smooth(picture: Array) -> Array:
    """Average each pixel with its neighbours, weights 1 2 1 along both axes; small ones stay."""
    if min(picture.shape) < 100:
        return picture
    for axis in (0, 1):
        padded = np.pad(picture, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], "edge")
        moved = np.swapaxes(padded, 0, axis)
        sums: Array = moved[:-2] + np.float32(2) * moved[1:-1] + moved[2:]
        picture = np.swapaxes(sums, 0, axis) / np.float32(4)
    return picture


def _even_out(picture: Array) -> Array:
    """Take out the shading, and turn light ink on dark into dark on light."""
    shading = _shading(picture)
    usual = float(np.median(shading))
    residual = picture - shading
    low, middle, high = np.percentile(residual, [1, 50, 99])
    if high - middle > middle - low:  # ink is the rarer, so it is the longer tail
        return 255 - usual - residual
    # Half the light halves paper and ink alike.
    evened: Array = np.divide(usual * picture, np.maximum(shading, max(usual / 4, 1)))
    return evened


def _shading(picture: Array) -> Array:
    """The quadratic surface through most of the picture: least squares, outliers left out."""
    y, x = (np.linspace(-1, 1, extent, dtype=np.float32) for extent in picture.shape)
    step = max(1, max(picture.shape) // 48)
    yy, xx = np.meshgrid(y[::step], x[::step], indexing="ij")
    basis = _quadratic(xx.ravel(), yy.ravel())
    values = picture[::step, ::step].ravel()
    distance = np.abs(values - np.median(values))  # most of the picture is paper
    for _ in range(4):
        near = distance <= max(2 * float(np.median(distance)), 1.0)
        coefficients = np.linalg.lstsq(basis[near], values[near], rcond=None)[0]
        distance = np.abs(values - basis @ coefficients)
    yy, xx = np.meshgrid(y, x, indexing="ij")
    surface: Array = _quadratic(xx.ravel(), yy.ravel()) @ coefficients
    return surface.reshape(picture.shape)


def _quadratic(x: Array, y: Array) -> Array:
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _closing(picture: Array, window: int) -> Array:
    """Greatest, then least value in a square window: dark strokes narrower than it vanish."""
    return -_running_max(-_running_max(picture, window), window)


def _running_max(picture: Array, window: int) -> Array:
    """The greatest value within `window` // 2 pixels, along both axes, by doubling the reach."""
    half = window // 2
    for axis in (0, 1):
        padding: list[tuple[int, int]] = [(0, 0), (0, 0)]
        padding[axis] = (half, half)
        moved = np.swapaxes(np.pad(picture, padding, "edge"), 0, axis)
        reach, wanted = 1, 2 * half + 1
        while reach < wanted:
            step = min(reach, wanted - reach)
            moved = np.maximum(moved[:-step], moved[step:])
            reach += step
        picture = np.swapaxes(moved, 0, axis)
    return picture
