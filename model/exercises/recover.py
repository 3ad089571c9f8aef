"""A student's own deltas, recovered from the gradients that were submitted.

dW2 = Hᵀ D2 has one solution D2 where the rows of H are independent, which an exercise's are; the
same holds for dW1 = Xᵀ D1. So what the student computed on the way is known without asking for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.exercises.exercise import Exercise
from model.exercises.shapes import fitting, read_arrays
from model.exercises.steps import Grads, Pass
from model.network import Array

__all__ = ["TELLING", "Recovered", "SlopePortrait", "delta_of", "recover", "slope_portrait"]

TELLING = 0.02  # of the largest of D2 W2ᵀ: a quotient by less is mostly rounding
MOST_POINTS = 400  # of a portrait


@dataclass(frozen=True, slots=True)
class Recovered:
    """The student's own D2 (m, k) and D1 (m, n_1); None where dW is missing or no such product."""

    D2: Array | None
    D1: Array | None


@dataclass(frozen=True, slots=True)
class SlopePortrait:
    """The student's own σ′: `slope` against the activation `h`, both (points,), sorted by `h`.

    `right` is h(1 − h) at the same places.
    """

    h: Array
    slope: Array
    right: Array


def delta_of(left: Array, dW: Array, tolerance: float) -> Array | None:
    """The D (m, n_out) with leftᵀ D = dW, for left (m, n_in); None where there is none."""
    try:
        D: Array = np.linalg.lstsq(left.T, dW, rcond=None)[0]
    except np.linalg.LinAlgError:  # numbers so large that they overflow on the way
        return None
    size = np.abs(dW).max()
    misfit = np.abs(left.T @ D - dW).max()
    return D if size > 0 and misfit <= tolerance * size else None


def recover(grads: Grads, exercise: Exercise, right: Pass, tolerance: float) -> Recovered:
    """The deltas behind those of `grads` that have the right shape."""
    D2 = delta_of(right.H, grads["dW2"], tolerance) if "dW2" in grads else None
    D1 = delta_of(exercise.X, grads["dW1"], tolerance) if "dW1" in grads else None
    if len(exercise.X) == 1:  # of a single example the biases' gradients are the deltas
        D2 = grads["db2"][None] if D2 is None and "db2" in grads else D2
        D1 = grads["db1"][None] if D1 is None and "db1" in grads else D1
    return Recovered(D2, D1)


def slope_portrait(
    submitted: Mapping[str, Any], exercise: Exercise, tolerance: float = 1e-4
) -> SlopePortrait | None:
    """σ′ as the student computed it: D1 ÷ (D2 W2ᵀ) with their own deltas, or None without them.

    Where D2 W2ᵀ is close to 0 the quotient says nothing, and is left out. Raises ExerciseError as
    `diagnose` does.
    """
    right = exercise.solve()
    fits = fitting(read_arrays(submitted), right.grads)
    grads = {name: g for name, g in fits.items() if np.isfinite(g).all()}
    with np.errstate(all="ignore"):  # numbers that overflow have no portrait
        own = recover(grads, exercise, right, tolerance)
        if own.D2 is None or own.D1 is None:
            return None
        back = own.D2 @ exercise.parameters.weights[1].T
        slope = own.D1 / back
    telling = (np.abs(back) > TELLING * np.abs(back).max()) & np.isfinite(slope)
    order = np.argsort(right.H[telling])
    order = order[:: max(1, len(order) // MOST_POINTS)]
    h = right.H[telling][order]
    return SlopePortrait(h, slope[telling][order], h * (1 - h))
