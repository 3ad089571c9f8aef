"""Photos of paper: correct the illumination, and find the ink by how much light it takes away.

The background is estimated by a morphological closing whose window is wider than strokes; it
follows soft shading and the hard edge of a shadow alike. Ink is what is darker, relative to the
background, by more than the noise.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from app.imaging.binarization import Ink
from app.imaging.components import border_parts, find_parts, mask_of
from app.imaging.ruled_lines import remove_ruled_lines

__all__ = ["PHOTO_SIDE", "WINDOW", "ink_of_photo", "reduce_photo"]

Grey = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]

WINDOW = 0.3  # of the closing, as a share of the longer side: wider than a thick marker's stroke
NOISE_FACTOR = 5.0  # standard deviations of the noise by which the foreground is darker
FAINT, FULL = 0.3, 0.75  # shares of the usual darkness of strokes that are mapped to 0 and 1
CERTAIN = 0.4  # share of the greatest darkness above which a pixel is certainly foreground
LEAST_CONTRAST = 12  # grey levels, of 255 on white paper, between foreground and background
PHOTO_SIDE = 400  # pixels of the longer side; larger photos are averaged, which reduces the noise
UNFIT, HARD_EDGED = (
    0.08,
    0.25,
)  # in this share of its pixels a picture of hard edges differs by this
# share from every smooth illumination; ruled paper does so in 0.16 of them, a hard shadow in 0.35
CLEAR_TAIL = 0.7  # of the longer tail of values, up to which the shorter one surely is not ink
SAMPLED = 3  # every third pixel along both axes tells the noise
DARKEST = np.float32(16)  # grey levels: a background is taken to be no darker


def ink_of_photo(grey: Grey, inverted: bool = False) -> Ink:
    """The ink of a photo of at most about PHOTO_SIDE pixels; its coverage is 0 where there is none.

    If `inverted`, what is lighter or darker than the background is chosen the other way.
    """
    picture, doubtful = _even_light(_smooth(grey.astype(np.float32)), inverted)
    background = _smooth(_closing(picture, _window(picture)))
    darkness: Array = np.divide(background - picture, np.maximum(background, DARKEST))
    sample = darkness[::SAMPLED, ::SAMPLED]
    offset = float(np.median(sample))
    noise = 1.4826 * float(np.median(np.abs(sample - offset)))  # standard deviation
    darkness -= np.float32(offset)
    least = max(NOISE_FACTOR * noise, LEAST_CONTRAST / 255)
    darkness = _clear_border(darkness, least)
    certain = darkness[_certain_foreground(darkness, least)]
    if not certain.size:
        return Ink(np.zeros(picture.shape, np.float32), False, doubtful)
    usual = float(np.median(certain))
    faint = max(least, FAINT * usual)
    full = max(FULL * usual, faint + 1 / 255)
    return Ink(np.clip((darkness - faint) / (full - faint), 0, 1), False, doubtful)


def _certain_foreground(darkness: Array, least: float) -> npt.NDArray[np.bool_]:
    """The mask of pixels darker than ruled lines and the soft edges of strokes."""
    return darkness > max(least, CERTAIN * float(darkness.max()))


def _clear_border(darkness: Array, least: float) -> Array:
    """Set what touches the border to 0, so that it does not count as the strokes' darkness."""
    certain = _certain_foreground(darkness, least)
    if not (certain[0].any() or certain[-1].any() or certain[:, 0].any() or certain[:, -1].any()):
        return darkness
    labels, parts = find_parts(remove_ruled_lines(certain.astype(np.float32)))
    coming_in = border_parts(parts, darkness.shape)
    return np.where(mask_of(coming_in, labels), np.float32(0), darkness)


def reduce_photo(grey: Grey) -> tuple[Grey, int]:
    """Average blocks of pixels until the longer side is at most PHOTO_SIDE; the side of a block."""
    factor = -(-max(grey.shape) // PHOTO_SIDE)
    if factor == 1:
        return grey, 1
    size = tuple(max(1, -(-extent // factor)) for extent in reversed(grey.shape))
    reduced = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.uint8), factor


def _smooth(picture: Array) -> Array:
    """Average with the neighbours, weights 1 2 1 along both axes; small pictures are kept."""
    if min(picture.shape) < 100:
        return picture
    kernel = np.array([1, 2, 1], np.float32) / np.float32(4)
    smooth = cv2.sepFilter2D(picture, -1, kernel, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, np.float32)


def _even_light(picture: Array, inverted: bool) -> tuple[Array, bool]:
    """Divide by the illumination where it varies smoothly; invert pictures that are light on dark.

    Also tells whether it is doubtful which they are: the rarer ink has the longer tail of values.
    """
    illumination = _illumination(picture)
    residual = picture - illumination
    if float((np.abs(residual) > UNFIT * illumination).mean()) > HARD_EDGED:
        return (255 - picture if inverted else picture), False  # the closing follows hard edges
    usual = float(np.median(illumination[::SAMPLED, ::SAMPLED]))
    low, middle, high = np.percentile(residual[::SAMPLED, ::SAMPLED], [1, 50, 99])
    darker, lighter = middle - low, high - middle
    doubtful = bool(min(darker, lighter) > CLEAR_TAIL * max(darker, lighter))
    if (lighter > darker) != inverted:
        return 255 - usual - residual, doubtful
    # Division, since light scales the background and the foreground alike.
    corrected: Array = np.divide(usual * residual, np.maximum(illumination, max(usual / 4, 1)))
    return corrected + np.float32(usual), doubtful


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


def _window(picture: Array) -> int:
    return int(max(3, round(WINDOW * max(picture.shape))))


def _closing(picture: Array, window: int) -> Array:
    """Morphological closing: dark strokes narrower than the square window vanish."""
    side = window // 2 * 2 + 1
    kernel = np.ones((side, side), np.uint8)
    closed = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(closed, np.float32)
