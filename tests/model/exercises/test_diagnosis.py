"""Each row of docs/mistakes.md is named for a program that really makes the mistake."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from model.exercises import ARRAYS, diagnose, exercise, right_gradients
from tests.model.exercises.students import MISTAKES, RIGHT, run

#: What two rows have in common so that their numbers are the same.
SAME = {
    (2, "mean of all numbers"): {8},  # 1/k may be a learning rate
    (5, "factor 2"): {9},
    (5, "factor 1/2"): {8},
    (9, "called twice"): {5},
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
