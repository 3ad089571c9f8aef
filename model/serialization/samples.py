"""The file of samples, which are drawings of one's own with their labels.

It is an .npz, as NumPy alone reads it: `pixels` (n, 784) and `labels` (n,), both uint8, and
the strokes, where they were kept: `points` (P, 2) float32, x to the right and y downwards from 0 to
1 over the pad; stroke s is points[stroke_ends[s-1]:stroke_ends[s]], sample i is strokes
sample_ends[i-1]:sample_ends[i], both from 0 for the first. A sample without strokes has none there.
"""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from model.data.samples import Samples, Strokes
from model.errors import DatasetError
from model.serialization.npz import read_arrays

__all__ = ["dump_samples", "load_samples"]

PIXELS, CLASSES = 784, 10


def dump_samples(samples: Samples) -> bytes:
    """Serialise samples to the bytes of their .npz."""
    drawings = samples.strokes or ((),) * len(samples)
    strokes = [stroke for drawing in drawings for stroke in drawing]
    points = [point for stroke in strokes for point in stroke]
    file = io.BytesIO()
    np.savez(
        file,
        allow_pickle=False,
        pixels=samples.images,
        labels=samples.labels,
        points=np.array(points, np.float32).reshape(-1, 2),
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
            raise DatasetError("samples.missing", name=name, found=sorted(arrays))
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
    return Samples(images, labels.astype(np.uint8), _strokes(arrays, len(labels)))


def _strokes(arrays: dict[str, Any], count: int) -> tuple[Strokes, ...]:
    if "points" not in arrays:
        return ()
    try:
        points = np.asarray(arrays["points"], np.float64).reshape(-1, 2).tolist()
        strokes = _cut(points, arrays["stroke_ends"])
        drawings = _cut(strokes, arrays["sample_ends"])
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError("samples.strokes") from error
    if len(drawings) != count:
        raise DatasetError("samples.strokes")
    return tuple([[tuple(point) for point in stroke] for stroke in drawing] for drawing in drawings)


def _cut(what: list[Any], ends: Any) -> list[list[Any]]:
    """The pieces of a list that end before these places. Raises ValueError unless they are all."""
    places = [0, *np.asarray(ends).tolist()]
    if places != sorted(places) or places[-1] != len(what):
        raise ValueError(places[-1])
    return [what[start:end] for start, end in pairwise(places)]
