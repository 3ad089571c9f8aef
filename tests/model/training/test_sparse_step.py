import numpy as np
import pytest
from numpy.typing import NDArray

from model.data.idx import Split
from model.network import Array, Parameters, backward, forward, initialize, one_hot
from model.optimizer import SGD
from model.training.sparse_step import InputOrder, SparseStep, gradient_step, input_order
from model.training.step import DenseStep

RATE = 0.5

Bytes = NDArray[np.uint8]


def a_network(inputs: int = 784) -> Parameters:
    return initialize((inputs, 16, 10), "sigmoid", np.random.default_rng(1))


def sparse_step(parameters: Parameters, order: InputOrder) -> SparseStep:
    return SparseStep(parameters, SGD(np.zeros_like(parameters.vector)), order)


def arranged(images: Bytes, order: InputOrder) -> Bytes:
    return images[:, order.inputs]


def plain_step(parameters: Parameters, images: Bytes, y: Array) -> Array:
    """θ ← θ − α dL/dθ in float64 on all inputs; returns the logits before it."""
    theta = parameters.astype(np.float64)
    trace = forward(theta, images / 255)
    parameters.vector[:] = theta.vector - RATE * backward(theta, trace, y).vector
    return trace.z[-1]


def test_rare_inputs_come_first_and_those_that_batches_often_lack_are_rare() -> None:
    images = np.zeros((100, 4), np.uint8)
    images[:, 0] = 255  # always inked
    images[:1, 1] = images[:50, 3] = 9  # blank in 99 and in 50 of 100: input 2 in all of them
    one_by_one, by_eights = input_order(images, 1), input_order(images, 8)
    assert by_eights.inputs.tolist() == [2, 1, 3, 0]
    assert (one_by_one.rare, by_eights.rare) == (3, 2)  # 0.5 > 0.15 > 0.5^8


def test_at_least_one_input_stays_in_all_products() -> None:
    assert input_order(np.zeros((5, 4), np.uint8), 2).rare == 3


@pytest.mark.parametrize("rare", [0, 1, 340, 783])
def test_steps_where_there_is_ink_are_those_on_all_pixels(rare: int, digits: Split) -> None:
    expected = a_network()
    order = InputOrder(np.random.default_rng(2).permutation(784), rare)
    stepping = sparse_step(expected, order)
    first = 0
    for size in (64, 3, 64, 1, 40, 64):  # batches of all sizes share memory
        batch = slice(first, first + size)
        images, y = digits.train_images[batch], one_hot(digits.train_labels[batch])
        logits = stepping.step(arranged(images, order), y, RATE).copy()
        np.testing.assert_allclose(logits, plain_step(expected, images, y), atol=1e-5)
        np.testing.assert_allclose(stepping.parameters.vector, expected.vector, atol=1e-6)
        first += size


def test_the_network_it_starts_from_and_copies_of_it_stay_as_they_are(digits: Split) -> None:
    begin, order = a_network(), input_order(digits.train_images, 64)
    stepping, before = sparse_step(begin, order), begin.vector.copy()
    copy = stepping.parameters
    stepping.step(
        arranged(digits.train_images[:64], order), one_hot(digits.train_labels[:64]), RATE
    )
    np.testing.assert_array_equal(begin.vector, before)
    np.testing.assert_array_equal(copy.vector, before)
    assert (stepping.parameters.vector != before).any()


def test_weights_of_blank_rare_pixels_keep_their_bits(digits: Split) -> None:
    before, order = a_network(), input_order(digits.train_images, 64)
    images = digits.train_images[:64]
    stepping = sparse_step(before, order)
    stepping.step(arranged(images, order), one_hot(digits.train_labels[:64]), RATE)
    after, blank = stepping.parameters.weights[0], images.max(axis=0) == 0
    np.testing.assert_array_equal(after[blank], before.weights[0][blank])
    assert (after[~blank] != before.weights[0][~blank]).any(axis=1).all()


@pytest.mark.parametrize("examples", [1, 5])
def test_a_batch_without_any_ink_trains_the_biases(examples: int) -> None:
    expected = a_network()
    images = np.zeros((examples, 784), np.uint8)
    y = one_hot(np.full(examples, 3))
    stepping = sparse_step(expected, input_order(images, 64))
    logits = stepping.step(images, y, RATE)
    np.testing.assert_allclose(logits, plain_step(expected, images, y), atol=1e-6)
    np.testing.assert_allclose(stepping.parameters.vector, expected.vector, atol=1e-7)
    assert (stepping.parameters.biases[0] != 0).any()


@pytest.mark.parametrize(
    ("optimizer", "fixed", "expected"),
    [
        ({}, True, SparseStep),
        ({}, False, DenseStep),  # distorted anew each time: nobody knows what will be blank
        ({"momentum": 0.9}, True, DenseStep),
        ({"weight_decay": 0.1}, True, DenseStep),
    ],
)
def test_blank_inputs_are_left_out_only_where_that_is_the_same_step(
    optimizer: dict[str, float], fixed: bool, expected: type, digits: Split
) -> None:
    parameters = a_network()
    rule = SGD(np.zeros_like(parameters.vector), **optimizer)
    step = gradient_step(parameters, rule, digits.train_images if fixed else None, 64)
    assert type(step) is expected
    assert (step.input_order is None) == (expected is DenseStep)


class Drift(SGD):
    """A rule that moves every parameter, whatever its gradient, as Adam does."""

    @property
    def ignores_zero_gradients(self) -> bool:
        return False


def test_a_rule_that_does_not_say_so_takes_the_step_on_all_inputs(digits: Split) -> None:
    parameters = a_network()
    rule = Drift(np.zeros_like(parameters.vector))
    assert type(gradient_step(parameters, rule, digits.train_images, 64)) is DenseStep


def test_the_network_that_a_step_starts_from_stays_as_it_is(digits: Split) -> None:
    parameters = a_network()
    before = parameters.vector.copy()
    step = gradient_step(parameters, SGD(np.zeros_like(before), momentum=0.9), None, 64)
    step.step(digits.train_images[:64], one_hot(digits.train_labels[:64]), RATE)
    np.testing.assert_array_equal(parameters.vector, before)
    assert (step.parameters.vector != before).any()
