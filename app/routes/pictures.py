"""Uploaded pictures: the bytes of a file to 28x28 pixels, in a thread where that takes long."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from app.errors import Invalid
from app.imaging import decode, header
from app.imaging.budget import Budget
from app.pools import PICTURES
from app.routes.bodies import QUICK_BYTES, in_thread_if_long, shown
from app.routes.pixels import PIXELS, Pixels
from model.preprocessing import normalize

__all__ = ["Picture", "file_of_base64", "find_digits", "read_picture", "stages"]

# Pixels on either side of a picture: larger ones are read in a thread. Measured on tens of
# thousands of adverse pictures, the worst of 32 x 32 takes 22 ms of the processor, of 1024 x 1 70.
QUICK_SIDE = 32
SMALL_PIXELS = 2**20  # of a picture: no format takes more than 16 bytes for each of so few

PIECE = 64 * 1024  # characters
URL_SAFE = bytes.maketrans(b"-_", b"+/")  # the other alphabet of base64

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Picture:
    """One image; `file` holds the bytes that were uploaded, None if the image came as pixels.

    `exchanged` is the image with light and dark exchanged, where it is doubtful which is ink.
    """

    pixels: Pixels  # (1, 784)
    file: bytes | None = None
    exchanged: Pixels | None = None  # (1, 784)


async def read_picture(request: Request, file: bytes) -> Picture:
    """The picture in a file, cropped, scaled and centred to 28x28. Raises as `read_grey` does."""
    return await _aside(request, _read, file)


async def find_digits(request: Request, file: bytes) -> decode.DigitsInPicture:
    """Each digit of the picture in a file. Raises as `read_grey` does."""
    return await _aside(request, decode.read_digits, file)


async def stages(request: Request, picture: Picture) -> dict[str, str]:
    """Each step of an uploaded picture's preprocessing, as the data: URL of a PNG."""
    assert picture.file is not None
    other = picture.pixels is picture.exchanged
    # In a thread however small it is: the event loop has just read the same picture.
    steps = await _aside(request, lambda file: decode.stages(file, other), picture.file, quick=0)
    return {
        name: f"data:image/png;base64,{base64.b64encode(decode.png(grey)).decode()}"
        for name, grey in steps.items()
    }


async def file_of_base64(text: Any) -> bytes:
    """The bytes of a file given in base64, or as a data: URL. Raises Invalid."""
    if not isinstance(text, str):
        raise Invalid("request.base64", found=shown(text))
    return await in_thread_if_long(_decoded, text)


def _decoded(text: str) -> bytes:
    content = text.encode(errors="replace")
    if text[:5].lower() == "data:":  # RFC 2397
        head, comma, content = content.partition(b",")
        if not comma:
            raise Invalid("request.base64", found=shown(text))
        content = _percent_decoded(content)
        if not head.lower().endswith(b";base64"):
            return content
    content = content.translate(URL_SAFE, b" \t\r\n\v\f")  # lines, as many encoders make
    content += b"=" * (-len(content) % 4)  # which some leave out
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("request.base64", found=shown(text)) from None


def _percent_decoded(text: bytes) -> bytes:
    """`unquote_to_bytes` piece by piece: it makes a list of all escapes, thirty times as large."""
    decoded, at = bytearray(), 0
    while at < len(text):
        end = at + PIECE
        if b"%" in (last := text[end - 2 : end]):
            end -= 2 - last.index(b"%")  # an escape stays whole
        decoded += unquote_to_bytes(text[at:end])
        at = end
    return bytes(decoded)


async def _aside(
    request: Request, work: Callable[[bytes], Result], file: bytes, quick: int = QUICK_SIDE
) -> Result:
    """Do the work on a file at once up to `quick` pixels a side, else aside, as memory allows."""
    if len(file) <= QUICK_BYTES:
        width, height = header.size(file)
        if max(width, height) <= quick:
            return work(file)
        pixels = width * height
        needed = 16 * pixels if pixels <= SMALL_PIXELS else header.memory(file)
    else:  # a header, too, may be long
        needed = await PICTURES.run(request.receive, header.memory, file)
    budget: Budget = request.app.state.pictures
    share = await budget.take(needed)
    try:
        return await PICTURES.run(request.receive, share.during(work), file)
    finally:
        share.give_back_unless_begun()


def _read(file: bytes) -> Picture:
    ink, other = decode.read_foreground(file)
    return Picture(_to_mnist(ink), file, None if other is None else _to_mnist(other))


def _to_mnist(ink: NDArray[np.uint8]) -> Pixels:
    return normalize.to_mnist(ink).reshape(1, PIXELS)
