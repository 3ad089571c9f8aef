"""Decode an uploaded picture to grey, and find its foreground.

The picture is turned by its EXIF orientation; of an animation the first frame is taken;
transparency, 16-bit values and colours become grey. `app.imaging.foreground` then finds
the ink.
"""

from __future__ import annotations

import io
from math import log
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from app.errors import Invalid
from app.imaging.box import Box
from app.imaging.foreground import Foreground, extract_digits, extract_foreground
from app.imaging.grey import WORK_SIDE, to_grey
from app.imaging.header import LARGE_WEBP, open_picture
from app.imaging.stroke_width import normalize_stroke_width
from model.preprocessing import normalize

__all__ = [
    "DigitInPicture",
    "DigitsInPicture",
    "decode",
    "find_digits",
    "png",
    "read_digits",
    "read_foreground",
    "read_grey",
    "stages",
]

Grey = npt.NDArray[np.uint8]

MOST_DIGITS = 100  # in one picture: more are a page of print
SMALL_INK = 60  # pixels of the longer side; smaller ink is enlarged
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
    with open_picture(data) as image:
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


def decode(data: bytes) -> tuple[Grey, bool]:
    """Decode to grey, upright, and tell whether the compression was lossy."""
    image = open_picture(data)
    kind = image.format or ""
    try:
        image.draft(None, (WORK_SIDE, WORK_SIDE))  # JPEG decodes at 1/2, 1/4, 1/8 almost for free
        if kind == "WEBP" and image.width * image.height > LARGE_WEBP:
            grey = to_grey(_decode_webp(data) or image)
        else:
            image.load()
            grey = to_grey(image)
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
