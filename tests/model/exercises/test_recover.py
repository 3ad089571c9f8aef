"""A student's own deltas and slope, out of the gradients that were submitted."""

import numpy as np
import pytest

from model.exercises import SlopePortrait, exercise, right_gradients, slope_portrait
from tests.model.exercises.students import run


def portrait(old: str, new: str, level: int = 5) -> SlopePortrait | None:
    task = exercise(level, 4)
    return slope_portrait(run(((old, new),), task.X, task.labels, **task.parameters.arrays()), task)


def test_the_right_slope_lies_on_its_curve() -> None:
    shown = slope_portrait(right_gradients(exercise(5, 4)), exercise(5, 4))
    assert shown is not None
    assert len(shown.h) > 30
    assert np.allclose(shown.slope, shown.right, rtol=1e-6)
    assert np.allclose(shown.right, shown.h * (1 - shown.h))
    assert (np.diff(shown.h) >= 0).all()


@pytest.mark.parametrize("level", [4, 5, 9, 10])
def test_a_forgotten_slope_is_flat(level: int) -> None:
    shown = portrait("slope = H * (1 - H)", "slope = 1", level)
    assert shown is not None
    assert np.allclose(shown.slope, 1, rtol=1e-6)


def test_another_slope_is_drawn_even_if_the_output_is_wrong_too() -> None:
    shown = portrait("D2 = (P - Y) / m", "D2 = (P - Y) * P; H2 = H")
    assert shown is not None
    assert np.allclose(shown.slope, shown.right, rtol=1e-6)
    shown = portrait("slope = H * (1 - H)", "slope = 1 - H**2")
    assert shown is not None
    assert np.allclose(shown.slope, 1 - shown.h**2, rtol=1e-6)


def test_without_both_layers_or_outside_the_span_there_is_none() -> None:
    task = exercise(5, 4)
    grads = right_gradients(task)
    assert slope_portrait({"dW1": grads["dW1"]}, task) is None
    assert portrait("dW2 = H.T @ D2", "dW2 = H.reshape(-1, m) @ D2") is None


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300, 0.0])
def test_numbers_that_say_nothing_have_none(value: float) -> None:
    task = exercise(5, 4)
    grads = {name: np.full_like(g, value) for name, g in right_gradients(task).items()}
    shown = slope_portrait(grads, task)
    assert shown is None or np.isfinite(shown.slope).all()
    assert slope_portrait({"dW1": [[1.0]], "dW2": [1.0]}, task) is None
