"""Everything that is found out about one submission, and what is to be said of it."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.exercises.exercise import Exercise
from model.exercises.fit import close, relative_error
from model.exercises.given import Own, given_own_hidden, given_yours
from model.exercises.mistakes import mistake
from model.exercises.observations import observation, wrong_entries
from model.exercises.precision import (
    BY_PENCIL,
    EXACT,
    FLOAT16,
    GIVEN,
    allowed,
    has_few_digits,
    is_float16,
)
from model.exercises.ratios import Made
from model.exercises.recover import delta_of, recover
from model.exercises.search import Question, explanations, pass_with
from model.exercises.shapes import exchanged_with, fitting, shape_hint
from model.exercises.steps import Grads
from model.exercises.verdicts import ArrayVerdict, FoundMistake
from model.messages import Message
from model.network import backward, forward

__all__ = ["Judge", "right_gradients"]

LEAST_FOR_A_SLIP = 6  # numbers
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
        self.finite: Grads = {name: g / divisor for name, g in finite.items()}
        pencil = exercise.by_pencil
        self.allowed = {n: allowed(g, self.right[n], pencil) for n, g in self.finite.items()}
        rounded = any(has_few_digits(g) for g in finite.values())
        self.tolerance = BY_PENCIL if rounded else EXACT
        self.coarse = not rounded and bool(finite) and all(map(is_float16, finite.values()))
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
        if not self.finite or self._is_a_slip or self._vanished:
            return []
        found = explanations(self.question)
        if not found and self.exercise.by_pencil:  # exact last steps after rounded ones
            found = explanations(replace(self.question, tolerance=BY_PENCIL))
        return found if len(found) <= MOST_EXPLANATIONS else []

    @property
    def _is_a_slip(self) -> bool:
        """Whether a single number is wrong among many: that is no mistake of method."""
        wrong = [name for name in self.finite if self._error(name) > self.allowed[name]]
        many = sum(g.size for g in self.finite.values()) >= LEAST_FOR_A_SLIP
        return many and len(wrong) == 1 and len(self._entries(wrong[0]) or ()) == 1

    @property
    def _vanished(self) -> bool:
        """Whether all numbers are nothing but rounding around 0."""
        sizes = self.question.sizes
        nothing = all(np.abs(g).max() < 1e-9 * sizes[name] for name, g in self.finite.items())
        return nothing and any(g.any() for g in self.finite.values())

    def _error(self, name: str) -> float:
        return relative_error(self.finite[name], self.right[name])

    def _entries(self, name: str) -> list[list[int]] | None:
        return wrong_entries(self.finite[name], self.right[name], self.allowed[name])

    @cached_property
    def explained(self) -> list[tuple[Made, ...]]:
        """The same without "nothing is wrong", and with what shapes and formats say."""
        signs = {
            "transposed": any(
                exchanged_with(name, self.arrays, self.right) is None
                for name in self.arrays.keys() - self.fits.keys()
            ),
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
            hint = shape_hint(name, self.arrays, self.right, examples)
            return ArrayVerdict("shape", None, hint)
        if name not in self.finite:
            return ArrayVerdict("wrong", None, Message("exercise.not_finite", {"name": name}))
        error = self._error(name)
        shown = float(f"{error:.1e}")
        if error <= self.allowed[name]:
            return ArrayVerdict("right", shown)
        if self._follows(name) and not self._rests_on_what_is_right(name):
            return ArrayVerdict("right_given_yours", shown, Message("exercise.follows", {}))
        if any(self.explained):
            return ArrayVerdict("wrong", shown, self._hint(name))
        right, margin = self.right, self.allowed[name]
        seen = observation(name, self.finite, right, margin, self.exercise)
        entries = self._entries(name)
        return ArrayVerdict("wrong", shown, seen or self._hint(name), entries)

    def _follows(self, name: str) -> bool:
        """Whether it is what follows from the student's own numbers before it."""
        candidates = (
            given_yours(name, self.finite, self.own, self.exercise),
            given_own_hidden(name, self.finite, self.exercise, self.tolerance),
        )
        loose = max(self.tolerance, self.allowed[name], GIVEN)
        return bool(self.finite[name].any()) and any(
            g is not None and close(self.finite[name], g, loose) for g in candidates
        )

    def _rests_on_what_is_right(self, name: str) -> bool:
        """Whether, of a single example, the delta that a product is made of is right."""
        bias = name.replace("W", "b")
        single = len(self.exercise.X) == 1 and bias != name and bias in self.finite
        return single and self._error(bias) <= self.allowed[bias]

    def _hint(self, name: str) -> Message:
        if name in ("db2", "db1"):
            return Message(f"exercise_hint.{name}", {})
        left, outside, other = {
            "dW2": (self.own.H, "outside_H", "other_delta"),
            "dW1": (self.exercise.X, "outside_X", "other_hidden_delta"),
        }[name]
        margin = max(self.tolerance, self.allowed[name])
        if delta_of(left, self.finite[name], margin) is None:
            return Message(f"exercise_hint.{outside}", {})
        bias = name.replace("W", "b")
        if bias in self.finite and self._error(bias) <= self.allowed[bias]:
            return Message(f"exercise_hint.{other}", {})
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
