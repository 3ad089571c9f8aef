"""What a picture is, by its header alone: its format, its size, and what decoding it takes.

No picture takes more than MOST_MEMORY: what its decoder needs for a pixel is known from its header.
"""

from __future__ import annotations

import io
import struct
from functools import cache
from importlib import import_module
from typing import Any

from PIL import Image, ImageFile

from app.errors import Invalid, TooLarge, UnsupportedMedia
from model.messages import Message

__all__ = ["LARGE_WEBP", "MAX_PIXELS", "MOST_MEMORY", "memory", "open_picture", "size"]

MAX_PIXELS = 64 * 2**20  # 8192 x 8192; more is refused before decoding
MOST_MEMORY = 4 * MAX_PIXELS  # bytes that a picture may take while it is decoded
LARGE_WEBP = 2**20  # pixels, from which OpenCV decodes it: Pillow takes 16 bytes for each
MOST_TEXT = 2**20  # bytes of all texts in a PNG, unpacked
MOST_VALUES = 100_000  # of a tag in a TIFF: there is one for each strip
FORMATS = Message("image.formats")

# Pillow's own limit only warns; `open_picture` refuses larger pictures before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
# The allocator gives blocks of over 32 MB back to the system. Pillow's usual ones of 16 MB it keeps
# for each thread, so that two threads in turn hold twice what either needs.
Image.core.set_block_size(64 * 2**20)  # type: ignore[attr-defined]

# First bytes and format. Detected here, so that only the format's own reader parses an upload.
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"RIFF", "WEBP"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
# Format and Pillow's name for its reader. `Image.open` would try each, and takes longer.
READERS = {
    "PNG": "PngImage",
    "JPEG": "JpegImage",
    "WEBP": "WebPImage",
    "GIF": "GifImage",
    "BMP": "BmpImage",
    "TIFF": "TiffImage",
}
START_OF_SCAN = b"\xff\xda"
BITS = 258  # the TIFF tag: bits of each sample


def size(data: bytes) -> tuple[int, int]:
    """The width and height of a picture, from its header alone. Raises as `read_grey` does."""
    if data[:8] == SIGNATURES[0][0] and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    with open_picture(data) as image:
        return image.size


def memory(data: bytes) -> int:
    """The bytes that decoding a picture takes at most, from its header alone.

    Raises as `read_grey` does.
    """
    with open_picture(data) as image:
        return _memory(image, data)


def _memory(image: Image.Image, data: bytes) -> int:
    pixels, kind = image.width * image.height, image.format
    if kind == "WEBP":
        return (10 if pixels > LARGE_WEBP else 16) * pixels
    if kind == "TIFF":  # a strip of it may be the whole picture
        tags: Any = image.tag_v2  # type: ignore[attr-defined]
        bits = int(sum(tags.get(BITS, (1,))))
        return 4 * pixels + bits * pixels // 8
    if kind != "JPEG":
        return 4 * pixels
    # Decoded at a reduced size; of several scans, all coefficients are kept, of two bytes.
    if not image.info.get("progressive") and _has_all_in_one_scan(image, data):
        return pixels // 4
    sampled = [(across, down) for _, across, down, _ in image.layer]  # type: ignore[attr-defined]
    most = max(across for across, _ in sampled) * max(down for _, down in sampled)
    samples = sum(across * down for across, down in sampled)
    return int(2 * pixels * samples // most)


def _has_all_in_one_scan(image: Any, data: bytes) -> bool:
    """Whether the first scan of a JPEG has all its components, by the header that Pillow read last.

    Looking for a second scan would mean to look through the whole file.
    """
    end = image.fp.tell()
    for components in range(1, 5):  # a header of fewer is never taken for one of more
        size = 6 + 2 * components
        if data[end - size - 2 : end - size] == START_OF_SCAN:
            return components >= len(image.layer)
    return False


def open_picture(data: bytes) -> Image.Image:
    """Read the header with the format's own reader; refuse other files and too many pixels."""
    if not data:
        raise Invalid("image.empty", remedy=FORMATS)
    kind = next((name for start, name in SIGNATURES if data.startswith(start)), None)
    if kind is None or (kind == "WEBP" and data[8:12] != b"WEBP"):
        if data[4:8] == b"ftyp":
            raise UnsupportedMedia("image.heic")
        raise UnsupportedMedia("image.no_picture", remedy=FORMATS)
    try:
        if kind == "TIFF":
            _expect_few_values(data)
        image = _reader(kind)(io.BytesIO(data))
        needed = _memory(image, data)
    except Exception as error:
        raise Invalid("image.damaged", kind=kind) from error
    width, height = image.size
    most = min(MAX_PIXELS, width * height * MOST_MEMORY // max(needed, 1))
    if width * height > most:
        raise TooLarge("image.too_many_pixels", width=width, height=height, most=most)
    return image


def _expect_few_values(tiff: bytes) -> None:
    """Raise ValueError for a tag of so many values that a tuple of them would fill the memory."""
    order = "<" if tiff[:2] == b"II" else ">"
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (tags,) = struct.unpack_from(f"{order}H", tiff, start)
    for place in range(start + 2, min(start + 2 + 12 * tags, len(tiff) - 11), 12):
        if struct.unpack_from(f"{order}I", tiff, place + 4)[0] > MOST_VALUES:
            raise ValueError("a tag of too many values")


@cache
def _reader(kind: str) -> type[ImageFile.ImageFile]:
    """Pillow's reader of a format, imported with the first such picture."""
    name = READERS[kind]
    module: Any = import_module(f"PIL.{name}Plugin")
    if kind == "PNG":
        module.MAX_TEXT_MEMORY = MOST_TEXT
    reader: type[ImageFile.ImageFile] = getattr(module, f"{name}File")
    return reader
