"""Parses pixels in JSON or bytes into arrays, and refuses what is not white on black, 0 to 255.

This is done by hand, not by pydantic, for speed: 784 numbers become an array in a few microseconds.
Every error says what was expected and what was found.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import Invalid
from app.routes.long_json import LISTS
from model.data.polarity import MIDDLE, is_inverted
from model.errors import BlankImageError
from model.messages import Message
from model.preprocessing.normalize import SIDE

__all__ = ["PIXELS", "Pixels", "images_of_bytes", "images_of_json", "one_of_json"]

PIXELS = SIDE * SIDE

Pixels = NDArray[Any]  # (n, 784), 0..255


def one_of_json(value: Any) -> Pixels:
    """Convert 784 numbers or 28 rows of 28 to (1, 784); a blank image is refused."""
    whole = _whole_numbers(value)
    pixels = _numbers(value) if whole is None else _as_image(whole)
    # Stripping bytes takes a third of the time of a maximum.
    if not whole.lstrip(b"\0\1") if whole is not None else pixels.max() <= 1:
        raise (
            _refusal("request.image_to_one", None)
            if pixels.any()
            else BlankImageError("request.blank")
        )
    # A pen may have reached one corner, but hardly two.
    if (pixels[0, 0] > MIDDLE or pixels[0, -1] > MIDDLE) and is_inverted(pixels[0]):
        raise _refusal("request.image_inverted", None)
    return pixels


def images_of_json(value: Any) -> Pixels:
    """Convert a list of such images to (n, 784); blank ones are kept."""
    if not isinstance(value, list) or not value:
        raise Invalid("request.images_list", pixels=PIXELS)
    rows = [_whole_numbers(image) for image in value]
    images = np.concatenate(
        [_numbers(value[i], i) if row is None else _as_image(row) for i, row in enumerate(rows)]
    )
    _check_range(images)
    return images


def images_of_bytes(body: bytes) -> Pixels:
    """Convert n x 784 bytes to (n, 784); blank images are kept."""
    if not body or len(body) % PIXELS:
        raise Invalid("request.batch_bytes", pixels=PIXELS, found=len(body))
    images = np.frombuffer(body, np.uint8).reshape(-1, PIXELS)
    _check_range(images)
    return images


def _check_range(images: Pixels) -> None:
    """Raise Invalid, with its place, for the first image of 0..1 or of black on white."""
    highest = images.max(axis=1)
    for index in np.flatnonzero((highest > 0) & (highest <= 1))[:1]:
        raise _refusal("request.image_to_one", int(index))
    for index in np.flatnonzero((images[:, 0] > MIDDLE) | (images[:, -1] > MIDDLE)):
        if is_inverted(images[index]):
            raise _refusal("request.image_inverted", int(index))


def _whole_numbers(value: Any) -> bytearray | None:
    """The fast path: 784 whole numbers from 0 to 255 as bytes. None for anything else."""
    if not isinstance(value, LISTS):
        return None
    if len(value) == 28:
        rows: Any = value
        if not all(isinstance(row, LISTS) and len(row) == 28 for row in rows):
            return None
        value = list(chain.from_iterable(rows))
    if len(value) != PIXELS or isinstance(value, array):
        return None
    try:  # CPython makes a bytearray from a list in less than half the time of bytes
        return bytearray(value)
    except (TypeError, ValueError):
        return None


def _as_image(whole: bytearray) -> Pixels:
    return np.frombuffer(whole, np.uint8).reshape(1, PIXELS)


def _numbers(value: Any, index: int | None = None) -> Pixels:
    """Convert any finite numbers from 0 to 255 to (1, 784). Raises Invalid with what is wrong.

    `index` is the image's place in its batch.
    """

    def refusal(code: str, **found: Any) -> Invalid:
        said = Message(code, found)
        return _refusal("request.image_numbers", index, pixels=PIXELS, found=said)

    numbers = _flattened(value, refusal)
    # Looked at before NumPy sees them: it would make each as long a text as the longest.
    if not set(map(type, numbers)) <= {int, float}:
        raise refusal("request.image_no_number")
    try:
        flat = np.array(numbers, np.float64)
    except OverflowError:  # a whole number of hundreds of digits
        raise refusal("request.image_no_number") from None
    wrong = ~((flat >= 0) & (flat <= 255))
    if wrong.any():
        place = int(wrong.argmax())
        raise refusal("request.image_value", value=flat[place], place=place)
    return flat.reshape(1, PIXELS)


def _flattened(value: Any, refusal: Callable[..., Invalid]) -> Sequence[Any]:
    """The 784 values of a list of them or of 28 rows of 28, whatever they are."""
    if not isinstance(value, LISTS):
        raise refusal("request.image_no_number")
    rows: list[Sequence[Any]] = [each for each in value if isinstance(each, LISTS)]
    if not rows:
        if len(value) != PIXELS:
            raise refusal("request.image_count", count=len(value))
        return value
    if len(rows) < len(value) or any(len(row) != len(rows[0]) for row in rows):
        raise refusal("request.image_ragged")
    if any(isinstance(each, LISTS) for each in rows[0]) or (len(rows), len(rows[0])) != (28, 28):
        raise refusal("request.image_shape", shape=_shape(value))
    return [number for row in rows for number in row]


def _shape(value: Any) -> list[int]:
    """The lengths of a list, of its first one, of that one's first and so on, four at most."""
    shape: list[int] = []
    while isinstance(value, LISTS) and len(shape) < 4:
        shape.append(len(value))
        value = value[0] if len(value) else None
    return shape


def _refusal(code: str, index: int | None, **values: Any) -> Invalid:
    """An error about an image, which is named by its place if it is one of several."""
    nth = Message("request.image_nth", {"index": index})
    return Invalid(code, image=Message("request.image_one") if index is None else nth, **values)
