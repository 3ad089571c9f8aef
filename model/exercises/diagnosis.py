"""What is right and what is wrong in gradients that somebody derived by hand, and why.

    from model.exercises import diagnose, exercise

    task = exercise(level=5, seed=42)
    found = diagnose({"dW2": …, "db2": …, "dW1": …, "db1": …}, task)
    found.right, found.arrays["dW1"].verdict, [each.name for each in found.mistakes]

The right gradients are those of `model.network`; nothing that is returned holds any of them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from model.errors import ExerciseError
from model.exercises.exercise import ARRAYS, Exercise
from model.exercises.judge import Judge
from model.exercises.shapes import read_arrays
from model.exercises.verdicts import Diagnosis

__all__ = ["CONVENTIONS", "diagnose"]

CONVENTIONS = ("mean", "sum")  # D2 with its 1/m, or without


def diagnose(
    submitted: Mapping[str, Any],
    exercise: Exercise,
    convention: str = "mean",
    *,
    between: Callable[[], None] | None = None,
) -> Diagnosis:
    """Judge gradients dW1 (n_0, n_1), db1 (n_1,), dW2 (n_1, k), db2 (k,), any of them.

    `convention` says whether they are those of the batch's mean loss or of its sum. All is right if
    what the exercise asks for is, and nothing else that was submitted is wrong. Raises
    ExerciseError for other names, for what is no array of numbers and for another convention.
    `between` is called between the mistakes that are tried; what it raises ends the search.
    """
    if convention not in CONVENTIONS:
        raise ExerciseError(
            "exercise.convention", found=str(convention)[:40], allowed=list(CONVENTIONS)
        )
    arrays = read_arrays(submitted)
    with np.errstate(all="ignore"):  # a student's numbers may overflow; they are then wrong
        judge = Judge(exercise, arrays, len(exercise.X) if convention == "sum" else 1, between)
        of_interest = {*exercise.asked, *arrays}
        verdicts = {name: judge.verdict(name) for name in ARRAYS if name in of_interest}
        right = all(verdicts[name].verdict == "right" for name in exercise.asked)
        right = right and all(v.verdict in ("right", "missing") for v in verdicts.values())
        if right:
            return Diagnosis(True, verdicts, [], [])
        return Diagnosis(False, verdicts, judge.mistakes(), judge.rows())
