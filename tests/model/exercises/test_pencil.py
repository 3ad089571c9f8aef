"""Exercises for the pencil: what was rounded on the way is right, and a slip is told as one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.exercises import ARRAYS, Exercise, diagnose, exercise, right_gradients
from model.exercises.mistakes import mistake, wrong_gradients

SEEDS = range(20)
Rounding = Callable[[Any], Any]


def digits(count: int) -> Rounding:
    return lambda values: np.vectorize(lambda v: float(f"{v:.{count}g}"))(np.asarray(values, float))


def decimals(count: int) -> Rounding:
    return lambda values: np.round(values, count)


def worked(task: Exercise, rounded: Rounding, last: Rounding | None = None) -> dict[str, Any]:
    """The gradients by pencil, each step rounded, the last one otherwise if that is said."""
    last = last or rounded
    solved, given = task.solve(), task.arrays()
    D2 = rounded(solved.P[0].round(4) - task.targets[0])
    h = rounded(solved.H[0])
    back = rounded(given["W2"] @ D2)
    D1 = rounded(back * rounded(h * rounded(1 - h)))
    grads = {"dW2": np.outer(h, D2), "db2": D2, "dW1": np.outer(given["X"][0], D1), "db1": D1}
    return {name: last(grads[name]) for name in task.asked}


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("rounded", [digits(3), digits(4), decimals(3), decimals(4)])
def test_numbers_that_are_rounded_at_each_step_are_right(level: int, rounded: Rounding) -> None:
    for seed in SEEDS:
        found = diagnose(worked(exercise(level, seed), rounded), exercise(level, seed))
        assert found.right, (seed, found)


def test_some_numbers_may_have_more_digits_than_others() -> None:
    for seed in SEEDS:
        task = exercise(3, seed)
        grads = worked(task, digits(3))
        assert diagnose(grads | {"db1": right_gradients(task)["db1"]}, task).right
        assert diagnose(worked(task, digits(4), last=digits(9)), task).right, seed
        batch = exercise(4, seed)
        right = right_gradients(batch)
        few = {name: digits(4)(g) for name, g in right.items()}
        assert diagnose(few | {"db1": right["db1"]}, batch).right


def test_rounded_float32_is_as_right_as_rounded_float64() -> None:
    for seed in SEEDS:
        task = exercise(6, seed)
        for places in (4, 5):
            right = right_gradients(task).items()
            single = {name: g.astype(np.float32).round(places) for name, g in right}
            double = {name: g.round(places) for name, g in right}
            assert diagnose(single, task).right == diagnose(double, task).right


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("form", ["weights_reshaped", "slope_at_activation", "no_slope", "sign"])
def test_no_mistake_hides_in_the_numbers_of_an_exercise(level: int, form: str) -> None:
    for seed in range(30):
        task = exercise(level, seed)
        wrong = wrong_gradients(task.parameters, task.X, task.targets, mistake(form))
        right = right_gradients(task)
        changed = any(not np.allclose(wrong[n], right[n], rtol=1e-9) for n in task.asked)
        assert changed == (form == "sign" or level == 3)
        if changed:
            assert not diagnose({n: wrong[n].round(4) for n in task.asked}, task).right, seed
        assert min(np.abs(right[name]).max() for name in task.asked) >= 0.02


@pytest.mark.parametrize(("factor", "words"), [(-1, "its sign"), (10, "decimal point"), (1.6, "]")])
def test_a_single_wrong_number_is_pointed_at(factor: float, words: str) -> None:
    for seed, name in zip(SEEDS, ARRAYS * 5, strict=True):
        task = exercise(3, seed)
        grads = worked(task, digits(4))
        at = np.unravel_index(np.abs(grads[name]).argmax(), grads[name].shape)
        grads[name][at] *= factor
        found = diagnose(grads, task)
        assert found.mistakes == []
        assert found.arrays[name].entries == [[int(index) for index in at]]
        assert words in str(found.arrays[name].hint)
        others = [found.arrays[other].verdict for other in ARRAYS if other != name]
        assert others == ["right"] * 3


def test_what_is_nearly_right_is_told_so() -> None:
    task = exercise(3, 1)
    grads = {name: 1.08 * g for name, g in right_gradients(task).items()}
    found = diagnose(grads, task)
    assert not found.right
    assert "nearly right" in str(found.arrays["db2"].hint)


@pytest.mark.parametrize("share", [0.3, 0.5, 1.7])
def test_one_number_alone_is_not_called_clipped(share: float) -> None:
    for seed in SEEDS:
        task = exercise(1, seed)
        found = diagnose({"db2": (share * right_gradients(task)["db2"]).round(4)}, task)
        assert not found.right
        assert 10 not in {row for rows in found.explanations for row in rows}


def test_the_wrong_left_factor_is_not_praised_at_a_single_example() -> None:
    for seed in SEEDS:
        task = exercise(3, seed)
        grads = right_gradients(task)
        wrong = grads | {"dW2": np.outer(task.X[0], grads["db2"])}
        hint = str(diagnose(wrong, task).arrays["dW2"].hint)
        assert "built rightly from H" not in hint
        assert diagnose(wrong, task).arrays["db2"].verdict == "right"
