"""The images in the bodies of /predict, /predict/batch and /gradients, in each form they come in.

An image comes as pixels in JSON, as a file in a form, as a file that is the whole body, or as a
file in base64 in JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from app.errors import Invalid
from app.imaging import decode
from app.pools import BODIES
from app.routes.bodies import (
    FORM,
    IMAGE,
    JSON,
    OCTETS,
    body_of,
    in_thread_if_long,
    json_of,
    member,
    shown,
)
from app.routes.forms import Form, read_form
from app.routes.long_json import LISTS
from app.routes.pictures import Picture, file_of_base64, find_digits, read_picture
from app.routes.pixels import Pixels, images_of_bytes, images_of_json, one_of_json
from model.errors import BlankImageError
from model.messages import say
from model.preprocessing.normalize import SIDE

__all__ = [
    "Examples",
    "digits_in_picture",
    "label_of",
    "labelled_images",
    "one_image",
    "several_images",
]

QUICK_IMAGES = 50  # of a list: more are read in a thread
KINDS = (FORM, JSON, IMAGE, OCTETS)


@dataclass(frozen=True, slots=True)
class Examples:
    """Images with their labels; `single` says that one image was sent, not a list."""

    pixels: Pixels  # (n, 784)
    labels: NDArray[np.int64]  # (n,)
    single: bool


async def one_image(request: Request) -> Picture:
    """The one image in the body. Raises ProblemError if there is no valid one."""
    kind, body, content_type = await body_of(request, *KINDS)
    if kind == JSON:
        return await _of_json(request, await json_of(body))
    file = _file(await _form(content_type, body)) if kind == FORM else body
    return await read_picture(request, file)


async def digits_in_picture(request: Request) -> decode.DigitsInPicture:
    """Each digit in the body's picture, or in its 28x28 pixels. Raises ProblemError."""
    kind, body, content_type = await body_of(request, *KINDS)
    fields = await json_of(body) if kind == JSON else {}
    if "pixels" in fields:
        grey = one_of_json(fields["pixels"]).reshape(SIDE, SIDE).astype(np.uint8)
        found = decode.find_digits(grey, False, SIDE, SIDE)
    elif kind == JSON:
        found = await find_digits(request, await file_of_base64(member(fields, "image")))
    else:
        file = _file(await _form(content_type, body)) if kind == FORM else body
        found = await find_digits(request, file)
    if not found.digits:
        raise BlankImageError("image.blank")
    return found


async def several_images(request: Request) -> Pixels:
    """The images of a batch, sent as bytes or JSON, (n, 784). Raises ProblemError."""
    kind, body, _ = await body_of(request, OCTETS, JSON)
    if kind == OCTETS:
        return images_of_bytes(body)
    return await _images(member(await json_of(body), "pixels"))


async def labelled_images(request: Request) -> Examples:
    """Images with their labels, which may be in the query for one. Raises ProblemError."""
    kind, body, content_type = await body_of(request, *KINDS)
    if kind == JSON:
        return await _labelled_json(request, await json_of(body))
    if kind == FORM:
        form = await _form(content_type, body)
        label = label_of(_number(form.text("label") or _asked(request), "request.no_label"))
        file = _file(form)
    else:
        label, file = label_of(_number(_asked(request), "request.no_label_query")), body
    return Examples((await read_picture(request, file)).pixels, np.array([label]), single=True)


async def _labelled_json(request: Request, fields: dict[str, Any]) -> Examples:
    if "labels" not in fields:
        asked = None if "label" in fields else _asked(request)
        label = label_of(member(fields, "label") if asked is None else _number(asked, ""))
        picture = await _of_json(request, fields)
        return Examples(picture.pixels, np.array([label]), single=True)
    pixels, labels = member(fields, "pixels"), fields["labels"]
    if not isinstance(labels, LISTS):
        raise Invalid("request.labels_list")
    images = await _images(pixels)
    if len(labels) != len(images):
        raise Invalid("request.labels_count", images=len(images), labels=len(labels))
    return Examples(images, np.array([label_of(label) for label in labels]), single=False)


async def _images(pixels: Any) -> Pixels:
    """The images of a list, read in a thread where there are many."""
    if isinstance(pixels, list) and len(pixels) > QUICK_IMAGES:
        return await BODIES.run(None, images_of_json, pixels)
    return images_of_json(pixels)


async def _of_json(request: Request, fields: dict[str, Any]) -> Picture:
    """The image in a JSON object: its `pixels`, or the file in its `image`."""
    if "image" in fields and fields.get("pixels") is None:
        return await read_picture(request, await file_of_base64(fields["image"]))
    return Picture(one_of_json(member(fields, "pixels")))


async def _form(content_type: str, body: bytes) -> Form:
    return await in_thread_if_long(lambda body: read_form(content_type, body), body)


def _file(form: Form) -> bytes:
    file = form.parts.get("image")
    if file is None:
        raise Invalid("request.no_image")
    return file


def _asked(request: Request) -> str | None:
    """The label in the query, `?label=7`."""
    return request.query_params.get("label") if request.scope["query_string"] else None


def _number(text: str | None, missing: str) -> Any:
    if text is None:
        raise Invalid(missing)
    return int(text) if text.strip().isdecimal() and len(text) < 20 else text


def label_of(value: Any) -> int:
    """A label, which is a whole number from 0 to 9. Raises Invalid."""
    if type(value) is not int or not 0 <= value <= 9:
        huge = isinstance(value, int) and abs(value) >= 10**18
        raise Invalid("request.label", found=say("recipe.huge_number") if huge else shown(value))
    return value
