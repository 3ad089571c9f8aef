"""Bytes of an upload to a grey picture, white ink on black. Pillow is imported here alone.

Turned by EXIF, first frame, transparency flattened, 16 bits and colours made grey; what is paper
and what is ink is found by `app.imaging.background`.
"""

from __future__ import annotations

import io
import struct
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, ImageOps

from app.errors import Invalid, TooLarge, UnsupportedMedia
from app.imaging import background
from app.imaging.stroke_width import suit_pen
from model.messages import Message
from model.preprocessing import normalize

__all__ = ["pixels", "png", "read_grey", "stages"]

Grey = npt.NDArray[np.uint8]

MAX_PIXELS = 50_000_000  # a phone's largest photo; more is refused before it is decoded
WORK_SIDE = 400  # pixels: larger pictures are reduced to about this
FORMATS = Message("image.formats")

# Pillow's own limit only warns, and counts otherwise: `_open` refuses before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

# First bytes, format. Sniffed here, so that nothing but its own reader ever sees an upload.
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"RIFF", "WEBP"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
# Format, Pillow's name for its reader. `Image.open` would ask about each, and takes longer.
READERS = {
    "PNG": "PngImage",
    "JPEG": "JpegImage",
    "WEBP": "WebPImage",
    "GIF": "GifImage",
    "BMP": "BmpImage",
    "TIFF": "TiffImage",
}
ORIENTATION = 274  # the EXIF tag


def read_grey(data: bytes) -> Grey:
    """Decode a picture to white ink on black (h, w), 0..255, ready for `normalize.to_mnist`.

    Raises UnsupportedMedia for what is no picture, TooLarge for too many pixels, Invalid for a
    damaged file.
    """
    grey, lossy = _decode(data)
    return _ink(grey, lossy)


def pixels(data: bytes) -> int:
    """How many pixels the picture has, from its header alone. Raises as `read_grey` does."""
    if data[:8] == SIGNATURES[0][0] and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width * height)
    with _open(data) as image:
        return image.width * image.height


def stages(data: bytes) -> dict[str, Grey]:
    """What each step of the preparation made, in order: grey, ink, small (20x20), input (28x28).

    Raises as `read_grey` and `normalize.to_mnist` do.
    """
    grey, lossy = _decode(data)
    found = _ink(grey, lossy)
    top, bottom, left, right = normalize.ink_box(found)
    return {
        "grey": grey,
        "ink": found,
        "small": normalize.resample(found[top:bottom, left:right]),
        "input": normalize.to_mnist(found),
    }


def _ink(grey: Grey, lossy: bool) -> Grey:
    return suit_pen(background.extract_ink(grey, lossy))


def png(grey: Grey) -> bytes:
    """Encode a grey picture as PNG, to show it."""
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG")
    return buffer.getvalue()


def _open(data: bytes) -> Image.Image:
    """Read the header, and refuse what is no picture or too large a one."""
    if not data:
        raise Invalid("image.empty", remedy=FORMATS)
    kind = next((name for start, name in SIGNATURES if data.startswith(start)), None)
    if kind is None or (kind == "WEBP" and data[8:12] != b"WEBP"):
        if data[4:8] == b"ftyp":
            raise UnsupportedMedia("image.heic")
        raise UnsupportedMedia("image.no_picture", remedy=FORMATS)
    try:
        image = _reader(kind)(io.BytesIO(data))
    except Exception as error:
        raise _damaged(kind, error) from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise TooLarge("image.too_many_pixels", width=width, height=height, most=MAX_PIXELS)
    return image


@cache
def _reader(kind: str) -> type[ImageFile.ImageFile]:
    """Pillow's class for a format, imported when the first such picture comes."""
    name = READERS[kind]
    reader: type[ImageFile.ImageFile] = getattr(import_module(f"PIL.{name}Plugin"), f"{name}File")
    return reader


def _damaged(kind: str, error: Exception) -> Invalid:
    return Invalid("image.damaged", kind=kind, error=str(error))


def _decode(data: bytes) -> tuple[Grey, bool]:
    """Decode to grey as it was photographed or drawn, and tell whether compression left traces."""
    image = _open(data)
    kind = image.format or ""
    try:
        image.draft(None, (WORK_SIDE, WORK_SIDE))  # JPEG decodes at 1/2, 1/4, 1/8 almost for free
        image.load()
        image = _turn(image)
        grey = _to_grey(image)
    except Exception as error:  # each decoder raises what its parser happens to raise
        raise _damaged(kind, error) from error
    return grey, kind == "JPEG" or (kind == "WEBP" and b"VP8L" not in data[:64])


def _turn(image: Image.Image) -> Image.Image:
    if "exif" in image.info and image.getexif().get(ORIENTATION, 1) != 1:
        return ImageOps.exif_transpose(image)
    return image  # Pillow turns a TIFF by itself


def _to_grey(image: Image.Image) -> Grey:
    if image.mode in ("L", "1"):
        if "transparency" not in image.info:
            grey = _reduce(image if image.mode == "L" else image.convert("L"))
            # As np.asarray does, but sooner: this is how most pictures come.
            return np.frombuffer(grey.tobytes(), np.uint8).reshape(grey.height, grey.width)
    elif image.mode == "F" or image.mode.startswith("I"):
        return _from_deep(np.asarray(image))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return _flatten(image)
    if image.mode == "LAB":
        return np.asarray(_reduce(image.getchannel(0)))
    return _from_colour(np.asarray(_reduce(image.convert("RGB"))))


def _reduce(image: Image.Image) -> Image.Image:
    factor = -(-max(image.size) // (2 * WORK_SIDE))
    return image.reduce(factor) if factor > 1 else image


def _from_deep(values: npt.NDArray[Any]) -> Grey:
    """16-bit and float pictures: whatever range they use becomes 0..255."""
    factor = -(-max(values.shape) // (2 * WORK_SIDE))
    values = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
    if factor > 1:
        height, width = (extent // factor * factor for extent in values.shape)
        blocks = values[:height, :width].reshape(height // factor, factor, -1, factor)
        values = blocks.mean(axis=(1, 3))
    low, high = min(values.min(), 0.0), values.max()
    if low == 0 and high >= 4096:
        scale = 257.0  # 65535 / 255: all 16 bits are in use
    elif low == 0 and 1 < high <= 255:
        scale = 1.0
    else:
        scale = max(high - low, 1e-9) / 255
    grey: Grey = np.clip((values - low) / scale + 0.5, 0, 255).astype(np.uint8)
    return grey


def _flatten(image: Image.Image) -> Grey:
    """Lay a transparent picture on paper: unlike its ink, or its own where most is opaque."""
    layers = _reduce(image.convert("RGBA").convert("RGBa")).split()
    ink_grey = np.asarray(Image.merge("RGB", layers[:3]).convert("L"), np.float32)  # times alpha
    alpha = np.asarray(layers[3], np.float32) / 255
    opaque = alpha > 0.5
    if opaque.mean() > 0.5:
        background = float(np.median(ink_grey[opaque]))
    else:
        background = 255.0 if ink_grey.sum() < 127.5 * alpha.sum() else 0.0
    return np.floor(ink_grey + (1 - alpha) * background + 0.5).astype(np.uint8)


def _from_colour(rgb: Grey) -> Grey:
    """Luma (ITU-R 601), unless the ink stands out much better in one of the channels."""
    luma = np.asarray(Image.fromarray(rgb).convert("L"))
    if np.ptp(luma) >= 96:
        return luma
    spreads = [int(np.ptp(rgb[..., channel])) for channel in range(3)]
    best = int(np.argmax(spreads))
    return rgb[..., best] if spreads[best] > 1.5 * np.ptp(luma) else luma
