import numpy as np
import pytest

from model.data.idx import Split
from model.network import Parameters, backward, forward, initialize, one_hot
from model.optimizer import SGD
from model.training.step import DenseStep

RATE = 0.5

momentum_and_decay = pytest.mark.parametrize(
    ("momentum", "weight_decay"), [(0.0, 0.0), (0.9, 0.0), (0.0, 0.1)]
)


def a_network(seed: int = 1) -> Parameters:
    return initialize((784, 16, 10), "sigmoid", np.random.default_rng(seed))


def descent(parameters: Parameters, momentum: float = 0.0, weight_decay: float = 0.0) -> DenseStep:
    return DenseStep(parameters, SGD(np.zeros_like(parameters.vector), momentum, weight_decay))


def test_a_step_goes_down_the_gradient(digits: Split) -> None:
    found = a_network()
    images, y = digits.train_images[:64], one_hot(digits.train_labels[:64])
    theta = found.astype(np.float64)
    trace = forward(theta, images / 255)
    logits = descent(found).step(images, y, RATE)
    np.testing.assert_allclose(logits, trace.z[-1], atol=1e-5)
    expected = theta.vector - RATE * backward(theta, trace, y).vector
    np.testing.assert_allclose(found.vector, expected, atol=1e-6)


@momentum_and_decay
def test_work_arrays_leave_no_trace_in_later_steps(
    momentum: float, weight_decay: float, digits: Split
) -> None:
    # Batches of one size share memory; fresh arrays must give the same.
    found, expected = a_network(), a_network()
    stepping = descent(found, momentum, weight_decay)
    velocity = np.zeros_like(expected.vector)
    first = 0
    for size in (64, 3, 64, 1, 40, 3, 64):
        batch = slice(first, first + size)
        images, y = digits.train_images[batch], one_hot(digits.train_labels[batch])
        fresh = DenseStep(expected, SGD(velocity, momentum, weight_decay))
        np.testing.assert_array_equal(
            stepping.step(images, y, RATE).copy(), fresh.step(images, y, RATE)
        )
        np.testing.assert_array_equal(found.vector, expected.vector)
        first += size


@momentum_and_decay
def test_bytes_and_their_fractions_give_the_same_step(
    momentum: float, weight_decay: float, digits: Split
) -> None:
    by_bytes, by_floats = a_network(), a_network()
    images, y = digits.train_images[:64], one_hot(digits.train_labels[:64])
    one = descent(by_bytes, momentum, weight_decay)
    other = descent(by_floats, momentum, weight_decay)
    for _ in range(3):
        one.step(images, y, RATE)
        other.step(np.divide(images, 255, dtype=np.float32), y, RATE)
    np.testing.assert_allclose(by_bytes.vector, by_floats.vector, atol=1e-6)


def test_decay_moves_the_weights_of_blank_pixels_too(digits: Split) -> None:
    parameters, before = a_network(), a_network()
    images = digits.train_images[:64]
    y = one_hot(digits.train_labels[:64])
    descent(parameters, weight_decay=0.1).step(images, y, RATE)
    blank = images.max(axis=0) == 0
    np.testing.assert_allclose(
        parameters.weights[0][blank], 0.95 * before.weights[0][blank], rtol=1e-6
    )
