"""Decode an uploaded picture to grey, and find its foreground. Only this module imports Pillow.

No picture takes more than MOST_MEMORY: what its decoder needs for a pixel is known from its header.

The picture is turned by its EXIF orientation; of an animation the first frame is taken;
transparency, 16-bit values and colours become grey. `app.imaging.foreground` then finds
the ink.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from math import log
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from app.errors import Invalid, TooLarge, UnsupportedMedia
from app.imaging.box import Box
from app.imaging.foreground import Foreground, extract_digits, extract_foreground
from app.imaging.stroke_width import normalize_stroke_width
from model.messages import Message
from model.preprocessing import normalize

__all__ = [
    "MOST_MEMORY",
    "DigitInPicture",
    "DigitsInPicture",
    "decode",
    "find_digits",
    "memory",
    "pixel_count",
    "png",
    "read_digits",
    "read_foreground",
    "read_grey",
    "stages",
]

Grey = npt.NDArray[np.uint8]

MAX_PIXELS = 64 * 2**20  # 8192 x 8192; more is refused before decoding
MOST_MEMORY = 4 * MAX_PIXELS  # bytes that a picture may take while it is decoded
LARGE_WEBP = 2**20  # pixels, from which OpenCV decodes it: Pillow takes 16 bytes for each
MOST_TEXT = 2**20  # bytes of all texts in a PNG, unpacked
MOST_VALUES = 100_000  # of a tag in a TIFF: there is one for each strip
STRIP = 1024 * 1024  # pixels that are converted at a time, so that no copy of all is made
WORK_SIDE = 400  # pixels of the longer side; larger pictures are reduced to about this
MOST_DIGITS = 100  # in one picture: more are a page of print
SMALL_INK = 60  # pixels of the longer side; smaller ink is enlarged
FORMATS = Message("image.formats")

# Pillow's own limit only warns; `_open` refuses larger pictures before anything is decoded.
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
ORIENTATION = 274  # the EXIF tag, and what sets a picture of each value upright
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class DigitInPicture(NamedTuple):
    """A digit's ink, white on black, ready for `to_mnist`; its box in the upright picture."""

    ink: Grey
    box: Box


class DigitsInPicture(NamedTuple):
    """The digits of a picture line by line, from left to right, and the size of it, set upright."""

    digits: list[DigitInPicture]
    width: int
    height: int


def read_grey(data: bytes) -> Grey:
    """Decode a picture to white foreground on black (h, w), 0..255, ready for `normalize.to_mnist`.

    Raises UnsupportedMedia for another kind of file, TooLarge for too many pixels, Invalid for a
    damaged file.
    """
    return read_foreground(data).ink


def read_foreground(data: bytes) -> Foreground:
    """The same, with the other ink where it is doubtful whether it is light on dark."""
    ink, other = extract_foreground(*decode(data))
    return Foreground(_to_pen(ink), None if other is None else _to_pen(other))


def read_digits(data: bytes) -> DigitsInPicture:
    """Find each digit in a picture; raises as `read_grey` does.

    Raises Invalid, too, for more than MOST_DIGITS.
    """
    grey, lossy = decode(data)
    with _open(data) as image:
        width, height = image.size
    if _is_turned(width / height, grey.shape[1] / grey.shape[0]):
        width, height = height, width
    return find_digits(grey, lossy, width, height)


def _is_turned(before: float, after: float) -> bool:
    """Whether a picture of one ratio of width to height was turned by a quarter to the other."""
    kept, turned = abs(log(after / before)), abs(log(after * before))
    return kept > turned + 0.01  # reduction rounds


def find_digits(grey: Grey, lossy: bool, width: int, height: int) -> DigitsInPicture:
    """Find each digit in a grey picture that was reduced from `width` x `height` pixels."""
    found = extract_digits(grey, lossy)
    if len(found) > MOST_DIGITS:
        raise Invalid("image.too_many_digits", found=len(found), most=MOST_DIGITS)
    x, y = width / grey.shape[1], height / grey.shape[0]
    digits = [DigitInPicture(_to_pen(digit.ink), _scaled(digit.box, x, y)) for digit in found]
    return DigitsInPicture(digits, width, height)


def _scaled(box: Box, x: float, y: float) -> Box:
    return Box(
        round(x * box.left),
        round(y * box.top),
        max(1, round(x * box.width)),
        max(1, round(y * box.height)),
    )


def pixel_count(data: bytes) -> int:
    """The number of pixels of a picture, from its header alone. Raises as `read_grey` does."""
    if data[:8] == SIGNATURES[0][0] and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width * height)
    with _open(data) as image:
        return image.width * image.height


def memory(data: bytes) -> int:
    """The bytes that decoding a picture takes at most, from its header alone.

    Raises as `read_grey` does.
    """
    with _open(data) as image:
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


def stages(data: bytes, other: bool = False) -> dict[str, Grey]:
    """The result of each step of the preparation by name, in order.

    The steps are grey, ink (the foreground, or the `other` one), small (20x20) and input (28x28).
    Raises as `read_grey` and `normalize.to_mnist` do.
    """
    grey, lossy = decode(data)
    found = extract_foreground(grey, lossy)
    white = _to_pen(found.other if other and found.other is not None else found.ink)
    top, bottom, left, right = normalize.bounding_box(white)
    return {
        "grey": grey,
        "ink": white,
        "small": normalize.resample(white[top:bottom, left:right]),
        "input": normalize.to_mnist(white),
    }


def _to_pen(ink: Grey) -> Grey:
    """Bring ink to a size and a stroke width that survive 28x28."""
    return normalize_stroke_width(_enlarge(ink))


def _enlarge(ink: Grey) -> Grey:
    """Enlarge small ink (h, w) smoothly, so that its pixels do not show as steps.

    28x28 pixels, the network's own size, are kept, and so are larger inks.
    """
    side = max(ink.shape)
    if side >= SMALL_INK or ink.shape == (normalize.SIDE, normalize.SIDE):
        return ink
    factor = -(-SMALL_INK // side)
    padded = np.pad(ink, 1)  # for soft edges outwards
    size = padded.shape[1] * factor, padded.shape[0] * factor
    return np.asarray(Image.fromarray(padded).resize(size, Image.Resampling.BICUBIC))


def png(grey: Grey) -> bytes:
    """Encode a grey picture as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG")
    return buffer.getvalue()


def _open(data: bytes) -> Image.Image:
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


def decode(data: bytes) -> tuple[Grey, bool]:
    """Decode to grey, upright, and tell whether the compression was lossy."""
    image = _open(data)
    kind = image.format or ""
    try:
        image.draft(None, (WORK_SIDE, WORK_SIDE))  # JPEG decodes at 1/2, 1/4, 1/8 almost for free
        if kind == "WEBP" and image.width * image.height > LARGE_WEBP:
            grey = _to_grey(_decode_webp(data) or image)
        else:
            image.load()
            grey = _to_grey(image)
        grey = _set_upright(grey, image)
    except Exception as error:  # decoders raise many types on damaged files
        raise Invalid("image.damaged", kind=kind) from error
    return grey, kind == "JPEG" or (kind == "WEBP" and b"VP8L" not in data[:64])


def _decode_webp(data: bytes) -> Image.Image | None:
    """The first frame, with half of Pillow's memory and the interpreter free; None if damaged."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None:
        return None
    code = cv2.COLOR_BGRA2RGBA if found.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return Image.fromarray(cv2.cvtColor(found, code, dst=found))


def _set_upright(grey: Grey, image: Image.Image) -> Grey:
    """Turn what was reduced by the orientation in the file, which costs less than turning all."""
    if "exif" not in image.info:
        return grey  # Pillow applies a TIFF's orientation itself
    turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    return grey if turn is None else np.asarray(Image.fromarray(grey).transpose(turn))


def _to_grey(image: Image.Image) -> Grey:
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
