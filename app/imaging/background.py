"""Binarisation of grey pictures: separate the digit in the foreground from the background.

A uniform background is subtracted. Any other picture is treated as a photo of paper: its
illumination is corrected, the background is estimated by a morphological closing whose window is
wider than strokes, and the foreground is what is darker than it by more than the noise level. Ruled
lines and specks are removed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from app.imaging.components import border_components, keep_digit_components
from app.imaging.ruled_lines import remove_ruled_lines

__all__ = ["extract_foreground"]

Grey = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]

# A uniform background has one value in this share of a 28x28 image's border (which some of MNIST's
# digits touch) and in all of other borders, and in this share of all pixels.
UNIFORM_BORDER, UNIFORM_AREA = 0.85, 0.25
WINDOW = 0.3  # of the closing, as a share of the longer side: wider than a thick marker's stroke
NOISE_FACTOR = 5.0  # standard deviations of the noise by which the foreground is darker
FAINT, FULL = 0.3, 0.75  # shares of the usual darkness of strokes that are mapped to 0 and 255
CERTAIN = 0.4  # share of the greatest darkness above which a pixel is certainly foreground
LEAST_CONTRAST = 12  # grey levels between foreground and background
PHOTO_SIDE = 400  # pixels of the longer side; larger photos are averaged, which reduces the noise


def extract_foreground(grey: Grey, lossy: bool = False) -> Grey:
    """Turn a grey picture (h, w) into white foreground on black, all 0 when there is none.

    `lossy` says that compression may have left artefacts around strokes, so that no background is
    exactly uniform.
    """
    if not lossy:
        level = _uniform_background(grey)
        if level is not None:
            return _subtract_uniform(grey, level)
    return _from_photo(grey)


def _uniform_background(grey: Grey) -> int | None:
    """The value of a uniform background, or None."""
    border = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    small = grey.shape == (28, 28)
    level = int(np.bincount(border).argmax() if small else border[0])
    enough = len(border) * (UNIFORM_BORDER if small else 1)
    if np.count_nonzero(border == level) < enough:
        return None
    if np.count_nonzero(grey == level) < UNIFORM_AREA * grey.size:
        return None
    return level


def _subtract_uniform(grey: Grey, level: int) -> Grey:
    """The difference to the background's value, of the sign that most of the foreground has."""
    if level == 0:
        return grey
    if level == 255:
        return 255 - grey
    difference = grey.astype(np.int16) - level
    if difference.sum() < 0:
        difference = -difference
    return np.maximum(difference, 0).astype(np.uint8)


def _from_photo(grey: Grey) -> Grey:
    """Threshold a photo's darkness against the background by the noise level."""
    picture = _correct_illumination(_smooth(_shrink(grey)))
    window = max(3, round(WINDOW * max(picture.shape)))
    darkness = _smooth(_closing(picture, window)) - picture
    offset = float(np.median(darkness))
    noise = 1.4826 * float(np.median(np.abs(darkness - offset)))  # standard deviation
    darkness -= offset
    least = max(NOISE_FACTOR * noise, LEAST_CONTRAST)
    darkness = _clear_border(darkness, least)
    certain = darkness[_certain_foreground(darkness, least)]
    if not certain.size:
        return np.zeros(picture.shape, np.uint8)
    usual = float(np.median(certain))
    faint = max(least, FAINT * usual)
    full = max(FULL * usual, faint + 1)
    foreground = np.clip((darkness - faint) / (full - faint), 0, 1)
    foreground = keep_digit_components(remove_ruled_lines(foreground))
    ink: Grey = np.floor(foreground * 255 + 0.5).astype(np.uint8)
    return ink


def _certain_foreground(darkness: Array, least: float) -> npt.NDArray[np.bool_]:
    """The mask of pixels darker than ruled lines and the soft edges of strokes."""
    return darkness > max(least, CERTAIN * float(darkness.max()))


def _clear_border(darkness: Array, least: float) -> Array:
    """Set what touches the border to 0, so that it does not count as the strokes' darkness."""
    certain = _certain_foreground(darkness, least)
    if not (certain[0].any() or certain[-1].any() or certain[:, 0].any() or certain[:, -1].any()):
        return darkness
    unruled = remove_ruled_lines(certain.astype(np.float32))
    return np.where(border_components(unruled), np.float32(0), darkness)


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
    """Average with the neighbours, weights 1 2 1 along both axes; small pictures are kept."""
    if min(picture.shape) < 100:
        return picture
    for axis in (0, 1):
        padded = np.pad(picture, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], "edge")
        moved = np.swapaxes(padded, 0, axis)
        sums: Array = moved[:-2] + np.float32(2) * moved[1:-1] + moved[2:]
        picture = np.swapaxes(sums, 0, axis) / np.float32(4)
    return picture


def _correct_illumination(picture: Array) -> Array:
    """Divide by the illumination; invert pictures that are light on dark."""
    illumination = _illumination(picture)
    usual = float(np.median(illumination))
    residual = picture - illumination
    low, middle, high = np.percentile(residual, [1, 50, 99])
    if high - middle > middle - low:  # the rarer foreground has the longer tail
        return 255 - usual - residual
    # Division, since light scales the background and the foreground alike.
    corrected: Array = np.divide(usual * picture, np.maximum(illumination, max(usual / 4, 1)))
    return corrected


def _illumination(picture: Array) -> Array:
    """The background's brightness: a quadratic surface by least squares without outliers."""
    y, x = (np.linspace(-1, 1, extent, dtype=np.float32) for extent in picture.shape)
    step = max(1, max(picture.shape) // 48)
    yy, xx = np.meshgrid(y[::step], x[::step], indexing="ij")
    basis = _quadratic(xx.ravel(), yy.ravel())
    values = picture[::step, ::step].ravel()
    distance = np.abs(values - np.median(values))  # most of it is background
    for _ in range(4):
        near = distance <= max(2 * float(np.median(distance)), 1.0)
        coefficients = np.linalg.lstsq(basis[near], values[near], rcond=None)[0]
        distance = np.abs(values - basis @ coefficients)
    yy, xx = np.meshgrid(y, x, indexing="ij")
    surface: Array = _quadratic(xx.ravel(), yy.ravel()) @ coefficients
    return surface.reshape(picture.shape)


def _quadratic(x: Array, y: Array) -> Array:
    """The basis 1, x, y, x², xy, y² at each point: (n, 6)."""
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _closing(picture: Array, window: int) -> Array:
    """Morphological closing: dark strokes narrower than the square window vanish."""
    return -_running_max(-_running_max(picture, window), window)


def _running_max(picture: Array, window: int) -> Array:
    """The maximum within `window` // 2 pixels along both axes, doubling the reach each time."""
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
