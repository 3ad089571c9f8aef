"""Draws digits large from 28x28 images: enlarged smoothly, then given a sharp pen's edge.

Drawings are white ink on black, as (h, w) arrays, until they are made into a file.
"""

import io
from functools import cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageFilter

from model.data.idx import load_mnist_part

SCALE = 12  # pixels of a drawing to one of the 28
EDGE = 127.5  # grey level where the pen's edge lies


def drawn(digit: np.ndarray, scale: int = SCALE, grow: float = 0.0) -> np.ndarray:
    """White ink on black, (28 scale, 28 scale); `grow` widens the pen, in pixels of the 28."""
    side = 28 * scale
    large = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC), float)
    # Over one pixel of the 28 the edge rises by about 180 levels; a sharp pen takes 2 of `scale`.
    ink = np.clip((large - EDGE) * (scale / 2) / 180 + 0.5, 0, 1) * 255
    picture = Image.fromarray(ink.astype(np.uint8))
    if grow:
        picture = picture.filter(ImageFilter.MaxFilter(2 * round(grow * scale) + 1))
    return np.asarray(picture)


def skeleton(ink: np.ndarray) -> np.ndarray:
    """Lines of one pixel (Zhang and Suen, *A fast parallel algorithm for thinning*, 1984)."""
    on = np.pad(ink > 127, 1)
    while True:
        before = on.sum()
        for first in (True, False):
            n, e, s, w = (
                np.roll(on, move, axis) for move, axis in ((1, 0), (-1, 1), (-1, 0), (1, 1))
            )
            ne, se, sw, nw = (np.roll(x, m, 1) for x, m in ((n, -1), (s, -1), (s, 1), (n, 1)))
            ring = [n, ne, e, se, s, sw, w, nw, n]
            neighbours = sum(x.astype(int) for x in ring[:8])
            turns = sum((~a & b).astype(int) for a, b in pairwise(ring))
            sides = ~(n & e & s) & ~(e & s & w) if first else ~(n & e & w) & ~(n & s & w)
            on = on & ~((neighbours >= 2) & (neighbours <= 6) & (turns == 1) & sides)
        if on.sum() == before:
            return (on[1:-1, 1:-1] * 255).astype(np.uint8)


def framed(ink: np.ndarray, side: int, place: tuple[float, float]) -> np.ndarray:
    """The drawing in a larger black frame; `place` 0..1 along y and x."""
    frame = np.zeros((side, side), np.uint8)
    y, x = (round(p * (side - len(ink))) for p in place)
    frame[y : y + len(ink), x : x + len(ink)] = ink
    return frame


def cropped(ink: np.ndarray, margin: int = 0) -> np.ndarray:
    """The drawing cut to its ink, with `margin` black pixels on each side."""
    rows, columns = (np.flatnonzero((ink > EDGE).any(axis=axis)) for axis in (1, 0))
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.pad(crop, margin)


def pair(digit: np.ndarray, other: np.ndarray, gap: int, scale: int = SCALE) -> np.ndarray:
    """Two digits in a line, `gap` pixels apart, in the middle of a square."""
    left, right = (cropped(drawn(one, scale)) for one in (digit, other))
    height, width = max(len(left), len(right)), left.shape[1] + gap + right.shape[1]
    side = max(height, width) + 8 * scale
    square = np.zeros((side, side), np.uint8)
    x = (side - width) // 2
    paste(square, left, ((side - len(left)) // 2, x))
    paste(square, right, ((side - len(right)) // 2, x + width - right.shape[1]))
    return square


def paste(onto: np.ndarray, ink: np.ndarray, place: tuple[int, int]) -> None:
    """Draw `ink` with its upper left corner at `place` (y, x); what lies outside is cut off."""
    y, x = place
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + len(ink), len(onto)), min(x + ink.shape[1], onto.shape[1])
    if top < bottom and left < right:
        target = onto[top:bottom, left:right]
        np.maximum(target, ink[top - y : bottom - y, left - x : right - x], out=target)


def resized(ink: np.ndarray, longer: int) -> np.ndarray:
    """The drawing, its longer side made `longer` pixels."""
    height, width = (max(1, round(extent * longer / max(ink.shape))) for extent in ink.shape)
    return np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BICUBIC))


def another(rng: np.random.Generator) -> np.ndarray:
    """A digit (28, 28) of MNIST's training images, to stand beside one that is tested."""
    digits = _training_digits()
    return digits[rng.integers(len(digits))].reshape(28, 28)


@cache
def _training_digits() -> np.ndarray:
    return load_mnist_part("train")[0]


def encode(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def on_white(ink: np.ndarray) -> Image.Image:
    return Image.fromarray(255 - ink)
