"""Never wrong: neither on upright digits, whoever wrote them, nor on what are none."""

import numpy as np
import pytest

from model.data.idx import load_mnist_part
from model.data.orientation import find_orientation, transposed
from model.serialization.checkpoint import pretrained
from model.synthesis.strokes import draw_digits
from tests.shapes import shapes_and_labels


@pytest.mark.parametrize("count", [20, 60, 1000])
@pytest.mark.parametrize("kind", ["MNIST", "pen strokes"])
def test_the_orientation_of_digits_is_found_in_a_few(kind: str, count: int) -> None:
    rng = np.random.default_rng(count)
    images, labels = load_mnist_part("test") if kind == "MNIST" else draw_digits(2000, rng)
    for _ in range(5):
        rows = rng.choice(len(labels), count, replace=False)
        came = find_orientation(images[rows], labels[rows], pretrained())
        assert (came.upright, came.transposed) == (True, False)
        turned = find_orientation(transposed(images[rows]), labels[rows], pretrained())
        assert (turned.upright, turned.transposed) == (False, True)
        assert (turned.turned, turned.looked_at) == (came.as_they_came, count)


def test_of_shapes_nothing_is_claimed_whatever_their_numbers() -> None:
    images, labels = shapes_and_labels(10)
    rng = np.random.default_rng(0)
    for _ in range(20):
        numbers = rng.permutation(10).astype(np.uint8)[labels]
        for each in (images, transposed(images)):
            found = find_orientation(each, numbers, pretrained())
            assert (found.upright, found.transposed) == (False, False)


def test_digits_with_wrong_labels_tell_nothing() -> None:
    images, labels = load_mnist_part("test")
    found = find_orientation(transposed(images), (labels + 1) % 10, pretrained())
    assert not found.transposed


def test_transposing_twice_changes_nothing() -> None:
    images, _ = load_mnist_part("test")
    assert (transposed(transposed(images[:9])) == images[:9]).all()
    assert not (transposed(images[:9]) == images[:9]).all()
