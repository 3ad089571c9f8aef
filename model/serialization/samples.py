"""The file of samples, which are drawings of one's own with their labels.

It is an .npz, as NumPy alone reads it: `pixels` (n, 784) and `labels` (n,), both uint8, and
the strokes, where they were kept: `points` (P, 2) float32, x to the right and y downwards from 0 to
1 over the pad; stroke s is points[stroke_ends[s-1]:stroke_ends[s]], sample i is strokes
sample_ends[i-1]:sample_ends[i], both from 0 for the first. A sample without strokes has none there.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.polarity import MIDDLE, is_inverted
from model.data.samples import MOST_POINTS, MOST_STROKES, Samples, Strokes
from model.errors import DatasetError
from model.messages import Message
from model.serialization.npz import read_arrays

__all__ = ["dump_samples", "load_samples"]

PIXELS, CLASSES = 784, 10


def dump_samples(samples: Samples) -> bytes:
    """Serialise samples to the bytes of their .npz."""
    drawings = samples.strokes or ((),) * len(samples)
    strokes = [
        np.asarray(stroke, np.float32).reshape(-1, 2) for drawing in drawings for stroke in drawing
    ]
    file = io.BytesIO()
    np.savez(
        file,
        allow_pickle=False,
        pixels=samples.images,
        labels=samples.labels,
        points=np.concatenate([np.empty((0, 2), np.float32), *strokes]),
        stroke_ends=np.cumsum([len(stroke) for stroke in strokes], dtype=np.int32),
        sample_ends=np.cumsum([len(drawing) for drawing in drawings], dtype=np.int32),
    )
    return file.getvalue()


def load_samples(source: bytes | Path, most: int | None = None) -> Samples:
    """Read samples from an .npz that unpacks to `most` bytes at most.

    Raises CheckpointError for a file that is no .npz, DatasetError for other arrays.
    """
    arrays = read_arrays(source, most)
    for name in ("pixels", "labels"):
        if name not in arrays:
            raise DatasetError("samples.missing", name=name)
    images, labels = np.asarray(arrays["pixels"]), np.asarray(arrays["labels"])
    if images.ndim == 3:
        images = images.reshape(len(images), -1)
    if images.ndim != 2 or images.shape[1] != PIXELS or images.dtype != np.uint8:
        raise DatasetError("samples.pixels", shape=list(images.shape), found=str(images.dtype))
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise DatasetError("samples.labels", shape=list(labels.shape), found=str(labels.dtype))
    if len(labels) and not 0 <= labels.min() <= labels.max() < CLASSES:
        bad = labels[(labels < 0) | (labels >= CLASSES)]
        raise DatasetError("samples.label", found=int(bad[0]))
    _expect_drawings(images)
    return Samples(images, labels.astype(np.uint8), _strokes(arrays, len(labels)))


def _expect_drawings(images: NDArray[np.uint8]) -> None:
    """Raise DatasetError for the first image without ink, of 0..1 or black on white."""
    for index, image in enumerate(images):
        highest = image.max()
        if highest > 1 and not (max(image[0], image[-1]) > MIDDLE and is_inverted(image)):
            continue
        nth = Message("samples.nth", {"index": index + 1})
        if highest > 1:
            raise DatasetError("request.image_inverted", image=nth)
        raise DatasetError("request.image_to_one" if highest else "request.image_blank", image=nth)


def _strokes(arrays: dict[str, Any], count: int) -> tuple[Strokes, ...]:
    """The strokes of each sample, as views of the points: lists would take 20 times as much."""
    if "points" not in arrays:
        return ()
    try:
        points = _points(np.asarray(arrays["points"]))
        strokes = _cut(points, arrays["stroke_ends"], MOST_STROKES * count)
        drawings = _cut(strokes, arrays["sample_ends"], count)
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError("samples.strokes") from error
    if len(drawings) != count:
        raise DatasetError("samples.strokes")
    for index, drawing in enumerate(drawings):
        if len(drawing) > MOST_STROKES or sum(map(len, drawing)) > MOST_POINTS:
            nth = Message("samples.nth", {"index": index + 1})
            raise DatasetError(
                "samples.too_long", sample=nth, strokes=MOST_STROKES, points=MOST_POINTS
            )
    return tuple(drawings)


def _points(points: NDArray[Any]) -> NDArray[np.float32]:
    """The points as (P, 2) float32. Raises DatasetError for one outside, ValueError for others."""
    if points.dtype.kind not in "fiu":
        raise ValueError(points.dtype)
    outside = ~((points >= 0) & (points <= 1))
    if outside.any():
        raise DatasetError("samples.point", found=float(points[outside][0]))
    return points.astype(np.float32, copy=False).reshape(-1, 2)


def _cut(what: Sequence[Any] | NDArray[Any], ends: Any, most: int) -> list[Any]:
    """The pieces of a list that end before these places. Raises ValueError unless they are all."""
    places = np.append(0, np.asarray(ends))
    if places.dtype.kind not in "iu" or len(places) > most + 1:
        raise ValueError(places.shape)
    if (places[1:] < places[:-1]).any() or places[-1] != len(what):
        raise ValueError(places[-1])
    return [what[start:end] for start, end in pairwise(places.tolist())]
