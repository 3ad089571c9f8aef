"""Mistakes with something of their own that can be read off what was submitted.

Which example was used, whose labels were taken off, where numbers were cut, what slope somebody
used: each is estimated from the student's own deltas, and then tried like any other mistake.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from model.exercises import wrong_steps as wrong
from model.exercises.exercise import Exercise
from model.exercises.mistakes import Mistake, mistake
from model.exercises.recover import TELLING, Recovered
from model.exercises.steps import Grads
from model.network import Array

__all__ = ["clipped", "estimated"]

Found = tuple[Mistake, float | None]

DEGREE = 4  # of the polynomials that a slope is fitted with, one for each half of 0..1
LEAST_FREE = 4  # numbers below the limit
FEWEST_POINTS = 3 * 2 * (DEGREE + 1)


def clipped(grads: Grads, own: Recovered, exercise: Exercise) -> Iterator[Found]:
    """Numbers that were cut, with the limit: the largest gradient, the smallest probability."""
    sizes = np.concatenate([np.abs(g).ravel() for g in grads.values()])
    most = float(sizes.max())
    free = int(((sizes > 0) & (sizes < most * (1 - 1e-6))).sum())
    if free >= LEAST_FREE and free > len(sizes) / 4:  # else anything is clipped to next to nothing
        yield mistake("clipped_values"), most
    if own.D2 is not None and len(exercise.X) > 1:
        P = len(exercise.X) * own.D2 + exercise.targets
        yield mistake("clipped_probabilities"), float(P.min())


def estimated(own: Recovered, exercise: Exercise, loose: float) -> Iterator[Found]:
    """Mistakes with no form of their own: other labels, another example, another slope."""
    if own.D2 is None or len(exercise.X) == 1:
        return
    yield from _of_the_output(own.D2, exercise, loose)
    if own.D1 is not None:
        yield from _of_the_slope(own.D2, own.D1, exercise, loose)


def _of_the_output(D2: Array, exercise: Exercise, loose: float) -> Iterator[Found]:
    P = exercise.solve().P
    used = np.flatnonzero(np.abs(D2).max(axis=1) > loose * np.abs(D2).max())
    if len(used) == 1:
        row = int(used[0])
        yield Mistake(29, "one_example", {"output_delta": lambda P, Y: wrong.only(P - Y, row)}), row
    Y = P - len(P) * D2
    if np.abs(Y - Y.round()).max() < 10 * loose and (Y.round().sum(axis=1) == 1).all():
        targets = Y.round()
        yield Mistake(22, "other_targets", {"targets": lambda Y: targets}), None


def _of_the_slope(D2: Array, D1: Array, exercise: Exercise, loose: float) -> Iterator[Found]:
    """Another slope, if it depends on h alone: a curve fits all points of the portrait."""
    H = exercise.solve().H
    back = D2 @ exercise.parameters.weights[1].T
    telling = np.abs(back) > TELLING * np.abs(back).max()
    if telling.sum() < FEWEST_POINTS:
        return
    coefficients = np.linalg.lstsq(_basis(H[telling]), D1[telling] / back[telling], rcond=None)[0]
    curve = (_basis(H.ravel()) @ coefficients).reshape(H.shape)
    misfit = np.abs(D1 - back * curve).max()
    if misfit <= min(30 * loose, 0.05) * np.abs(D1).max() and not _is_multiple(
        curve, H * (1 - H), telling
    ):
        # The slope itself rather than the curve, which is only nearly the same.
        slope = np.where(telling, D1 / np.where(telling, back, 1), curve)
        yield Mistake(33, "other_slope", {"slope": lambda H, Z1: slope}), None


def _is_multiple(curve: Array, right: Array, telling: NDArray[np.bool_]) -> bool:
    """Whether one is so many times the other: then the slope is right, and something else wrong."""
    own, slope = curve[telling], right[telling]
    factor = float(np.vdot(own, slope) / np.vdot(slope, slope))
    return bool(np.abs(own - factor * slope).max() < 0.03 * np.abs(own).max())


def _basis(h: Array) -> Array:
    """Powers of h, for each half of 0..1 by themselves: relu's slope jumps in the middle."""
    powers = (2 * h[:, None] - 1) ** np.arange(DEGREE + 1)
    upper = (h > 0.5)[:, None]
    basis: Array = np.concatenate([powers * upper, powers * ~upper], axis=1)
    return basis
