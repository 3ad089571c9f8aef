import numpy as np
import pytest

from model.data import idx
from model.preprocessing.deskew import deskew
from model.preprocessing.gradient_features import edge_features
from model.preprocessing.pipeline import FEATURES, LEAST_SCALES, preprocess


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return idx.load_mnist_part("test")[0][:5]


def test_plain_pixels_are_left_alone(digits: np.ndarray) -> None:
    assert preprocess(digits, deskew=False, features="pixels") is digits


def test_digits_are_set_upright_before_their_edges_are_found(digits: np.ndarray) -> None:
    np.testing.assert_array_equal(
        preprocess(digits, deskew=True, features="pixels"), deskew(digits)
    )
    np.testing.assert_array_equal(
        preprocess(digits, deskew=False, features="edges"), edge_features(digits)
    )
    both = preprocess(digits, deskew=True, features="edges")
    np.testing.assert_array_equal(both, edge_features(deskew(digits)))
    assert np.abs(both - deskew(edge_features(digits))).max() > 100


def test_digits_are_left_as_narrow_as_was_asked(digits: np.ndarray) -> None:
    seen = preprocess(digits, deskew=True, features="edges", least_scale=1.0)
    np.testing.assert_array_equal(seen, edge_features(deskew(digits, 1.0)))
    assert set(LEAST_SCALES) == set(FEATURES)


def test_pixels_come_first() -> None:
    """A file or a recipe that does not say otherwise means pixels."""
    assert FEATURES[0] == "pixels"
