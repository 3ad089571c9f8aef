import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.routes.inputs import _image
from model.errors import BlankImageError

whole = st.binary(min_size=784, max_size=784).map(list)  # quicker made than integers


@given(whole.filter(any))
def test_whole_numbers_become_the_same_array_quickly_and_slowly(values: list[int]) -> None:
    quick, slow = _image(values), _image([float(value) for value in values])
    assert quick.dtype == np.uint8
    assert slow.dtype == np.float64
    assert np.array_equal(quick, slow)


@given(whole.filter(any))
def test_rows_are_read_from_left_to_right_and_down(values: list[int]) -> None:
    rows = [values[i : i + 28] for i in range(0, 784, 28)]
    assert np.array_equal(_image(rows), _image(values))


def test_fractions_are_kept() -> None:
    assert _image([0.25] * 784)[0, 0] == 0.25


def test_the_place_of_the_first_wrong_value_is_named() -> None:
    values = [0.0] * 784
    values[300], values[301] = 255.5, -1
    with pytest.raises(Invalid, match=r"found 255\.5 at place 300"):
        _image(values)


def test_no_ink_is_refused() -> None:
    with pytest.raises(BlankImageError):
        _image([0.0] * 784)
