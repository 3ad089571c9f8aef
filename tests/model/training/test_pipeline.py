from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.data.idx import Split
from model.data.samples import Samples
from model.network import Array, one_hot
from model.preprocessing.deskew import deskew
from model.preprocessing.gradient_features import edge_features
from model.training import pipeline
from model.training.pipeline import (
    TrainingExamples,
    augmentation_strength,
    examples_per_epoch,
    prepare,
)
from model.training.recipe import recipe

PLAIN = recipe("blog")


@pytest.fixture
def data() -> Split:
    rng = np.random.default_rng(0)
    images = (rng.random((30, 784)) * (rng.random((30, 784)) < 0.2) * 255).astype(np.uint8)
    labels = rng.integers(0, 10, 30).astype(np.uint8)
    return Split(images, labels, images[:5], labels[:5])


def take(
    given: TrainingExamples, rows: Any, progress: float = 0, seed: int = 0
) -> tuple[Any, Array]:
    return given.inputs_and_targets(np.array(rows), np.random.default_rng(seed), progress)


def test_images_that_nothing_is_done_to_stay_bytes(data: Split) -> None:
    x, y = take(TrainingExamples(PLAIN, data), [3, 1])
    assert x.dtype == np.uint8
    np.testing.assert_array_equal(x, data.train_images[[3, 1]])
    np.testing.assert_array_equal(y, one_hot(data.train_labels[[3, 1]]))


def test_deskewed_images_are_what_the_network_sees_to_the_nearest_grey(
    data: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "CHUNK", 7)
    upright = replace(PLAIN, deskew=True)
    x, _ = take(TrainingExamples(upright, data), range(30))
    expected = deskew(data.train_images, upright.least_scale)
    assert x.dtype == np.uint8
    np.testing.assert_array_equal(x, np.rint(expected))
    np.testing.assert_allclose(prepare(upright, data.train_images), expected / 255, atol=1e-6)


@pytest.mark.parametrize("deskewing", [False, True])
def test_edges_are_found_once_and_for_all(deskewing: bool, data: Split) -> None:
    edgy = replace(PLAIN, deskew=deskewing, features="edges")
    x, _ = take(TrainingExamples(edgy, data), range(30))
    images = deskew(data.train_images, edgy.least_scale) if deskewing else data.train_images
    expected = edge_features(images)
    assert x.dtype == np.uint8
    np.testing.assert_array_equal(x, np.rint(expected))
    np.testing.assert_allclose(prepare(edgy, data.train_images), expected / 255, atol=1e-6)


@pytest.mark.parametrize("deskewing", [False, True])
def test_columns_are_given_in_the_order_that_was_asked_for(deskewing: bool, data: Split) -> None:
    plain = recipe("blog", deskew=deskewing, drawn_examples=4)
    usual, reordered = TrainingExamples(plain, data), TrainingExamples(plain, data)
    order = np.random.default_rng(1).permutation(784)
    reordered.reorder_inputs(order)
    usual.reorder_inputs(None)
    for epoch in (1, 2):  # the second epoch's drawn digits come after the order
        for each in (usual, reordered):
            each.begin_epoch(epoch)
        np.testing.assert_array_equal(
            take(reordered, range(34))[0], take(usual, range(34))[0][:, order]
        )


def test_images_are_fixed_unless_they_are_distorted(data: Split) -> None:
    fixed = TrainingExamples(recipe("blog", drawn_examples=4), data).fixed_images
    assert fixed is not None
    np.testing.assert_array_equal(fixed, data.train_images)
    assert TrainingExamples(recipe("blog", augment="affine"), data).fixed_images is None


def test_distorted_images_are_set_upright_after_that(
    data: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    def turn_round(images: Array, kind: str, rng: np.random.Generator, strength: float) -> Array:
        assert (kind, strength) == ("affine", 1)
        return np.ascontiguousarray(images[:, ::-1])

    monkeypatch.setattr(pipeline, "augment", turn_round)
    plain = replace(PLAIN, augment="affine", deskew=True)
    x, _ = take(TrainingExamples(plain, data), [0])
    upright = deskew(data.train_images[:1, ::-1], plain.least_scale)
    np.testing.assert_allclose(x, upright / 255, atol=1e-6)
    edgy = replace(PLAIN, augment="affine", deskew=True, features="edges")
    x, _ = take(TrainingExamples(edgy, data), [0])
    upright = deskew(data.train_images[:1, ::-1], edgy.least_scale)
    np.testing.assert_allclose(x, edge_features(upright) / 255, atol=1e-6)


def test_distortions_shrink_in_the_second_half() -> None:
    assert [augmentation_strength(p) for p in (0, 0.5)] == [1, 1]
    assert augmentation_strength(0.75) == pytest.approx(0.85)
    assert augmentation_strength(1) == pytest.approx(0.7)


def test_late_images_are_distorted_less(data: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    strengths: list[float] = []

    def spy(images: Array, kind: str, rng: np.random.Generator, strength: float) -> Array:
        strengths.append(strength)
        return images

    monkeypatch.setattr(pipeline, "augment", spy)
    given = TrainingExamples(replace(PLAIN, augment="affine"), data)
    for progress in (0.2, 0.9):
        take(given, [0], progress)
    assert strengths == [augmentation_strength(0.2), augmentation_strength(0.9)]


def test_each_epoch_takes_the_next_fifth_of_the_drawn_digits(
    data: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    def draw(count: int, rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any]]:
        drawn.append(int(rng.integers(1000)))
        return np.full((count, 784), len(drawn), np.uint8), np.full(count, 7, np.uint8)

    monkeypatch.setattr(pipeline, "draw_digits", draw)
    given = TrainingExamples(replace(PLAIN, drawn_examples=4), data)
    assert len(given) == 34
    shares = []
    for epoch in range(1, 11):
        given.begin_epoch(epoch)
        x, y = take(given, [0, 30, 33])
        np.testing.assert_array_equal(x[0], data.train_images[0])
        assert y[1:].argmax(axis=1).tolist() == [7, 7]
        shares.append(int(x[1, 0]))
    assert shares == [1, 2, 3, 4, 5] * 2
    assert len(set(drawn)) == 5


def test_the_data_set_itself_is_never_written_to(data: Split) -> None:
    before = data.train_images.copy()
    given = TrainingExamples(replace(PLAIN, drawn_examples=3), data)
    given.begin_epoch(1)
    np.testing.assert_array_equal(data.train_images, before)
    assert len(data.train_images) == 30


# --- samples of one's own -------------------------------------------------------------------------


def sampled(data: Split, count: int) -> Split:
    """The data with so many samples, each of one grey that no other image is full of."""
    images = np.repeat(np.arange(100, 100 + count, dtype=np.uint8)[:, None], 784, axis=1)
    return replace(data, samples=Samples(images, np.full(count, 9, np.uint8)))


def test_samples_have_their_share_of_an_epoch(data: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "SAMPLE_SHARE", 0.5)
    plain = replace(PLAIN, drawn_examples=10)
    assert examples_per_epoch(plain, data) == 40
    assert examples_per_epoch(plain, sampled(data, 4)) == 40 + 4 * 10
    assert len(TrainingExamples(plain, sampled(data, 4))) == 80


def test_every_sample_is_there_once_and_none_too_often(
    data: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "SAMPLE_SHARE", 0.5)
    monkeypatch.setattr(pipeline, "MOST_COPIES", 7)
    assert examples_per_epoch(PLAIN, sampled(data, 1)) == 30 + 7
    assert examples_per_epoch(PLAIN, sampled(data, 90)) == 30 + 90


def test_samples_are_distorted_once_where_no_epoch_distorts(
    data: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, str]] = []

    def spy(images: Array, kind: str, rng: np.random.Generator, strength: float) -> Array:
        seen.append((len(images), kind))
        return images - 1

    monkeypatch.setattr(pipeline, "augment", spy)
    monkeypatch.setattr(pipeline, "SAMPLE_SHARE", 0.25)
    given = TrainingExamples(PLAIN, sampled(data, 5))
    assert seen == [(10, "full")]
    x, y = take(given, range(len(given)))
    np.testing.assert_array_equal(x[:30], data.train_images)
    assert sorted(x[30:, 0].tolist()) == sorted([99, 100, 101, 102, 103] * 2)
    np.testing.assert_array_equal(y[30:], one_hot(np.full(10, 9)))
    assert given.fixed_images is not None
    assert len(given.fixed_images) == 40


def test_drawn_digits_lie_behind_the_samples(data: Split) -> None:
    given = sampled(data, 2)
    examples = TrainingExamples(replace(PLAIN, augment="affine", drawn_examples=6), given)
    before = len(examples) - 6
    examples.begin_epoch(1)
    _, y = take(examples, range(before))
    assert (y[30:].argmax(axis=1) == 9).all()
    np.testing.assert_array_equal(y[:30], one_hot(data.train_labels))
