"""Data augmentation: random label-preserving distortions of 28x28 images, vectorised.

"affine" rotates, shears, scales and shifts; "full" adds elastic distortion (Simard, Steinkraus,
Platt, *Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis*, 2003)
and changes of the stroke width. All randomness comes from the Generator that is passed in.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from model.messages import say

__all__ = ["Kind", "augment"]

Array = npt.NDArray[np.float32]
Kind = Literal["none", "affine", "full"]

SIDE = 28
CHUNK = 64  # images whose work arrays stay in the cache

# Half-widths of uniform distributions, except ELASTIC.
ROTATION = 0.21  # radians: 12 degrees
SHEAR = 0.2  # pixels along a row per row
LOG_SCALE = 0.14  # logarithm of the scale, for x and y each
SHIFT = 1.3  # pixels
ELASTIC = 1.2  # pixels: the largest standard deviation of a displacement
KNOTS = 5  # elastic displacements are Gaussian bumps on a 5x5 grid

THINNED, THICKENED = 0.3, 0.25  # shares of the images whose stroke width is changed


def augment(images: Array, kind: str, rng: np.random.Generator, strength: float = 1) -> Array:
    """Distort each of the images (n, 784) at random, in ways that keep the digit.

    `strength`, 0..1, scales the displacements. Values stay between 0 (black) and the largest in
    `images`. The kind "none" returns the images themselves; another than the three raises
    ValueError.
    """
    if kind == "none":
        return images
    if kind not in ("affine", "full"):
        raise ValueError(say("augment.unknown_kind", kind=kind))
    out = np.empty_like(images)
    for start in range(0, len(images), CHUNK):
        chunk = slice(start, start + CHUNK)
        if kind == "full":
            _elastic(images[chunk], rng, strength, out[chunk])
        else:
            _warp(images[chunk], _affine(len(images[chunk]), rng, strength), out[chunk])
    return out


def _affine(n: int, rng: np.random.Generator, strength: float) -> Array:
    """Coefficients (n, 2, 3) of the source's x and y on (1, X, Y) of the output, from the centre.

    The matrix is rotation · shear · scale, the inverse of the distortion seen: as all of its parts
    are drawn symmetrically, the two have the same distribution.
    """
    rotation, shear = (strength * rng.uniform(-most, most, n) for most in (ROTATION, SHEAR))
    scale_x, scale_y = np.exp(strength * rng.uniform(-LOG_SCALE, LOG_SCALE, (2, n)))
    cos, sin = np.cos(rotation), np.sin(rotation)
    coefficients = np.empty((n, 2, 3), np.float32)
    coefficients[:, :, 0] = strength * rng.uniform(-SHIFT, SHIFT, (n, 2))
    coefficients[:, 0, 1] = cos * scale_x
    coefficients[:, 0, 2] = (cos * shear - sin) * scale_y
    coefficients[:, 1, 1] = sin * scale_x
    coefficients[:, 1, 2] = (sin * shear + cos) * scale_y
    return coefficients


def _elastic(images: Array, rng: np.random.Generator, strength: float, out: Array) -> None:
    """Distort by an affine and an elastic map in one, then change stroke widths."""
    n = len(images)
    coefficients = np.zeros((n, 2, 3 + KNOTS * KNOTS), np.float32)
    coefficients[:, :, :3] = _affine(n, rng, strength)
    elastic = strength * rng.uniform(0, ELASTIC, (n, 1, 1))
    coefficients[:, :, 3:] = rng.standard_normal((n, 2, KNOTS * KNOTS)) * elastic
    _warp(images, coefficients, out)
    _change_stroke_width(out, rng)


def _change_stroke_width(images: Array, rng: np.random.Generator) -> None:
    """Thin the strokes of some images, thicken those of others; each keeps its maximum."""
    choice = rng.random(len(images))
    strength = rng.uniform(0.3, 1, (len(images), 1, 1)).astype(np.float32)
    pixels = images.reshape(-1, SIDE, SIDE)
    thin, thick = choice < THINNED, choice > 1 - THICKENED
    pixels[thick] = _dilate(pixels[thick], strength[thick])
    drawn, weight = pixels[thin], strength[thin]
    core = _erode(drawn)
    # What an opening removes is as thin as a stroke can be, so it is kept.
    core = np.maximum(core, drawn - _dilate(core))
    thinner = drawn + weight * (core - drawn)
    peak = np.maximum(thinner.max(axis=(1, 2), keepdims=True), np.float32(1e-6))
    pixels[thin] = thinner * (drawn.max(axis=(1, 2), keepdims=True) / peak)


def _erode(pixels: Array) -> Array:
    """Erosion: the minimum of each pixel and its four neighbours."""
    out = pixels.copy()
    for axis in (1, 2):
        a, b = np.swapaxes(out, 1, axis), np.swapaxes(pixels, 1, axis)
        np.minimum(a[:, 1:], b[:, :-1], out=a[:, 1:])
        np.minimum(a[:, :-1], b[:, 1:], out=a[:, :-1])
    return out


def _dilate(pixels: Array, weight: Array | float = 1.0) -> Array:
    """Dilation: the maximum of each pixel and its four neighbours times `weight`."""
    out = pixels.copy()
    weighted = pixels * weight
    for axis in (1, 2):
        a, b = np.swapaxes(out, 1, axis), np.swapaxes(weighted, 1, axis)
        np.maximum(a[:, 1:], b[:, :-1], out=a[:, 1:])
        np.maximum(a[:, :-1], b[:, 1:], out=a[:, :-1])
    return out


_CENTRE = np.float32(SIDE - 1) / 2
_PADDED = SIDE + 3  # a black pixel before and two after, for the neighbours of clipped positions


def _basis() -> Array:
    """The functions 1, X, Y and the elastic bumps at the 784 output positions: (28, 784)."""
    y, x = (axis.ravel() - _CENTRE for axis in np.mgrid[:SIDE, :SIDE])
    knots = np.linspace(-_CENTRE, _CENTRE, KNOTS)
    width = knots[1] - knots[0]
    bumps = [
        np.exp(-((x - kx) ** 2 + (y - ky) ** 2) / (2 * (0.6 * width) ** 2))
        for ky in knots
        for kx in knots
    ]
    return np.stack([np.ones_like(x), x, y, *bumps]).astype(np.float32)


_BASIS = _basis()


def _warp(images: Array, coefficients: Array, out: Array) -> None:
    """Resample: out(X, Y) = image at (x, y) = coefficients · basis(X, Y), bilinear, black outside.

    Positions are flat indices into images padded with black, computed as floats (exact below 2^24).
    """
    n = len(images)
    padded = np.zeros((n, _PADDED, _PADDED), np.float32)
    padded[:, 1 : 1 + SIDE, 1 : 1 + SIDE] = images.reshape(n, SIDE, SIDE)
    basis = _BASIS[: coefficients.shape[2]]
    x, y = (coefficients[:, axis] @ basis for axis in (0, 1))  # (n, 784) each
    for position in (x, y):
        position += np.float32(_CENTRE + 1)
        np.clip(position, 0, SIDE + 1, out=position)
    left, top = np.floor(x), np.floor(y)
    x -= left
    y -= top
    top *= _PADDED
    top += left
    top += (np.arange(n, dtype=np.float32) * _PADDED**2)[:, None]
    index = top.astype(np.int32).astype(np.intp)  # twice as fast as one conversion
    flat = padded.ravel()
    upper = _blend(flat, index, x)
    lower = _blend(flat[_PADDED:], index, x)
    lower -= upper
    lower *= y
    np.add(upper, lower, out=out)


def _blend(flat: Array, index: npt.NDArray[np.intp], part: Array) -> Array:
    """Interpolate linearly between flat[index] and the pixel after it."""
    first = flat.take(index, mode="clip")
    second = flat[1:].take(index, mode="clip")
    second -= first
    second *= part
    second += first
    return second
