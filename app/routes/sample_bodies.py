"""Reads samples from the bodies of POST /samples: one as JSON, many as the .npz of a file."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.errors import Invalid
from app.routes.bodies import FORM, member, shown
from app.routes.forms import read_form
from app.routes.inputs import label_of
from app.routes.long_json import LISTS
from app.routes.pixels import one_of_json
from model.data.samples import MOST_POINTS, MOST_STROKES, Samples, Strokes
from model.messages import Message
from model.preprocessing.normalize import SIDE
from model.serialization.samples import load_samples

__all__ = ["sample_of_json", "samples_of_body"]

# Of its pixels, its points, its label and the ends of its strokes, in a file.
BYTES_PER_SAMPLE = SIDE * SIDE + 8 * (MOST_POINTS + MOST_STROKES + 2)
FREE_BYTES = 64 * 1024  # for the heads of the arrays


def sample_of_json(fields: dict[str, Any]) -> Samples:
    """The one sample in a JSON object. Raises Invalid, BlankImageError."""
    pixels = np.rint(one_of_json(member(fields, "pixels"))).astype(np.uint8)
    label = label_of(member(fields, "label"))
    strokes = _strokes(fields.get("strokes"))
    return Samples(pixels, np.array([label], np.uint8), (strokes,) if strokes else ())


def samples_of_body(content_type: str, body: bytes, most: int) -> Samples:
    """The samples of an .npz that is the body, or a form's `samples`, made for `most` at most.

    Raises BadRequest, Invalid, CheckpointError, DatasetError.
    """
    file: bytes | None = body
    if content_type.lower().startswith(FORM):
        file = read_form(content_type, body).parts.get("samples")
    if file is None:
        raise Invalid("samples.no_part")
    return load_samples(file, FREE_BYTES + most * BYTES_PER_SAMPLE)


def _strokes(value: Any) -> Strokes:
    """The strokes, none for null. Raises Invalid."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _refusal(value)
    for stroke in value[: MOST_STROKES + 1]:
        if not isinstance(stroke, LISTS):
            raise _refusal(stroke)
    if len(value) > MOST_STROKES or sum(map(len, value)) > MOST_POINTS:
        one = Message("samples.one")
        raise Invalid("samples.too_long", sample=one, strokes=MOST_STROKES, points=MOST_POINTS)
    for point in (point for stroke in value for point in stroke):
        if not (isinstance(point, LISTS) and len(point) == 2 and all(map(_is_share, point))):
            raise _refusal(point)
    return [[(float(x), float(y)) for x, y in stroke] for stroke in value]


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1


def _refusal(found: Any) -> Invalid:
    return Invalid("samples.json_strokes", found=shown(found))
