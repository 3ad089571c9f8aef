from dataclasses import replace

import numpy as np
import pytest

from model.confidence.detector import (
    BARS,
    CLASSES,
    RECIPE,
    REJECTED_SHARE,
    add_negatives,
    detector,
    rejection_offset,
    train_detector,
)
from model.confidence.rejection import KINDS
from model.data.idx import Split
from model.synthesis.bars import draw_bars
from model.training.recipe import Recipe


def test_the_bundled_one_was_made_by_the_recipe() -> None:
    model = detector()
    assert model.parameters.layers == (784, *RECIPE.hidden_layers, len(KINDS))
    assert Recipe(**model.recipe) == RECIPE
    looks = (RECIPE.deskew, RECIPE.features, RECIPE.least_scale)
    assert (model.deskew, model.features, model.least_scale) == looks


def test_digits_and_scrawls_come_together(digits: Split) -> None:
    mixed = add_negatives(digits, synthetic=30, negatives=200, seed=0)
    count = len(digits.train_images)
    assert np.array_equal(mixed.train_images[:count], digits.train_images)
    assert mixed.train_images.shape == (count + 230, 784)
    assert not mixed.train_labels[: count + 30].any()
    negatives = mixed.train_labels[count + 30 :]
    assert set(negatives.tolist()) == set(range(1, CLASSES))
    assert len(mixed.validation_labels) == len(digits.validation_labels) + 10
    assert (mixed.validation_labels[-10:] > 0).all()


def test_bare_strokes_are_among_the_synthetic_digits(digits: Split) -> None:
    mixed = add_negatives(digits, synthetic=40, negatives=20, seed=0)
    after = len(digits.train_images)
    bars = draw_bars(int(40 * BARS), np.random.default_rng([0, 0, 3]))
    assert len(bars) > 4
    np.testing.assert_array_equal(mixed.train_images[after : after + len(bars)], bars)


def test_the_offset_rejects_that_share_of_digits() -> None:
    rng = np.random.default_rng(0)
    s = rng.normal(3, 2, 1000)
    K = np.stack([1 / (1 + np.exp(-s)), 1 / (1 + np.exp(s))], axis=1)
    c = rejection_offset(K, 0.05)
    assert (1 / (1 + np.exp(-s - c)) < 0.5).mean() == pytest.approx(0.05, abs=0.002)


def test_the_offset_is_finite_where_all_is_certain() -> None:
    assert np.isfinite(rejection_offset(np.array([[1.0, 0.0], [0.0, 1.0]]), REJECTED_SHARE))


def test_making_it_is_training_without_the_outputs_that_no_label_needs(
    digits: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.confidence.detector.split", lambda _: digits)
    monkeypatch.setattr("model.confidence.detector.load_mnist", lambda: None)
    quick = replace(RECIPE, epochs=1, hidden_layers=(12,), augment="none")
    made = train_detector(quick, synthetic=100, negatives=400)
    again = train_detector(quick, synthetic=100, negatives=400)
    assert made.parameters.layers == (784, 12, CLASSES)
    assert made.parameters.vector.tobytes() == again.parameters.vector.tobytes()
    K = made.probabilities(digits.validation_images)
    assert (K[:, 0] < 0.5).mean() == pytest.approx(REJECTED_SHARE, abs=0.003)
