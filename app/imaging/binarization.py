"""Binarisation of pictures that have two levels: ink on a background of nearly one grey.

Drawings, screenshots and scans are of this kind, at any crop: what covers most of the border is the
background. Photos, whose light varies, are left to `app.imaging.illumination`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["LEAST_CONTRAST", "Ink", "two_levels"]

Grey = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

LEAST_CONTRAST = 12  # grey levels between ink and background
BLOCKS = 4  # along each side: their medians tell whether the background is even
EVEN = 0.12  # of the contrast, by which the medians of an even background differ at most
SHOWN = 0.3  # of a block: less background there does not count
SOFT = 40  # of the longer side, a part over which the edges of strokes may be soft
NOISY = 0.1  # of the contrast, from which the background's noise makes it a photo
DEEPEST = 0.22  # of the longer side: the radius of the largest disc that fits into strokes
ARTEFACTS = 0.12  # share of the contrast up to which lossy compression makes its artefacts
NOISE_FACTOR = 3.0  # standard deviations of the noise by which ink differs from the background
CLEAR_BORDER = 0.35  # share of the border up to which ink surely is ink, and not the background


class Ink(NamedTuple):
    """What is ink in a picture, and how sure that is."""

    coverage: Array  # (h, w), 0..1
    clean: bool  # the background has no noise at all
    doubtful: bool  # what was taken for the background may be the ink


def two_levels(grey: Grey, lossy: bool, inverted: bool = False, filled: bool = False) -> Ink | None:
    """Separate ink from an even background by Otsu's threshold; None where that does not succeed.

    The background is what covers most of the picture's border, or, if `inverted`, least. Where it
    is uneven, as in photos, the result is None; so it is where the ink is thicker than strokes are,
    unless it is flat or may be `filled`. (Otsu, *A Threshold Selection Method from Gray-Level
    Histograms*, 1979.)
    """
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = grey > threshold
    covered = float(_border(light).mean())
    on_light = (covered >= 0.5) != inverted
    background = light if on_light else ~light
    if background.all() or not background.any():
        return None
    difference = grey.astype(np.float32) - np.float32(np.median(grey[background]))
    if on_light:
        difference = -difference
    contrast = float(np.percentile(difference[~background], 75))
    noise = 1.4826 * float(np.median(np.abs(difference[background])))
    if contrast < LEAST_CONTRAST or noise > NOISY * contrast:
        return None
    if not _is_even(difference, background, contrast):
        return None
    clean = not lossy and noise == 0
    filled = filled or (clean and _is_flat(grey[~background]))
    if not (filled or _are_strokes(~background)):
        return None
    faint = max(NOISE_FACTOR * noise, ARTEFACTS * contrast if lossy else 0.0)
    coverage: Array = np.clip((difference - faint) / (contrast - faint), 0, 1)
    doubtful = min(covered, 1 - covered) > CLEAR_BORDER
    return Ink(coverage, clean, doubtful)


def _border(mask: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate((mask[0], mask[-1], mask[:, 0], mask[:, -1]))


def _is_even(difference: Array, background: Mask, contrast: float) -> bool:
    """Whether the background is about equal in all parts of the picture that show enough of it."""
    height, width = difference.shape
    away = max(1, max(height, width) // SOFT)  # from the soft edges of strokes
    kernel = np.ones((2 * away + 1, 2 * away + 1), np.uint8)
    background = cv2.erode(background.view(np.uint8), kernel).astype(bool)
    medians = []
    for rows in np.array_split(np.arange(height), BLOCKS):
        for columns in np.array_split(np.arange(width), BLOCKS):
            if not (rows.size and columns.size):
                continue
            block = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            values = difference[block][background[block]]
            if values.size > SHOWN * rows.size * columns.size:
                medians.append(float(np.median(values)))
    return not medians or max(medians) - min(medians) <= max(EVEN * contrast, 4)


def _is_flat(values: Grey) -> bool:
    """Whether most of the values are the same, as those of a filled shape that was drawn."""
    return 2 * int(np.bincount(values).max()) > values.size


def _are_strokes(ink: Mask) -> bool:
    """Whether the ink is nowhere too thick for strokes, as half of a sheet in the shadow is."""
    padded = np.pad(ink.view(np.uint8), 1, mode="edge")
    deepest = float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max())
    return bool(deepest <= DEEPEST * max(ink.shape))
