from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.routes.pixels import one_of_json as _image
from model.errors import BlankImageError
from tests.app.conftest import assert_problem

whole = st.binary(min_size=784, max_size=784).map(list)


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
    assert _image([0.25, *[254.75] * 500, *[0.0] * 283])[0, 0] == 0.25


def test_the_place_of_the_first_wrong_value_is_named() -> None:
    values = [0.0] * 784
    values[300], values[301] = 255.5, -1
    with pytest.raises(Invalid, match=r"found 255\.5 at place 300"):
        _image(values)


def test_no_ink_is_refused() -> None:
    with pytest.raises(BlankImageError):
        _image([0.0] * 784)


@pytest.mark.parametrize("word", [True, False])
@pytest.mark.parametrize("path", ["/predict", "/gradients", "/predict/batch"])
@pytest.mark.parametrize("as_rows", [True, False])
def test_true_and_false_are_no_pixels(
    client: TestClient, path: str, word: bool, as_rows: bool
) -> None:
    flat: list[Any] = [255] * 783 + [word]
    image = [flat[i : i + 28] for i in range(0, 784, 28)] if as_rows else flat
    body = {"pixels": [image] if path == "/predict/batch" else image, "label": 1}
    problem = assert_problem(client.post(path, json=body), 422, "found true or false")
    assert problem["code"] == "request.booleans"


def test_true_may_stand_beside_the_pixels(client: TestClient) -> None:
    body = {"pixels": [*[0] * 60, *[255] * 600, *[0] * 124], "truly": [True, False]}
    assert client.post("/predict", json=body).status_code == 200
