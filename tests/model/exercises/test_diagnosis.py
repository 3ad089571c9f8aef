"""Each row of docs/mistakes.md is named for a program that really makes the mistake."""

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import ExerciseError
from model.exercises import ARRAYS, diagnose, exercise, right_gradients
from tests.model.exercises.students import MISTAKES, RIGHT, run

#: What two rows have in common so that their numbers are the same.
SAME = {
    (2, "mean of all numbers"): {8},  # 1/k may be a learning rate
    (5, "factor 2"): {9},
    (5, "factor 1/2"): {8},
    (9, "called twice"): {5},
    (33, "h(h - 1)"): {36},
    (36, "-W2"): {33},
    (2, "mean of all squares"): {8},
}


def submitted(changes: Any, level: int, seed: int, dtype: Any = np.float64) -> dict[str, Any]:
    task = exercise(level, seed)
    arrays = {name: array.astype(dtype) for name, array in task.parameters.arrays().items()}
    return run(changes, task.X.astype(dtype), task.labels, **arrays)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("number", "name", "changes"), MISTAKES)
def test_each_mistake_is_named(number: int, name: str, changes: Any, dtype: Any) -> None:
    found = diagnose(submitted(changes, 5, 7, dtype), exercise(5, 7))
    assert not found.right
    assert [number] in found.explanations
    others = {row for rows in found.explanations for row in rows} - {number}
    assert others <= SAME.get((number, name), set())
    told = next(each for each in found.mistakes if each.number == number)
    assert told.name
    assert told.hint
    assert told.evidence


@pytest.mark.parametrize("level", range(4, 11))
def test_what_follows_from_a_mistake_is_not_a_second_one(level: int) -> None:
    changes = (("D2 = (P - Y) / m", "D2 = P - Y"),)
    found = diagnose(submitted(changes, level, 1), exercise(level, 1))
    assert found.explanations == [[1]]
    verdicts = {name: found.arrays[name].verdict for name in ARRAYS}
    assert verdicts.pop("dW2") == "wrong"
    assert set(verdicts.values()) == {"right_given_yours"}


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("slope = H * (1 - H)", "slope = 1", ["dW1"]),
        ("D2.sum(axis=0)", "D2.mean(axis=0)", ["db2"]),
        ("D1.sum(axis=0)", "back.sum(axis=0)", ["db1"]),
        ("X @ W1 + b1", "X @ W1", ["dW2"]),
    ],
)
def test_only_the_first_that_is_wrong_is_called_so(old: str, new: str, wrong: list[str]) -> None:
    found = diagnose(submitted(((old, new),), 6, 3), exercise(6, 3))
    assert [n for n in ARRAYS if found.arrays[n].verdict == "wrong"] == wrong
    assert all(found.arrays[n].hint for n in ARRAYS if found.arrays[n].verdict != "right")


def test_two_mistakes_are_both_named() -> None:
    changes = (("slope = H * (1 - H)", "slope = 1"), ("D2 = (P - Y) / m", "D2 = (Y - P) / m"))
    assert diagnose(submitted(changes, 5, 2), exercise(5, 2)).explanations == [[6, 30]]
    changes = (("slope = H * (1 - H)", "slope = H"), ("(P - Y) / m", "(P - Y) * P * (1 - P) / m"))
    assert diagnose(submitted(changes, 5, 2), exercise(5, 2)).explanations == [[11, 33]]


def ways_to_be_right(grads: dict[str, Any], m: int) -> list[tuple[dict[str, Any], str]]:
    rows = {name: g[None] if g.ndim == 1 else g for name, g in grads.items()}
    columns = {name: g[:, None] if g.ndim == 1 else g for name, g in grads.items()}
    return [
        (grads, "mean"),
        (rows, "mean"),
        (columns, "mean"),
        ({name: np.asfortranarray(g) for name, g in grads.items()}, "mean"),
        ({name: g.tolist() for name, g in grads.items()}, "mean"),
        ({name: g * m for name, g in rows.items()}, "sum"),
    ]


def by_loops(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> dict[str, Any]:
    """The gradients example by example, the last first: another order of summation."""
    total = {name: 0.0 * g for name, g in (("dW1", W1), ("db1", b1), ("dW2", W2), ("db2", b2))}
    for x, label in zip(X[::-1], y[::-1], strict=True):
        h = 1 / (1 + np.exp(-(W1.T @ x + b1)))
        e = np.exp(W2.T @ h + b2)
        d2 = e / e.sum()
        d2[label] -= 1
        d1 = (W2 @ d2) * h * (1 - h)
        one = {"dW1": np.outer(x, d1), "db1": d1, "dW2": np.outer(h, d2), "db2": d2}
        total = {name: total[name] + one[name] / len(X) for name in total}
    return total


@pytest.mark.parametrize("level", range(1, 11))
def test_no_right_answer_is_refused(level: int) -> None:
    for seed, dtype in product(range(2 if level == 10 else 8), (np.float64, np.float32)):
        task = exercise(level, seed)
        arrays = {name: array.astype(dtype) for name, array in task.parameters.arrays().items()}
        X = task.X.astype(dtype)
        for grads in (run((), X, task.labels, **arrays), by_loops(X, task.labels, **arrays)):
            for way, convention in ways_to_be_right(grads, len(X)):
                found = diagnose(way, task, convention)
                assert found.right, (level, seed, dtype, found)
                assert found.mistakes == []


@pytest.mark.parametrize("level", [1, 2, 3])
def test_numbers_worked_by_pencil_are_right_with_three_digits(level: int) -> None:
    for seed in range(20):
        task = exercise(level, seed)
        grads = {name: right_gradients(task)[name].round(4) for name in task.asked}
        assert diagnose(grads, task).right
        grads["db2"] = -grads["db2"]
        assert not diagnose(grads, task).right


def test_finite_differences_are_right() -> None:
    task = exercise(4, 5)
    theta = task.parameters.copy()

    def loss() -> float:
        h = 1 / (1 + np.exp(-(task.X @ theta.weights[0] + theta.biases[0])))
        z = h @ theta.weights[1] + theta.biases[1]
        lse = np.log(np.exp(z).sum(axis=1))
        return float((lse - z[np.arange(len(z)), task.labels]).mean())

    slopes = np.zeros(theta.count)
    for at in range(theta.count):
        kept, losses = theta.vector[at], []
        for step in (1e-5, -1e-5):
            theta.vector[at] = kept + step
            losses.append(loss())
        theta.vector[at] = kept
        slopes[at] = (losses[0] - losses[1]) / 2e-5
    sizes = [W.shape for W in task.parameters.arrays().values()]
    parts = np.split(slopes, np.cumsum([np.prod(size) for size in sizes])[:-1])
    names = ("dW1", "db1", "dW2", "db2")
    found = {n: p.reshape(size) for n, p, size in zip(names, parts, sizes, strict=True)}
    assert diagnose(found, task).right


def test_a_part_is_judged_and_the_rest_is_missing() -> None:
    task = exercise(5, 0)
    found = diagnose({"dW2": right_gradients(task)["dW2"]}, task)
    assert not found.right
    assert found.arrays["dW2"].verdict == "right"
    assert found.arrays["dW1"].verdict == "missing"
    assert found.mistakes == []
    assert diagnose({"db2": right_gradients(exercise(1, 0))["db2"]}, exercise(1, 0)).right


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"W1": [1]}, "W1 is no gradient"),
        ({"dW1": [[1], [1, 2]]}, "rows have different lengths"),
        ({"dW1": "no"}, "expected an array of real numbers"),
        ({"dW1": np.array([1j])}, "expected an array of real numbers"),
        ({"dW1": np.array([object()])}, "expected an array of real numbers"),
        ({"dW1": None}, "real numbers, found an empty place"),
        ({"dW1": [[1, None]]}, "real numbers, found an empty place"),
        ({"dW1": [[1, "two"]]}, "real numbers, found text"),
        ({"dW1": [[10**400]]}, "too large"),
        ({"dW1": np.array(["1"])}, "real numbers, found text"),
    ],
)
def test_what_is_no_gradient_is_refused_in_words(arrays: dict[str, Any], words: str) -> None:
    with pytest.raises(ExerciseError, match=words):
        diagnose(arrays, exercise(5))


def test_another_convention_than_two_is_refused() -> None:
    with pytest.raises(ExerciseError, match="say one of mean, sum"):
        diagnose({}, exercise(5), "median")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_told(value: float) -> None:
    task = exercise(5)
    grads = dict(right_gradients(task))
    grads["dW1"] = np.full_like(grads["dW1"], value)
    found = diagnose(grads, task)
    assert found.arrays["dW1"].verdict == "wrong"
    assert "NaN or infinite" in str(found.arrays["dW1"].hint)
    assert found.explanations == [[40]]


@settings(max_examples=150)
@given(
    level=st.sampled_from([1, 3, 4, 5]),
    scale=st.sampled_from([0.0, 1e-320, 1e-300, 1e-8, 1.0, 1e8, 1e300]),
    names=st.sets(st.sampled_from(ARRAYS)),
    seed=st.integers(0, 2**32 - 1),
)
def test_numbers_of_any_size_get_a_verdict(
    level: int, scale: float, names: set[str], seed: int
) -> None:
    task, rng = exercise(level, 1), np.random.default_rng(seed)
    shapes = {name: right_gradients(task)[name].shape for name in names}
    found = diagnose({n: scale * rng.normal(size=s) for n, s in shapes.items()}, task)
    assert not found.right
    assert {found.arrays[name].verdict for name in names} <= {"wrong", "right_given_yours"}


def test_no_number_of_the_answer_is_told() -> None:
    """Shares of it are, as a relative error; not a number that stands in it."""
    for _, _, changes in MISTAKES[::4]:
        found = diagnose(submitted(changes, 5, 3), exercise(5, 3))
        told = {float(text) for text in re.findall(r"\d+\.\d{3,}", str(found))}
        for g in right_gradients(exercise(5, 3)).values():
            for number in told:
                assert np.abs(np.abs(g) / number - 1).min() > 1e-6


def test_the_program_that_they_change_is_right() -> None:
    assert RIGHT.count("return grads") == 1
    assert diagnose(submitted((), 5, 7), exercise(5, 7)).right
