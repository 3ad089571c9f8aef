"""Data for the tests of `model`."""

import math

import numpy as np
import pytest

from model.data.idx import Split, load_mnist_part
from model.network import Array, Parameters


@pytest.fixture(scope="session")
def digits() -> Split:
    """The first 4,000 of MNIST's training images, and the last 500 to validate on."""
    images, labels = load_mnist_part("train")
    return Split(images[:4000], labels[:4000], images[-500:], labels[-500:])


@pytest.fixture(scope="session")
def few(digits: Split) -> Split:
    """150 training and 60 validation images: enough for three batches of 50 or a ragged 64s."""
    return Split(
        digits.train_images[:150],
        digits.train_labels[:150],
        digits.validation_images[:60],
        digits.validation_labels[:60],
    )


@pytest.fixture
def small_network() -> tuple[Parameters, Array]:
    """2-2-2 with sigmoid, and one example x; chosen so that each number is a fraction.

    static/derivation.html works the same one; test_derivation.py holds them together.
    """
    parameters = Parameters.from_arrays(
        {
            "W1": np.array([[math.log(3), 0.5], [0.5, -0.5]]),
            "b1": np.array([-1.0, 0.5]),
            "W2": np.array([[2.0, -2.0], [1.0, 3.0]]),
            "b2": np.array([math.log(4) - 2, 0.0]),
        }
    )
    return parameters, np.array([[1.0, 2.0]])
