"""Reads the body of a request whose route parses it itself: its media type, its bytes, its JSON."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request

from app.errors import BadRequest, Invalid, UnsupportedMedia
from app.pools import BODIES
from app.routes.long_json import LISTS, parse, parse_long
from app.routes.options import either
from model.messages import Message, say

__all__ = [
    "FORM",
    "IMAGE",
    "JSON",
    "OCTETS",
    "QUICK_BYTES",
    "body_of",
    "in_thread_if_long",
    "json_of",
    "member",
    "shown",
]

JSON = "application/json"
FORM = "multipart/form-data"
OCTETS = "application/octet-stream"
IMAGE = "image/*"

DEEPEST = 3  # lists within one another: images, rows, values
QUICK_BYTES = 64 * 1024  # larger bodies are parsed in a thread, so that small ones need not wait

Content = TypeVar("Content", bytes, str)
Result = TypeVar("Result")


async def body_of(request: Request, *kinds: str) -> tuple[str, bytes, str]:
    """The media type, which must be one of `kinds`, the bytes, and the whole Content-Type."""
    # Read from the scope, which is faster than `request.headers` and `request.body()`:
    # app/security.py has already put the whole body into one message.
    headers = request.scope["headers"]
    content_type = next((value for name, value in headers if name == b"content-type"), b"")
    text = str(content_type, "latin-1")
    found = text.partition(";")[0].strip().lower()
    if found not in kinds:
        if IMAGE not in kinds or not found.startswith("image/"):
            raise UnsupportedMedia(
                "request.media_type", expected=either(kinds), found=found or Message("request.none")
            )
        found = IMAGE
    return found, (await request.receive()).get("body", b""), text


async def json_of(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises BadRequest, and Invalid for pixels of true or false."""
    try:
        if len(body) <= QUICK_BYTES:
            fields = parse(body)
        else:
            fields = await BODIES.run(None, parse_long, body)
    except ValueError as error:
        raise BadRequest("request.not_json", error=str(error)) from None
    if not isinstance(fields, dict):
        raise Invalid("request.json_object")
    # In Python, True is a number, so nothing later would refuse it. The bytes are searched first,
    # because checking the type of each of 784 numbers takes longer than parsing them.
    if (b"true" in body or b"false" in body) and _has_bool(fields.get("pixels"), DEEPEST):
        raise Invalid("request.booleans")
    return fields


async def in_thread_if_long(work: Callable[[Content], Result], content: Content) -> Result:
    """Do the work on a body, or on a part of it, in a thread if it is longer than QUICK_BYTES."""
    return work(content) if len(content) <= QUICK_BYTES else await BODIES.run(None, work, content)


def member(fields: dict[str, Any], name: str) -> Any:
    """The field of this name. Raises Invalid if it is missing."""
    if name not in fields:
        raise Invalid("request.missing_field", name=name)
    return fields[name]


def shown(value: Any) -> str:
    """The beginning of a value as a sentence quotes it, however long, deep or huge it is."""
    if not isinstance(value, list) and isinstance(value, LISTS):
        value = list(value[:6])
    try:
        return reprlib.repr(value)[:40]
    except ValueError:  # Python prints no more than 4,300 digits
        return say("recipe.huge_number")


def _has_bool(value: Any, depth: int) -> bool:
    if isinstance(value, list) and depth:
        return any(_has_bool(each, depth - 1) for each in value)
    return isinstance(value, bool)
