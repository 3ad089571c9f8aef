"""Parses and validates the bodies of /predict and /gradients into arrays of pixels and labels.

This is done by hand, not by pydantic, for speed: a body of 784 numbers becomes an array in a few
microseconds. Every error says what was expected and what was found.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import orjson
from fastapi import Request
from numpy.typing import NDArray
from pydantic_core import from_json

from app.errors import BadRequest, Invalid, UnsupportedMedia
from app.imaging import decode
from app.routes.forms import Form, read_form
from app.routes.options import either
from model.errors import BlankImageError
from model.messages import Message, say
from model.preprocessing import normalize

__all__ = [
    "Examples",
    "Picture",
    "digits_in_picture",
    "labelled_images",
    "one_image",
    "several_images",
    "stages",
]

SIDE = normalize.SIDE
PIXELS = SIDE * SIDE
QUICK_BYTES = 64 * 1024  # larger bodies are parsed in a thread, so that small ones need not wait
QUICK_PICTURE = 512 * 512  # pixels, likewise

JSON = "application/json"
FORM = "multipart/form-data"
OCTETS = "application/octet-stream"

Pixels = NDArray[Any]  # (n, 784), 0..255


@dataclass(frozen=True, slots=True)
class Picture:
    """One image; `file` holds the bytes that were uploaded, None if the image came as JSON.

    `exchanged` is the image with light and dark exchanged, where it is doubtful which is ink.
    """

    pixels: Pixels  # (1, 784)
    file: bytes | None = None
    exchanged: Pixels | None = None  # (1, 784)


@dataclass(frozen=True, slots=True)
class Examples:
    """Images with their labels; `single` says that one image was sent, not a list."""

    pixels: Pixels  # (n, 784)
    labels: NDArray[np.int64]  # (n,)
    single: bool


async def one_image(request: Request) -> Picture:
    """The one image in a form or a JSON body. Raises ProblemError if there is no valid one."""
    kind, body, content_type = await _body(request, FORM, JSON)
    if kind == JSON:
        return Picture(_image(_member(await _json(body), "pixels")))
    return await _picture(read_form(content_type, body))


async def digits_in_picture(request: Request) -> decode.DigitsInPicture:
    """Each digit in a form's picture, or in 28x28 pixels. Raises ProblemError."""
    kind, body, content_type = await _body(request, FORM, JSON)
    if kind == FORM:
        file = _file(read_form(content_type, body))
        found = await asyncio.to_thread(decode.read_digits, file)
    else:
        grey = _image(_member(await _json(body), "pixels")).reshape(SIDE, SIDE).astype(np.uint8)
        found = decode.find_digits(grey, False, SIDE, SIDE)
    if not found.digits:
        raise BlankImageError("image.blank")
    return found


async def stages(picture: Picture) -> dict[str, str]:
    """Each step of an uploaded picture's preprocessing, as the data: URL of a PNG."""
    assert picture.file is not None
    other = picture.pixels is picture.exchanged
    steps = await asyncio.to_thread(decode.stages, picture.file, other)
    return {
        name: f"data:image/png;base64,{base64.b64encode(decode.png(grey)).decode()}"
        for name, grey in steps.items()
    }


async def several_images(request: Request) -> Pixels:
    """The images of a batch, sent as bytes or JSON, (n, 784). Raises ProblemError."""
    kind, body, _ = await _body(request, OCTETS, JSON)
    if kind == OCTETS:
        if not body or len(body) % PIXELS:
            raise Invalid("request.batch_bytes", pixels=PIXELS, found=len(body))
        return np.frombuffer(body, np.uint8).reshape(-1, PIXELS)
    return _images(_member(await _json(body), "pixels"))


async def labelled_images(request: Request) -> Examples:
    """Images with their labels, from a form or a JSON body. Raises ProblemError."""
    kind, body, content_type = await _body(request, FORM, JSON)
    if kind == FORM:
        form = read_form(content_type, body)
        label = _label(_number(form.text("label")))
        return Examples((await _picture(form)).pixels, np.array([label]), single=True)
    fields = await _json(body)
    pixels = _member(fields, "pixels")
    if "labels" not in fields:
        label = _label(_member(fields, "label"))
        return Examples(_image(pixels), np.array([label]), single=True)
    labels = fields["labels"]
    if not isinstance(labels, list):
        raise Invalid("request.labels_list")
    images_ = _images(pixels)
    if len(labels) != len(images_):
        raise Invalid("request.labels_count", images=len(images_), labels=len(labels))
    return Examples(images_, np.array([_label(label) for label in labels]), single=False)


async def _body(request: Request, *kinds: str) -> tuple[str, bytes, str]:
    """The media type, which must be one of `kinds`, the bytes, and the whole Content-Type."""
    # Read from the scope, which is faster than `request.headers` and `request.body()`:
    # app/security.py has already put the whole body into one message.
    headers = request.scope["headers"]
    content_type = next((value for name, value in headers if name == b"content-type"), b"")
    text = str(content_type, "latin-1")
    found = text.partition(";")[0].strip().lower()
    if found not in kinds:
        raise UnsupportedMedia(
            "request.media_type", expected=either(kinds), found=found or Message("request.none")
        )
    return found, (await request.receive()).get("body", b""), text


async def _json(body: bytes) -> dict[str, Any]:
    try:
        fields = _parse(body) if len(body) <= QUICK_BYTES else await asyncio.to_thread(_parse, body)
    except ValueError as error:
        raise BadRequest("request.not_json", error=str(error)) from None
    if not isinstance(fields, dict):
        raise Invalid("request.json_object")
    # In Python, True is a number, so nothing later would refuse it. The bytes are searched first,
    # because checking the type of each of 784 numbers takes longer than parsing them.
    if (b"true" in body or b"false" in body) and _has_bool(fields.get("pixels")):
        raise Invalid("request.booleans")
    return fields


def _parse(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        # orjson refuses NaN and Infinity; this parser takes them, and the pixel check names them.
        return from_json(body)


def _has_bool(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, list) and any(map(_has_bool, value)))


def _member(fields: Mapping[str, Any], name: str) -> Any:
    if name not in fields:
        raise Invalid("request.missing_field", name=name)
    return fields[name]


def _file(form: Form) -> bytes:
    file = form.parts.get("image")
    if file is None:
        raise Invalid("request.no_image")
    return file


async def _picture(form: Form) -> Picture:
    """The form's picture, cropped, scaled and centred to 28x28."""
    file = _file(form)
    if len(file) <= QUICK_BYTES and decode.pixel_count(file) <= QUICK_PICTURE:
        return _read(file)
    return await asyncio.to_thread(_read, file)


def _read(file: bytes) -> Picture:
    ink, other = decode.read_foreground(file)
    return Picture(_to_mnist(ink), file, None if other is None else _to_mnist(other))


def _to_mnist(ink: NDArray[np.uint8]) -> Pixels:
    return normalize.to_mnist(ink).reshape(1, PIXELS)


def _image(value: Any) -> Pixels:
    """Convert 784 numbers or 28 rows of 28 to (1, 784); a blank image is refused."""
    pixels = _whole_numbers(value)
    if pixels is None:
        pixels = _numbers(value)
    if not np.count_nonzero(pixels):
        raise BlankImageError("request.blank")
    return pixels


def _images(value: Any) -> Pixels:
    """Convert a list of such images to (n, 784)."""
    if not isinstance(value, list) or not value:
        raise Invalid("request.images_list", pixels=PIXELS)
    rows = [_whole_numbers(image) for image in value]
    return np.concatenate(
        [_numbers(value[i], i) if row is None else row for i, row in enumerate(rows)]
    )


def _whole_numbers(value: Any) -> Pixels | None:
    """The fast path: whole numbers from 0 to 255 as bytes, (1, 784). None for anything else."""
    if not isinstance(value, list):
        return None
    if len(value) == 28:
        if not all(isinstance(row, list) and len(row) == 28 for row in value):
            return None
        value = list(chain.from_iterable(value))
    if len(value) != PIXELS:
        return None
    try:  # CPython makes a bytearray from a list in less than half the time of bytes
        return np.frombuffer(bytearray(value), np.uint8).reshape(1, PIXELS)
    except (TypeError, ValueError):
        return None


def _numbers(value: Any, index: int | None = None) -> Pixels:
    """Convert any finite numbers from 0 to 255 to (1, 784). Raises Invalid with what is wrong.

    `index` is the image's place in its batch.
    """

    def refusal(code: str, **found: Any) -> Invalid:
        one, nth = Message("request.image_one"), Message("request.image_nth", {"index": index})
        image = one if index is None else nth
        said = Message(code, found)
        return Invalid("request.image_numbers", image=image, pixels=PIXELS, found=said)

    try:
        array = np.asarray(value)
    except ValueError:
        raise refusal("request.image_ragged") from None
    if array.dtype.kind not in "iuf":
        raise refusal("request.image_no_number")
    if array.shape not in ((PIXELS,), (28, 28)):
        if array.ndim == 1:
            raise refusal("request.image_count", count=array.size)
        raise refusal("request.image_shape", shape=list(array.shape))
    flat = array.reshape(PIXELS).astype(np.float64)
    wrong = ~((flat >= 0) & (flat <= 255))
    if wrong.any():
        place = int(wrong.argmax())
        raise refusal("request.image_value", value=flat[place], place=place)
    return flat.reshape(1, PIXELS)


def _number(text: str | None) -> Any:
    if text is None:
        raise Invalid("request.no_label")
    return int(text) if text.strip().isdecimal() and len(text) < 20 else text


def _label(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 9:
        huge = isinstance(value, int) and abs(value) >= 10**18  # Python prints no more than 4,300
        found = say("recipe.huge_number") if huge else repr(value)[:40]
        raise Invalid("request.label", found=found)
    return value
