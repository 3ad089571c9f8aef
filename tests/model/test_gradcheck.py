import math

import numpy as np
import pytest

from model import gradcheck
from model.activations import ACTIVATIONS
from model.gradcheck import check_gradients
from model.network import (
    Array,
    Gradients,
    Parameters,
    Trace,
    backward,
    cross_entropy,
    forward,
    initialize,
    one_hot,
    softmax,
)


def a_digit(seed: int = 0) -> tuple[Array, Array]:
    """One image, mostly black as digits are, and its label."""
    rng = np.random.default_rng(seed)
    x = np.where(rng.random((1, 784)) < 0.2, rng.random((1, 784)), 0)
    return x.astype(np.float32), one_hot(np.array([3]))


@pytest.mark.parametrize("hidden", [(128,), (64, 32), (30, 20, 10)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_right_gradients_pass(activation: str, hidden: tuple[int, ...]) -> None:
    parameters = initialize((784, *hidden, 10), activation, np.random.default_rng(1))
    check = check_gradients(parameters, *a_digit())
    assert check.max_relative_error <= 1e-7
    assert check.max_relative_error == check.worst.relative_error
    assert check.worst.numeric == pytest.approx(check.worst.analytic, rel=1e-4, abs=1e-7)


def test_each_array_is_sampled_or_checked_whole() -> None:
    parameters = initialize((784, 128, 10), "sigmoid", np.random.default_rng(1))
    assert check_gradients(parameters, *a_digit(), entries=20).entries == 20 + 20 + 20 + 10
    small = initialize((6, 4, 3), "sigmoid", np.random.default_rng(1))
    x, y = np.ones((2, 6)), one_hot(np.array([0, 2]), 3)
    assert check_gradients(small, x, y, entries=None).entries == small.count


def test_the_sample_is_seeded() -> None:
    parameters = initialize((784, 128, 10), "tanh", np.random.default_rng(1))
    first, second, other = (
        check_gradients(parameters, *a_digit(), entries=5, seed=seed) for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other


def test_no_entry_is_sampled_twice() -> None:
    sample = list(gradcheck._sample(np.zeros((5, 4)), 15, np.random.default_rng(1)))
    assert len(set(sample)) == len(sample) == 15
    assert max(sample) < (5, 0)


def test_parameters_are_left_as_they_were() -> None:
    parameters = initialize((784, 16, 10), "sigmoid", np.random.default_rng(1)).astype(np.float64)
    before = parameters.vector.copy()
    check_gradients(parameters, *a_digit())
    np.testing.assert_array_equal(parameters.vector, before)


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2"])
def test_a_single_wrong_entry_is_found_and_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = initialize((6, 4, 3), "sigmoid", np.random.default_rng(1))
    index = (1, 2) if name.startswith("W") else (2,)

    def wrong(theta: Parameters, trace: Trace, y: Array) -> Gradients:
        gradients = backward(theta, trace, y)
        gradients.arrays()[name][index] += 1e-4
        return gradients

    monkeypatch.setattr(gradcheck, "backward", wrong)
    check = check_gradients(parameters, np.ones((1, 6)), one_hot(np.array([0]), 3), entries=None)
    assert (check.worst.name, check.worst.index) == (name, index)
    assert check.max_relative_error > 1e-5
    assert check.worst.analytic - check.worst.numeric == pytest.approx(1e-4, rel=1e-3)


def test_a_tiny_gradient_twice_as_large_is_wrong_by_half(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error is measured against its own array's gradients, however small they are."""

    def doubled(theta: Parameters, trace: Trace, y: Array) -> Gradients:
        gradients = backward(theta, trace, y)
        gradients.arrays()["W1"][:] *= 2
        return gradients

    monkeypatch.setattr(gradcheck, "backward", doubled)
    parameters = initialize((6, 4, 3), "sigmoid", np.random.default_rng(1))
    x, y = np.ones((1, 6)), one_hot(np.array([0]), 3)
    parameters.biases[1][:] = y[0] * 10
    parameters = parameters.astype(np.float64)
    right = backward(parameters, forward(parameters, x), y).arrays()["W1"]
    assert 1e-7 < np.abs(right).max() < 1e-4
    check = check_gradients(parameters, x, y, entries=None)
    assert check.worst.name == "W1"
    assert check.max_relative_error == pytest.approx(0.5, rel=1e-3)


def test_nan_counts_as_the_worst_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(theta: Parameters, trace: Trace, y: Array) -> Gradients:
        gradients = backward(theta, trace, y)
        gradients.biases[1][2] = math.nan
        return gradients

    monkeypatch.setattr(gradcheck, "backward", wrong)
    parameters = initialize((6, 4, 3), "sigmoid", np.random.default_rng(1))
    check = check_gradients(parameters, np.ones((1, 6)), one_hot(np.array([0]), 3), entries=None)
    assert math.isnan(check.max_relative_error)


@pytest.mark.parametrize("sureness", [1.0, 10.0, 30.0, 100.0])
def test_a_sure_answer_passes_although_its_gradients_are_tiny(sureness: float) -> None:
    # At 30 the loss is about 1e-13: losses subtracted from each other would be rounding alone.
    parameters = initialize((784, 32, 10), "sigmoid", np.random.default_rng(1))
    x, y = a_digit()
    parameters.biases[1][:] = y[0] * sureness
    assert check_gradients(parameters, x, y).max_relative_error <= 1e-7


def test_vanished_gradients_pass() -> None:
    # Seven sigmoid layers: what reaches the first is so small that ε = 1e-5 measures rounding.
    parameters = initialize((9, *[8] * 7, 4), "sigmoid", np.random.default_rng(1))
    x, y = np.random.default_rng(9).normal(0, 1, (1, 9)), one_hot(np.array([0]), 4)
    assert check_gradients(parameters, x, y).max_relative_error <= 1e-7


def test_steep_losses_pass() -> None:
    rng = np.random.default_rng(0)
    parameters = initialize((44, 4, 29, 13, 7), "tanh", rng)
    parameters.vector *= 3
    x, y = rng.normal(0, 1, (1, 44)), one_hot(np.array([0]), 7)
    assert check_gradients(parameters, x, y, entries=None).max_relative_error <= 1e-7


def test_soft_labels_and_batches_pass() -> None:
    rng = np.random.default_rng(0)
    parameters = initialize((6, 4, 3), "tanh", rng)
    x, y = rng.normal(0, 1, (5, 6)), softmax(rng.normal(0, 1, (5, 3)))
    assert check_gradients(parameters, x, y, entries=None).max_relative_error <= 1e-7


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_entries_at_a_kink_are_left_out_and_counted(activation: str) -> None:
    parameters = initialize((2, 3, 2), activation, np.random.default_rng(1))
    x, y = np.array([[1.0, 0.0]]), one_hot(np.array([0]), 2)
    parameters.weights[0][:, 1] = 0  # unit 1 sits at z = 0 exactly, where there is no derivative
    check = check_gradients(parameters, x, y, entries=None)
    assert check.kinks == 2  # its bias and the weight of the input that is not 0
    assert check.entries == parameters.count - 2
    assert check.max_relative_error <= 1e-7


def test_smooth_activations_have_no_kinks() -> None:
    parameters = Parameters((2, 3, 2))
    check = check_gradients(parameters, np.ones((1, 2)), one_hot(np.array([0]), 2), entries=None)
    assert (check.kinks, check.entries) == (0, parameters.count)


@pytest.mark.parametrize("epsilon", [1e-4, 1e-5, 1e-6])
def test_the_default_step_lies_in_a_wide_valley(epsilon: float) -> None:
    parameters = initialize((784, 32, 10), "sigmoid", np.random.default_rng(1))
    check = check_gradients(parameters, *a_digit(), epsilon=epsilon)
    assert check.epsilon == epsilon
    assert check.max_relative_error <= 1e-7


def test_difference_of_losses_is_that_of_the_loss_itself() -> None:
    rng = np.random.default_rng(0)
    above, below = rng.normal(0, 3, (2, 5, 4))
    for y in (one_hot(rng.integers(0, 4, 5), 4, np.float64), softmax(rng.normal(0, 1, (5, 4)))):
        expected = cross_entropy(above, y) - cross_entropy(below, y)
        assert gradcheck._loss_difference(above, below, y) == pytest.approx(expected, rel=1e-12)


def test_a_wrong_forward_pass_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    # The numeric side runs the whole forward pass: forgetting the biases must show.
    def forgetful(theta: Parameters, x: Array) -> Trace:
        bare = theta.copy()
        for b in bare.biases:
            b[:] = 0
        return forward(bare, x)

    monkeypatch.setattr(gradcheck, "forward", forgetful)
    parameters = initialize((6, 4, 3), "sigmoid", np.random.default_rng(1))
    check = check_gradients(parameters, np.ones((1, 6)), one_hot(np.array([0]), 3), entries=None)
    assert check.max_relative_error > 0.9
