"""The file of samples: what goes in comes out, and what does not fit is told."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from model.data.samples import Samples
from model.errors import CheckpointError, DatasetError
from model.serialization.samples import dump_samples, load_samples

IMAGES = np.arange(3 * 784, dtype=np.uint8).reshape(3, 784)
LABELS = np.array([4, 0, 9], np.uint8)
STROKES = ([[(0.25, 0.5), (0.5, 0.75)], [(0.0, 1.0)]], [], [[(0.125, 0.25)]])


def file(**arrays: Any) -> bytes:
    found = io.BytesIO()
    np.savez(found, **arrays)
    return found.getvalue()


@pytest.mark.parametrize("strokes", [STROKES, ()])
def test_what_is_dumped_is_loaded(strokes: Any) -> None:
    found = load_samples(dump_samples(Samples(IMAGES, LABELS, strokes)))
    assert np.array_equal(found.images, IMAGES)
    assert np.array_equal(found.labels, LABELS)
    drawings = [[list(map(tuple, stroke)) for stroke in drawing] for drawing in found.strokes]
    assert drawings == list(strokes or ([], [], []))


def test_squares_and_wider_labels_are_taken() -> None:
    found = load_samples(file(pixels=IMAGES.reshape(3, 28, 28), labels=LABELS.astype(np.int64)))
    assert found.images.shape == (3, 784)
    assert found.labels.dtype == np.uint8
    assert found.strokes == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": None}, "no labels"),
        ({"pixels": IMAGES[:, 1:]}, r"\(n, 784\), found uint8 of shape \[3, 783\]"),
        ({"pixels": IMAGES / 255}, "float64"),
        ({"labels": LABELS[:2]}, "each image"),
        ({"labels": LABELS / 2}, "float64"),
        ({"labels": LABELS + 2}, "0 to 9, found 11"),
        ({"labels": LABELS.astype(np.int8) - 1}, "found -1"),
        ({"points": np.zeros((2, 2))}, "strokes"),
        ({"points": np.zeros((2, 2)), "stroke_ends": [2, 1], "sample_ends": [1, 1, 2]}, "strokes"),
        ({"points": np.zeros((2, 2)), "stroke_ends": [1, 2], "sample_ends": [2]}, "strokes"),
        (
            {"points": np.zeros((2, 2), complex), "stroke_ends": [2], "sample_ends": [0, 1, 1]},
            "str",
        ),
        ({"points": np.zeros((2, 2)), "stroke_ends": [2.0], "sample_ends": [0, 1, 1]}, "strokes"),
        ({"points": np.zeros((0, 2)), "stroke_ends": [0] * 193, "sample_ends": [1, 2, 193]}, "str"),
        ({"points": [[0, 1.5]], "stroke_ends": [1], "sample_ends": [0, 0, 1]}, "0 to 1.*found 1.5"),
        ({"points": [[0, np.nan]], "stroke_ends": [1], "sample_ends": [1, 1, 1]}, "found nan"),
        (
            {"points": np.zeros((0, 2)), "stroke_ends": [0] * 65, "sample_ends": [0, 65, 65]},
            "Sample 2 has more than 64 strokes",
        ),
        (
            {"points": np.zeros((1001, 2)), "stroke_ends": [1001], "sample_ends": [0, 0, 1]},
            "Sample 3 has more than 64 strokes or 1,000 points",
        ),
        ({"points": np.zeros(3), "stroke_ends": [1], "sample_ends": [1, 1, 1]}, "strokes"),
    ],
)
def test_what_does_not_fit_is_told(change: dict[str, Any], words: str) -> None:
    arrays = {"pixels": IMAGES, "labels": LABELS, **change}
    with pytest.raises(DatasetError, match=words):
        load_samples(file(**{name: each for name, each in arrays.items() if each is not None}))


def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(CheckpointError):
        load_samples(b"PK")
