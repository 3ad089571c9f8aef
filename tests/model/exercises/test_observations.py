"""What is seen in a wrong gradient that no mistake with a name explains."""

from typing import Any

import numpy as np
import pytest

from model.exercises import diagnose, exercise, right_gradients

TASK = exercise(5, 3)  # m = 7, inputs 13, hidden units 9, classes 5


def hints(**wrong: Any) -> dict[str, str]:
    found = diagnose(right_gradients(TASK) | wrong, TASK)
    assert not found.right
    return {name: str(array.hint) for name, array in found.arrays.items()}


def test_zeros_are_told() -> None:
    right = right_gradients(TASK)
    assert hints(dW1=0 * right["dW1"])["dW1"] == "dW1 is 0 everywhere."
    nothing = {name: 1e-17 * (1 + np.arange(g.size).reshape(g.shape)) for name, g in right.items()}
    found = diagnose(nothing, TASK)
    assert found.mistakes == []
    assert str(found.arrays["dW2"].hint) == "dW2 is 0 everywhere."


@pytest.mark.parametrize(
    ("factor", "ratio"), [(7 / 13, "m/inputs"), (1 / 9, "1/hidden units"), (7 / 9, "m/hidden")]
)
def test_a_ratio_of_sizes_is_named(factor: float, ratio: str) -> None:
    right = right_gradients(TASK)
    told = hints(**{name: factor * g for name, g in right.items()})
    assert f"factor, {ratio}" in told["dW2"]


def test_another_factor_is_told_without_its_value() -> None:
    told = hints(dW1=0.8371 * right_gradients(TASK)["dW1"])
    assert told["dW1"] == "All numbers of dW1 are off by one and the same factor."


def test_exchanged_arrays_are_told() -> None:
    right = right_gradients(TASK)
    told = hints(db1=right["db2"], db2=right["db1"])
    assert "were db1 and db2 exchanged?" in told["db1"]
    small = exercise(3, 2)  # 2-2-2: all shapes are alike
    right = right_gradients(small)
    found = diagnose(right | {"db1": right["db2"], "db2": right["db1"]}, small)
    assert "the numbers of db2" in str(found.arrays["db1"].hint)
    assert found.mistakes == []


def test_a_transposed_square_is_told() -> None:
    small = exercise(3, 2)
    right = right_gradients(small)
    found = diagnose(right | {"dW1": right["dW1"].T}, small)
    assert "rows stand where columns do" in str(found.arrays["dW1"].hint)


def test_a_few_wrong_numbers_are_listed_and_many_are_not() -> None:
    dW1 = right_gradients(TASK)["dW1"].copy()
    dW1[np.nonzero(dW1.any(axis=1))[0][:2], 4] += 1
    found = diagnose(right_gradients(TASK) | {"dW1": dW1}, TASK)
    entries = found.arrays["dW1"].entries
    assert entries is not None
    assert [index[1] for index in entries] == [4, 4]
    noise = np.random.default_rng(1).normal(size=dW1.shape)
    found = diagnose(right_gradients(TASK) | {"dW1": dW1 + noise}, TASK)
    assert found.arrays["dW1"].entries is None


def test_a_slope_times_a_constant_is_not_another_slope() -> None:
    right = right_gradients(TASK)
    found = diagnose(right | {name: right[name] / 9 for name in ("dW1", "db1")}, TASK)
    assert 33 not in {row for rows in found.explanations for row in rows}


def test_only_what_is_asked_for_is_missing() -> None:
    found = diagnose({"db2": [0.1, -0.1]}, exercise(1, 0))
    assert found.arrays.keys() == {"db2"}
