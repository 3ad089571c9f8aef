"""What is right and what is wrong in gradients that somebody derived by hand, and why.

    from model.exercises import diagnose, exercise

    task = exercise(level=5, seed=42)
    found = diagnose({"dW2": …, "db2": …, "dW1": …, "db1": …}, task)
    found.right, found.arrays["dW1"].verdict, [each.name for each in found.mistakes]

The right gradients are those of `model.network`; nothing that is returned holds any of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model.errors import ExerciseError
from model.exercises.exercise import ARRAYS, Exercise
from model.exercises.fit import close, relative_error
from model.exercises.given import Own, given_own_hidden, given_yours
from model.exercises.mistakes import Mistake, mistake
from model.exercises.ratios import Made
from model.exercises.recover import recover
from model.exercises.search import Question, explanations, pass_with
from model.exercises.shapes import fitting, read_arrays, shape_hint
from model.exercises.steps import Grads
from model.messages import Message
from model.network import backward, forward

__all__ = ["CONVENTIONS", "ArrayVerdict", "Diagnosis", "FoundMistake", "Verdict", "diagnose"]

Verdict = Literal["right", "right_given_yours", "wrong", "shape", "missing"]

CONVENTIONS = ("mean", "sum")  # D2 with its 1/m, or without
EXACT = 1e-4  # of the largest number: float32 and any order of summation stay far below
BY_PENCIL = 0.02  # of numbers that were rounded on the way
DIGITS_BY_PENCIL = 5
FLOAT16 = 4e-3  # of numbers that were stored in float16
GIVEN = 1e-3  # what follows from deltas that were recovered from float32
MOST_EXPLANATIONS = 12  # more than these name nothing
SHAPES, NUMBERS = 23, 40  # rows


@dataclass(frozen=True, slots=True)
class ArrayVerdict:
    """What is to be said of one gradient.

    `relative_error` is max |submitted − right| / max |right| with two digits; None where the two
    cannot be compared. `hint` tells where to look; None where nothing is wrong.
    """

    verdict: Verdict
    relative_error: float | None = None
    hint: Message | None = None


@dataclass(frozen=True, slots=True)
class FoundMistake:
    """A mistake that explains what was submitted; `number` is its row in docs/mistakes.md."""

    number: int
    form: str
    name: str
    hint: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The verdict on a submission.

    `explanations` are sets of rows: each explains all the numbers by itself, with as few mistakes
    as will do. Where there are several, the mistake is one of these. `mistakes` tells of all rows
    that occur in them, and is empty where nothing is wrong or nothing known explains it.
    """

    right: bool
    arrays: dict[str, ArrayVerdict]
    mistakes: list[FoundMistake]
    explanations: list[list[int]]


def diagnose(
    submitted: Mapping[str, Any], exercise: Exercise, convention: str = "mean"
) -> Diagnosis:
    """Judge gradients dW1 (n_0, n_1), db1 (n_1,), dW2 (n_1, k), db2 (k,), any of them.

    `convention` says whether they are those of the batch's mean loss or of its sum. Raises
    ExerciseError for other names, for what is no array of numbers and for another convention.
    """
    if convention not in CONVENTIONS:
        raise ExerciseError(
            "exercise.convention", found=str(convention)[:40], allowed=list(CONVENTIONS)
        )
    arrays = read_arrays(submitted)
    right = right_gradients(exercise)
    examples = len(exercise.X) if convention == "sum" else 1
    fits: Grads = {name: g / examples for name, g in fitting(arrays, right).items()}
    judged = _Judged(exercise, arrays, fits, right)
    verdicts = {name: judged.verdict(name) for name in ARRAYS}
    wanted = all(verdicts[name].verdict == "right" for name in exercise.asked)
    is_right = wanted and all(v.verdict in ("right", "missing") for v in verdicts.values())
    if is_right:
        return Diagnosis(True, verdicts, [], [])
    return Diagnosis(False, verdicts, judged.mistakes(), judged.rows())


def right_gradients(exercise: Exercise) -> Grads:
    """The gradients of the mean loss by `model.network`, in float64."""
    trace = forward(exercise.parameters, exercise.X)
    grads = backward(exercise.parameters, trace, exercise.targets)
    return {f"d{name}": g for name, g in grads.arrays().items()}


def tolerance_of(grads: Grads) -> float:
    """How far numbers may be off: more if all were rounded, as numbers worked by pencil are."""
    numbers = np.concatenate([np.zeros(1), *(g.ravel() for g in grads.values())])
    numbers = numbers[numbers != 0]
    power = 10.0 ** (DIGITS_BY_PENCIL - 1 - np.floor(np.log10(np.abs(numbers))))
    rounded = np.round(numbers * power) / power
    short = len(numbers) > 0 and np.allclose(rounded, numbers, rtol=1e-12, atol=0)
    return BY_PENCIL if short else EXACT


def _is_float16(grads: Grads) -> bool:
    with np.errstate(over="ignore"):
        same = all(np.array_equal(g.astype(np.float16), g) for g in grads.values())
    return same and any(g.any() for g in grads.values())


class _Judged:
    """A submission with all that is found out about it."""

    def __init__(
        self, exercise: Exercise, arrays: dict[str, NDArray[Any]], fits: Grads, right: Grads
    ) -> None:
        self.exercise, self.arrays, self.fits, self.right = exercise, arrays, fits, right
        self.finite = {name: g for name, g in fits.items() if np.isfinite(g).all()}
        self.tolerance = tolerance_of(self.finite)
        self.coarse = self.tolerance == EXACT and _is_float16(self.finite)
        solved = exercise.solve()
        own = recover(self.finite, exercise, solved, self.tolerance)
        sizes = {name: float(np.abs(g).max()) for name, g in right.items()}
        searched = FLOAT16 if self.coarse else self.tolerance
        self.question = Question(exercise, self.finite, own, sizes, searched)
        self.found = explanations(self.question) if self.finite else []
        if len(self.found) > MOST_EXPLANATIONS:
            self.found = []
        supposed = pass_with(self.question, self.found[0]) if self.found else None
        self.own = Own.of(own, solved, supposed)

    def verdict(self, name: str) -> ArrayVerdict:
        """What is to be said of one gradient."""
        if name not in self.arrays:
            return ArrayVerdict("missing", None, Message("exercise.missing", {"name": name}))
        if name not in self.fits:
            examples = len(self.exercise.X)
            hint = shape_hint(name, self.arrays[name], self.right, examples)
            return ArrayVerdict("shape", None, hint)
        if name not in self.finite:
            return ArrayVerdict("wrong", None, Message("exercise.not_finite", {"name": name}))
        submitted, right = self.finite[name], self.right[name]
        error = float(f"{relative_error(submitted, right):.1e}")
        if error <= self.tolerance:
            return ArrayVerdict("right", error)
        if self._follows(name):
            return ArrayVerdict("right_given_yours", error, Message("exercise.follows", {}))
        return ArrayVerdict("wrong", error, self._hint(name))

    def _follows(self, name: str) -> bool:
        """Whether it is what follows from the student's own numbers before it."""
        loose = max(self.tolerance, GIVEN)
        candidates = (
            given_yours(name, self.finite, self.own, self.exercise),
            given_own_hidden(name, self.finite, self.exercise, self.tolerance),
        )
        size = np.abs(self.finite[name]).max()
        return size > 0 and any(
            g is not None and close(self.finite[name], g, loose) for g in candidates
        )

    def _hint(self, name: str) -> Message:
        if name == "dW2" and self.question.own.D2 is None:
            return Message("exercise.hint.outside_H", {})
        if name == "dW1" and self.question.own.D1 is None:
            return Message("exercise.hint.outside_X", {})
        return Message(f"exercise.hint.{name}", {})

    def rows(self) -> list[list[int]]:
        """The rows of each explanation, every set once."""
        sets: list[list[int]] = []
        for made in self._found():
            rows = sorted({each.number for each, _ in made})
            if rows and rows not in sets:
                sets.append(rows)
        return sets

    def _found(self) -> list[tuple[Made, ...]]:
        """The explanations of the numbers; failing these, what shapes and infinities say."""
        extra: list[Made] = []
        if len(self.fits) < len(self.arrays):
            extra.append((mistake(SHAPES), None))
        if len(self.finite) < len(self.fits):
            extra.append((mistake(NUMBERS), None))
        if self.coarse:
            extra.append((mistake("float16"), None))
        if extra:
            found = [(*made, *extra) for made in self.found if made]
            return found or [tuple(extra)]
        return [made for made in self.found if made]

    def mistakes(self) -> list[FoundMistake]:
        """Each row that some explanation names, in the order of the explanations."""
        named: dict[int, FoundMistake] = {}
        for made in self._found():
            for each, value in made:
                named.setdefault(each.number, self._told(each, value))
        return list(named.values())

    def _told(self, each: Mistake, value: float | None) -> FoundMistake:
        m, k = self.exercise.targets.shape
        shown = f"{each.typical if value is None else value:.3g}"
        values = {"m": m, "k": k, "value": shown}
        evidence = Message(f"mistake.{each.number}.evidence", values)
        return FoundMistake(each.number, each.form, each.name, each.hint, str(evidence))
