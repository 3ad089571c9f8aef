"""Data for the tests of `model`."""

import numpy as np
import pytest

from model.dataset import Split, load_mnist_part


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
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
