import numpy as np
import pytest

from model import dataset
from model.edges import edges
from model.inputs import FEATURES, seen
from model.moments import deskew


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return dataset.load_mnist_part("test")[0][:5]


def test_plain_pixels_are_left_alone(digits: np.ndarray) -> None:
    assert seen(digits, deskew=False, features="pixels") is digits


def test_digits_are_set_upright_before_their_edges_are_found(digits: np.ndarray) -> None:
    np.testing.assert_array_equal(seen(digits, deskew=True, features="pixels"), deskew(digits))
    np.testing.assert_array_equal(seen(digits, deskew=False, features="edges"), edges(digits))
    both = seen(digits, deskew=True, features="edges")
    np.testing.assert_array_equal(both, edges(deskew(digits)))
    assert np.abs(both - deskew(edges(digits))).max() > 100


def test_pixels_come_first() -> None:
    """A file or a recipe that does not say otherwise means pixels."""
    assert FEATURES[0] == "pixels"
