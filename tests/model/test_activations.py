import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.activations import ACTIVATIONS
from model.network import Array

LN2, LN3, LN4 = math.log(2), math.log(3), math.log(4)
NAMES = sorted(ACTIVATIONS)

# (z, g(z), g'(z)), worked by hand: e^{ln n} = n turns each of them into a fraction.
BY_HAND = {
    "sigmoid": [  # 1/(1 + e^-z), derivative a(1 − a)
        (0.0, 1 / 2, 1 / 4),
        (LN3, 3 / 4, 3 / 16),  # 1/(1 + 1/3)
        (-LN4, 1 / 5, 4 / 25),  # 1/(1 + 4)
    ],
    "tanh": [  # (e^z − e^-z)/(e^z + e^-z), derivative 1 − a²
        (0.0, 0.0, 1.0),
        (LN2, 3 / 5, 16 / 25),  # (2 − 1/2)/(2 + 1/2)
        (-LN3, -4 / 5, 9 / 25),  # (1/3 − 3)/(1/3 + 3)
    ],
    "relu": [(3.0, 3.0, 1.0), (-2.0, 0.0, 0.0), (0.0, 0.0, 0.0)],
    "leaky_relu": [(3.0, 3.0, 1.0), (-2.0, -0.02, 0.01), (0.0, 0.0, 0.01)],
}


def value(name: str, z: Array) -> Array:
    return ACTIVATIONS[name].function(z, np.empty_like(z))


def slope(name: str, z: Array) -> Array:
    """g'(z), by scaling ones."""
    return ACTIVATIONS[name].scale_by_derivative(np.ones_like(z), value(name, z))


def test_every_activation_is_worked_by_hand() -> None:
    assert set(BY_HAND) == set(ACTIVATIONS) == {"sigmoid", "tanh", "relu", "leaky_relu"}


@pytest.mark.parametrize("name", NAMES)
def test_values_and_derivatives_are_those_worked_by_hand(name: str) -> None:
    z, a, derivative = np.array(BY_HAND[name]).T
    np.testing.assert_allclose(value(name, z), a, rtol=1e-14)
    np.testing.assert_allclose(slope(name, z), derivative, rtol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_derivative_agrees_with_central_differences(name: str) -> None:
    z = np.linspace(-6, 6, 200)  # an even number of points: none lies on the kink at 0
    h = 1e-5
    numeric = (value(name, z + h) - value(name, z - h)) / (2 * h)
    np.testing.assert_allclose(slope(name, z), numeric, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("name", NAMES)
@given(z=st.floats(-(2.0**100), 2.0**100, width=32))
def test_derivative_is_finite_and_between_0_and_its_steepest(name: str, z: float) -> None:
    for dtype in (np.float32, np.float64):
        derivative = slope(name, np.array([z], dtype))
        assert 0 <= derivative[0] <= ACTIVATIONS[name].steepest


@pytest.mark.parametrize("name", NAMES)
def test_steepest_is_reached(name: str) -> None:
    z = np.array([0.0, 1e-9])  # relu is steepest right of 0, the smooth ones at 0
    assert slope(name, z).max() == pytest.approx(ACTIVATIONS[name].steepest)


@pytest.mark.parametrize("name", NAMES)
@given(low=st.floats(-1e4, 1e4), step=st.floats(0, 1e4))
def test_activation_never_falls(name: str, low: float, step: float) -> None:
    a = value(name, np.array([low, low + step]))
    assert a[0] <= a[1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_extreme_inputs_neither_overflow_nor_warn(name: str, dtype: type) -> None:
    z = np.array([-np.finfo(dtype).max, -1e4, -88, 88, 1e4, np.finfo(dtype).max], dtype)
    assert np.isfinite(value(name, z)).all()
    assert np.isfinite(slope(name, z)).all()
    assert value(name, z).dtype == slope(name, z).dtype == dtype


@pytest.mark.parametrize("name", NAMES)
def test_derivative_multiplies_the_delta_in_place(name: str) -> None:
    a = value(name, np.array([[-1.0, 0.5, 2.0]]))
    delta = np.array([[2.0, -3.0, 4.0]])
    expected = delta * ACTIVATIONS[name].scale_by_derivative(np.ones_like(a), a)
    assert ACTIVATIONS[name].scale_by_derivative(delta, a) is delta
    np.testing.assert_array_equal(delta, expected)


def test_the_leak_is_multiplied_in_the_precision_of_the_delta() -> None:
    delta = np.random.default_rng(0).normal(0, 1, (4, 50)).astype(np.float32)
    scaled = ACTIVATIONS["leaky_relu"].scale_by_derivative(delta.copy(), -np.ones_like(delta))
    np.testing.assert_array_equal(scaled, delta * np.float32(0.01))


@pytest.mark.parametrize(
    ("name", "gain"),
    [
        ("sigmoid", 1),
        ("tanh", 5 / 3),
        ("relu", math.sqrt(2)),
        ("leaky_relu", math.sqrt(2)),  # as relu: the leak adds but 1e-4 to the variance
    ],
)
def test_gains_are_those_of_the_papers(name: str, gain: float) -> None:
    assert ACTIVATIONS[name].gain == pytest.approx(gain, rel=1e-9)
