"""Everything that is found out about one submission, and what is to be said of it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.exercises.exercise import Exercise
from model.exercises.fit import close, relative_error
from model.exercises.given import Own, given_own_hidden, given_yours
from model.exercises.mistakes import mistake
from model.exercises.ratios import Made
from model.exercises.recover import recover
from model.exercises.search import Question, explanations, pass_with
from model.exercises.shapes import fitting, shape_hint
from model.exercises.steps import Grads
from model.exercises.verdicts import ArrayVerdict, FoundMistake
from model.messages import Message
from model.network import backward, forward

__all__ = ["Judge", "right_gradients"]

EXACT = 1e-4  # of the largest number: float32 and any order of summation stay far below
BY_PENCIL = 0.02  # of numbers that were rounded on the way
DIGITS_BY_PENCIL = 5
FLOAT16 = 4e-3  # of numbers that were stored in float16
GIVEN = 1e-3  # what follows from deltas that were recovered from float32
MOST_EXPLANATIONS = 12  # more than these name nothing


def right_gradients(exercise: Exercise) -> Grads:
    """The gradients of the mean loss by `model.network`, in float64."""
    trace = forward(exercise.parameters, exercise.X)
    grads = backward(exercise.parameters, trace, exercise.targets)
    return {f"d{name}": g for name, g in grads.arrays().items()}


class Judge:
    """Judges the arrays that were submitted for an exercise, each gradient `divisor` times."""

    def __init__(
        self,
        exercise: Exercise,
        arrays: dict[str, NDArray[Any]],
        divisor: float,
        between: Callable[[], None] | None = None,
    ) -> None:
        self.exercise, self.arrays = exercise, arrays
        self.right = right_gradients(exercise)
        self.fits = fitting(arrays, self.right)
        finite = {name: g for name, g in self.fits.items() if np.isfinite(g).all()}
        self.tolerance = BY_PENCIL if _few_digits(finite) else EXACT
        self.coarse = self.tolerance == EXACT and _is_float16(finite)
        self.finite: Grads = {name: g / divisor for name, g in finite.items()}
        solved = exercise.solve()
        recovered = recover(self.finite, exercise, solved, self.tolerance)
        sizes = {name: float(np.abs(g).max()) for name, g in self.right.items()}
        searched = FLOAT16 if self.coarse else self.tolerance
        self.question = Question(exercise, self.finite, recovered, sizes, searched, between)
        supposed = pass_with(self.question, self.found[0]) if self.found else None
        self.own = Own.of(recovered, solved, supposed)

    @cached_property
    def found(self) -> list[tuple[Made, ...]]:
        """What explains the numbers; nothing where too much would."""
        found = explanations(self.question) if self.finite else []
        return found if len(found) <= MOST_EXPLANATIONS else []

    @cached_property
    def explained(self) -> list[tuple[Made, ...]]:
        """The same without "nothing is wrong", and with what shapes and formats say."""
        signs = {
            "transposed": len(self.fits) < len(self.arrays),
            "whole_numbers": len(self.finite) < len(self.fits),
            "float16": self.coarse,
        }
        extra: tuple[Made, ...] = tuple((mistake(form), None) for form in signs if signs[form])
        wrong = [made for made in self.found if made]
        return [(*made, *extra) for made in wrong] or ([extra] if extra else [])

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
        error = relative_error(self.finite[name], self.right[name])
        shown = float(f"{error:.1e}")
        if error <= self.tolerance:
            return ArrayVerdict("right", shown)
        if self._follows(name):
            return ArrayVerdict("right_given_yours", shown, Message("exercise.follows", {}))
        return ArrayVerdict("wrong", shown, self._hint(name))

    def _follows(self, name: str) -> bool:
        """Whether it is what follows from the student's own numbers before it."""
        candidates = (
            given_yours(name, self.finite, self.own, self.exercise),
            given_own_hidden(name, self.finite, self.exercise, self.tolerance),
        )
        loose = max(self.tolerance, GIVEN)
        return bool(self.finite[name].any()) and any(
            g is not None and close(self.finite[name], g, loose) for g in candidates
        )

    def _hint(self, name: str) -> Message:
        if name == "dW2" and self.question.own.D2 is None:
            return Message("exercise_hint.outside_H", {})
        if name == "dW1" and self.question.own.D1 is None:
            return Message("exercise_hint.outside_X", {})
        return Message(f"exercise_hint.{name}", {})

    def rows(self) -> list[list[int]]:
        """The rows of each explanation, every set once."""
        sets = [sorted({each.number for each, _ in made}) for made in self.explained]
        return [rows for at, rows in enumerate(sets) if rows not in sets[:at]]

    def mistakes(self) -> list[FoundMistake]:
        """Each row that some explanation names, in the order of the explanations."""
        m, k = self.exercise.targets.shape
        told: dict[int, FoundMistake] = {}
        for each, value in (one for made in self.explained for one in made):
            shown = f"{each.typical if value is None else value:.3g}"
            told.setdefault(each.number, FoundMistake.of(each, {"m": m, "k": k, "value": shown}))
        return list(told.values())


def _few_digits(grads: Grads) -> bool:
    """Whether all numbers were rounded, as those worked by pencil are."""
    numbers = np.concatenate([np.zeros(0), *(g.ravel() for g in grads.values())])
    numbers = numbers[numbers != 0]
    power = 10.0 ** (DIGITS_BY_PENCIL - 1 - np.floor(np.log10(np.abs(numbers))))
    rounded = np.round(numbers * power) / power
    return len(numbers) > 0 and np.allclose(rounded, numbers, rtol=1e-12, atol=0)


def _is_float16(grads: Grads) -> bool:
    same = all(np.array_equal(g.astype(np.float16), g) for g in grads.values())
    return same and any(g.any() for g in grads.values())
