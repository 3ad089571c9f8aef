import numpy as np
import pytest

from model.classifier import Classifier
from model.confidence.calibration import (
    BINS,
    calibrated,
    calibrated_and_tested,
    expected_calibration_error,
    fit_temperature,
    reliability,
)
from model.data.idx import Dataset, Split
from model.errors import ShapeError
from model.network import Array, cross_entropy, initialize, one_hot, softmax
from model.serialization.checkpoint import dump_model, load_model


def drawn_from_its_own_probabilities(temperature: float) -> tuple[Array, Array]:
    """Logits, and labels drawn at softmax(Z / T): T is what there is to find."""
    rng = np.random.default_rng(2)
    z = rng.normal(0, 4, (20_000, 10))
    chance = rng.random((20_000, 1))
    labels = (softmax(z / temperature).cumsum(axis=1) < chance).sum(axis=1)
    return z.astype(np.float32), np.minimum(labels, 9)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_labels_were_drawn_at_is_found(temperature: float) -> None:
    z, labels = drawn_from_its_own_probabilities(temperature)
    assert fit_temperature(z, labels) == pytest.approx(temperature, rel=0.03)


def test_no_neighbouring_temperature_has_a_smaller_loss() -> None:
    z, labels = drawn_from_its_own_probabilities(1.7)
    y = one_hot(labels, 10)
    found = fit_temperature(z, labels)
    losses = [cross_entropy(z / t, y) for t in (found * 0.98, found, found * 1.02)]
    assert min(losses) == losses[1]


def test_two_rows_worked_by_hand() -> None:
    # Two of three rows are right, each by 1: P = 2/3, so exp(1/T) = 2.
    z, labels = np.array([[1, 0], [1, 0], [1, 0]]), np.array([0, 0, 1])
    assert fit_temperature(z, labels, prior=0) == 1.4427  # 1 / ln 2, in four digits


@pytest.mark.parametrize(("label", "expected"), [(0, 0.05), (1, 20)])
def test_answers_that_are_all_right_or_all_wrong_end_at_a_limit(
    label: int, expected: float
) -> None:
    z = np.array([[3.0, -1.0], [30.0, 2.0]])
    assert fit_temperature(z, np.array([label, label]), prior=0) == pytest.approx(expected)


def test_a_few_answers_that_are_all_right_do_not_make_a_network_certain() -> None:
    z = np.tile([2.3, 0.0], (25, 1))  # each at a softmax of 0.909 to 0.091
    T = fit_temperature(z, np.zeros(25, int))
    assert 0.3 < T < 1
    assert fit_temperature(np.tile(z, (100, 1)), np.zeros(2500, int)) < T  # more tell more


def test_the_prior_worked_by_hand() -> None:
    # Of logits that are all equal nothing is learnt: the prior's mode is left.
    assert fit_temperature(np.zeros((3, 2)), np.array([0, 1, 1])) == 1
    # One answer, right by 1:  −1/(1 + e^β) + 4 (1 − 1/β) = 0.
    beta = 1 / fit_temperature(np.array([[1.0, 0.0]]), np.array([0]))
    assert 4 * (1 - 1 / beta) == pytest.approx(1 / (1 + np.exp(beta)), abs=1e-3)


def test_a_network_is_called_calibrated_only_after_ten_errors(few: Split) -> None:
    model = Classifier(initialize((784, 8, 10), "sigmoid", np.random.default_rng(1)))
    images = few.validation_images[:50]
    answers = model.probabilities(images).argmax(axis=1)
    for errors, called in ((9, False), (10, True)):
        labels = answers.copy()
        labels[:errors] = (labels[:errors] + 1) % 10
        made = calibrated(model, images, labels)
        assert (made.calibrated, made.few_errors) == (called, not called)
        assert load_model(dump_model(made)).calibrated is called
    assert not model.calibrated


def test_logits_of_any_size_stay_finite() -> None:
    z = np.array([[1e6, -1e6], [-1e6, 1e6], [1e6, 0]], np.float32)
    assert 0.05 <= fit_temperature(z, np.array([0, 1, 1])) <= 20


def test_labels_and_rows_must_match() -> None:
    with pytest.raises(ShapeError, match=r"found \(2, 10\) and \(3,\)"):
        fit_temperature(np.zeros((2, 10), np.float32), np.zeros(3, int))
    with pytest.raises(ShapeError, match="one label a row"):
        fit_temperature(np.zeros((0, 10), np.float32), np.zeros(0, int))


def test_calibrating_changes_no_answer(few: Split) -> None:
    model = Classifier(initialize((784, 8, 10), "sigmoid", np.random.default_rng(1)), deskew=True)
    images, labels = few.validation_images, few.validation_labels
    warm = calibrated(model, images, labels)
    assert warm.temperature == fit_temperature(model.trace(images).z[-1], labels) != 1
    before, after = model.probabilities(images), warm.probabilities(images)
    np.testing.assert_array_equal(before.argmax(axis=1), after.argmax(axis=1))
    y = one_hot(labels, 10)
    assert -np.log(after[y > 0]).mean() < -np.log(before[y > 0]).mean()


def test_a_model_is_tested_on_the_test_images_and_calibrated_on_those_held_back(
    few: Split,
) -> None:
    model = Classifier(initialize((784, 8, 10), "sigmoid", np.random.default_rng(1)))
    images, labels = few.validation_images, few.validation_labels
    read = model.probabilities(few.train_images).argmax(axis=1).astype(np.uint8)
    read[: len(read) // 4] = (read[: len(read) // 4] + 1) % 10  # a quarter is taken for another
    dataset = Dataset(images, labels, test_images=few.train_images, test_labels=read)
    ready = calibrated_and_tested(model, few, dataset)
    assert ready.temperature == calibrated(model, images, labels).temperature
    assert ready.test_accuracy == 1 - (len(read) // 4) / len(read)


def test_bins_and_error_worked_by_hand() -> None:
    P = np.array([[0.99, 0.01], [0.97, 0.03], [0.4, 0.6], [0.5, 0.5]])
    labels = np.array([0, 1, 1, 0])
    table = reliability(P, labels)
    assert table.shape == (BINS, 3)
    np.testing.assert_allclose(table[14], [2, 0.98, 0.5])
    np.testing.assert_allclose(table[9], [1, 0.6, 1])
    np.testing.assert_allclose(table[7], [1, 0.5, 1])
    assert table[:, 0].sum() == 4
    error = (2 * 0.48 + 0.4 + 0.5) / 4
    assert expected_calibration_error(P, labels) == pytest.approx(error)


def test_what_is_certain_and_right_has_no_error() -> None:
    assert expected_calibration_error(np.eye(10), np.arange(10)) == 0
    table = reliability(np.eye(10), np.arange(10))
    assert table[-1].tolist() == [10, 1, 1]  # a confidence of 1 belongs to the last bin
    assert table.shape == (BINS, 3)
