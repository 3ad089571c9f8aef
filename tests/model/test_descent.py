import numpy as np
import pytest
from numpy.typing import NDArray

from model.dataset import Split
from model.descent import Descent
from model.network import Array, Parameters, backward, forward, initialize, one_hot
from model.optimizer import SGD

RATE = 0.5


def a_network(seed: int = 1) -> Parameters:
    return initialize((784, 16, 10), "sigmoid", np.random.default_rng(seed))


def descent(parameters: Parameters, momentum: float = 0.0, weight_decay: float = 0.0) -> Descent:
    return Descent(parameters, SGD(np.zeros_like(parameters.vector), momentum, weight_decay))


def plain_step(parameters: Parameters, images: NDArray[np.uint8], y: Array) -> Array:
    """θ ← θ − α dL/dθ in float64 on all inputs; returns the logits before it."""
    theta = parameters.astype(np.float64)
    trace = forward(theta, images / 255)
    parameters.vector[:] = theta.vector - RATE * backward(theta, trace, y).vector
    return trace.z[-1]


def test_steps_where_there_is_ink_are_those_on_all_pixels(digits: Split) -> None:
    found, expected = a_network(), a_network()
    stepping = descent(found)
    for first in range(0, 640, 64):
        images = digits.train_images[first : first + 64]
        assert (images.max(axis=0) == 0).any(), "every pixel is inked: nothing is tested"
        y = one_hot(digits.train_labels[first : first + 64])
        logits = stepping.step(images, y, RATE).copy()
        np.testing.assert_allclose(logits, plain_step(expected, images, y), atol=1e-5)
        np.testing.assert_allclose(found.vector, expected.vector, atol=1e-6)


@pytest.mark.parametrize(("momentum", "weight_decay"), [(0.0, 0.0), (0.9, 0.0), (0.0, 0.1)])
def test_work_arrays_leave_no_trace_in_later_steps(
    momentum: float, weight_decay: float, digits: Split
) -> None:
    # Batches of different sizes and different ink share memory; fresh arrays must give the same.
    found, expected = a_network(), a_network()
    stepping = descent(found, momentum, weight_decay)
    velocity = np.zeros_like(expected.vector)
    first = 0
    for size in (64, 3, 64, 1, 40, 3, 64):
        batch = slice(first, first + size)
        images, y = digits.train_images[batch], one_hot(digits.train_labels[batch])
        fresh = Descent(expected, SGD(velocity, momentum, weight_decay))
        np.testing.assert_array_equal(
            stepping.step(images, y, RATE).copy(), fresh.step(images, y, RATE)
        )
        np.testing.assert_array_equal(found.vector, expected.vector)
        first += size


@pytest.mark.parametrize(("momentum", "weight_decay"), [(0.0, 0.0), (0.9, 0.0), (0.0, 0.1)])
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


def test_weights_of_blank_pixels_keep_their_bits(digits: Split) -> None:
    parameters, before = a_network(), a_network()
    images = digits.train_images[:64]
    descent(parameters).step(images, one_hot(digits.train_labels[:64]), RATE)
    blank = images.max(axis=0) == 0
    np.testing.assert_array_equal(parameters.weights[0][blank], before.weights[0][blank])
    assert (parameters.weights[0][~blank] != before.weights[0][~blank]).any(axis=1).all()


def test_momentum_and_decay_move_the_weights_of_blank_pixels_too(digits: Split) -> None:
    parameters, before = a_network(), a_network()
    images = digits.train_images[:64]
    y = one_hot(digits.train_labels[:64])
    descent(parameters, weight_decay=0.1).step(images, y, RATE)
    blank = images.max(axis=0) == 0
    np.testing.assert_allclose(
        parameters.weights[0][blank], 0.95 * before.weights[0][blank], rtol=1e-6
    )


@pytest.mark.parametrize("examples", [1, 5])
def test_a_batch_without_any_ink_trains_the_biases(examples: int) -> None:
    found, expected = a_network(), a_network()
    images = np.zeros((examples, 784), np.uint8)
    y = one_hot(np.full(examples, 3))
    logits = descent(found).step(images, y, RATE)
    np.testing.assert_allclose(logits, plain_step(expected, images, y), atol=1e-6)
    np.testing.assert_allclose(found.vector, expected.vector, atol=1e-7)
    assert (found.biases[0] != 0).any()
