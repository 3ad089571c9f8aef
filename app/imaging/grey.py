"""Any picture as grey: reduced; transparency, 16 bits, floats and colours brought to 8 bits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["WORK_SIDE", "to_grey"]

Grey = npt.NDArray[np.uint8]

STRIP = 1024 * 1024  # pixels that are converted at a time, so that no copy of all is made
WORK_SIDE = 400  # pixels of the longer side; larger pictures are reduced to about this


def to_grey(image: Image.Image) -> Grey:
    """Grey (h, w), 0..255, of a decoded picture; one of over 2 * WORK_SIDE is reduced."""
    if image.mode in ("L", "1"):
        if "transparency" not in image.info:
            grey = _reduce(image, "L")
            # The result of np.asarray in less time, for the most common mode.
            return np.frombuffer(grey.tobytes(), np.uint8).reshape(grey.height, grey.width)
    elif image.mode == "F" or image.mode.startswith("I"):
        return _scale_to_8_bits(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return _flatten(image)
    if image.mode == "LAB":
        return np.asarray(_reduce(image.getchannel(0), "L"))
    return _luma(np.asarray(_reduce(image, "RGB")))


def _reduction(image: Image.Image) -> int:
    """The side of the blocks of pixels that are averaged."""
    return -(-max(image.size) // (2 * WORK_SIDE))


def _rows_of_tiles(image: Image.Image) -> Iterator[Iterator[Image.Image]]:
    """The picture in rows, from the top, of tiles of whole blocks, from the left.

    A row is one tile unless the picture is so wide that a few of its lines are many pixels.
    """
    factor, (width, height) = _reduction(image), image.size
    high = min(height, max(factor, STRIP // max(width, 1) // factor * factor))
    wide = width
    if high * width > 2 * STRIP:  # one lower than a block is filled up to it
        wide = max(factor, STRIP // max(high, factor) // factor * factor)
    for top in range(0, height, high):
        bottom = min(top + high, height)
        yield (
            image.crop((left, top, min(left + wide, width), bottom))
            for left in range(0, width, wide)
        )


def _reduce(image: Image.Image, *modes: str) -> Image.Image:
    """Convert to each of these modes in turn, and average blocks of pixels of a large picture."""

    def converted(part: Image.Image) -> Image.Image:
        for mode in modes:
            part = part if part.mode == mode else part.convert(mode)
        return part

    factor = _reduction(image)
    if factor == 1:
        return converted(image)
    size = -(-image.width // factor), -(-image.height // factor)
    reduced, top = Image.new(modes[-1], size), 0
    for row in _rows_of_tiles(image):
        left = 0
        for tile in row:
            part = converted(tile).reduce(factor)
            reduced.paste(part, (left, top))
            left += part.width
        top += part.height
    return reduced


def _scale_to_8_bits(image: Image.Image) -> Grey:
    """Scale 16-bit and float pictures from the range of their values to 0..255."""
    factor = _reduction(image)
    rows = ([_block_means(tile, factor) for tile in row] for row in _rows_of_tiles(image))
    values = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    low, high = min(values.min(), 0.0), values.max()
    if low == 0 and high >= 4096:
        scale = 257.0  # 65535 / 255: all 16 bits are in use
    elif low == 0 and 1 < high <= 255:
        scale = 1.0
    else:
        scale = max(high - low, 1e-9) / 255
    grey: Grey = np.clip((values - low) / scale + 0.5, 0, 255).astype(np.uint8)
    return grey


def _block_means(tile: Image.Image, factor: int) -> npt.NDArray[np.float64]:
    """The means of whole blocks of values; what is no number counts as 0."""
    values = np.asarray(tile).astype(np.float64)
    if tile.mode == "F":
        np.nan_to_num(values, copy=False, posinf=0, neginf=0)
    if factor == 1:
        return values
    height, width = (max(extent // factor, 1) * factor for extent in values.shape)
    missing = [
        (0, max(0, whole - at)) for whole, at in zip((height, width), values.shape, strict=True)
    ]
    whole = np.pad(values, missing, "edge")[:height, :width]
    blocks = whole.reshape(height // factor, factor, -1, factor)
    means: npt.NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return means


def _flatten(image: Image.Image) -> Grey:
    """Composite a transparent picture over a background that contrasts with its foreground.

    Where most pixels are opaque, the background is their median.
    """
    layers = _reduce(image, "RGBA", "RGBa").split()
    premultiplied = np.asarray(Image.merge("RGB", layers[:3]).convert("L"), np.float32)
    alpha = np.asarray(layers[3], np.float32) / 255
    opaque = alpha > 0.5
    if opaque.mean() > 0.5:
        background = float(np.median(premultiplied[opaque]))
    else:
        background = 255.0 if premultiplied.sum() < 127.5 * alpha.sum() else 0.0
    return np.floor(premultiplied + (1 - alpha) * background + 0.5).astype(np.uint8)


def _luma(rgb: Grey) -> Grey:
    """Luma (ITU-R 601), or the colour channel with the widest range if luma has little contrast."""
    luma = np.asarray(Image.fromarray(rgb).convert("L"))
    if np.ptp(luma) >= 96:
        return luma
    spreads = [int(np.ptp(rgb[..., channel])) for channel in range(3)]
    best = int(np.argmax(spreads))
    return rgb[..., best] if spreads[best] > 1.5 * np.ptp(luma) else luma
