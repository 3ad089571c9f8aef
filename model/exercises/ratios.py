"""What it means when a gradient comes out so many times too large."""

from collections.abc import Iterator
from itertools import combinations
from math import isclose, log10

import numpy as np

from model.exercises.fit import Fit
from model.exercises.mistakes import MISTAKES, Mistake, mistake
from model.exercises.steps import Grads

__all__ = ["Made", "explain"]

#: A mistake that was made, with the value of its own where it has one.
Made = tuple[Mistake, float | None]

SCALES = tuple(each for each in MISTAKES if each.factors)
ROUND = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10)  # what learning rates and norms start with
ROUND_BY_PENCIL = (1, 2, 5, 10)  # fewer: rounded numbers come near all the others by chance


def explain(
    found: Fit, submitted: Grads, shape: tuple[int, int], count: int, tolerance: float
) -> Iterator[tuple[Made, ...]]:
    """Each set of `count` mistakes of scale that makes just these factors.

    `shape` is (m, k). Gradients that are 0 have no factor, and leave all open.
    """
    ratios = {name: r for name, r in found.ratios.items() if r is not None}
    if count == 0:
        if _same(ratios, dict.fromkeys(ratios, 1.0), tolerance):
            yield ()
        return
    for made in combinations(SCALES, count):
        factors = [each.factors(*shape) for each in made if each.factors]
        product = {name: float(np.prod([f[name] for f in factors])) for name in ratios}
        if _same(ratios, product, tolerance) and not _pointless(factors, ratios):
            yield tuple((each, None) for each in made)
    if count == 1:
        yield from _with_a_value(ratios, submitted, tolerance)


def _with_a_value(
    ratios: dict[str, float], submitted: Grads, tolerance: float
) -> Iterator[tuple[Made, ...]]:
    """Factors that are no fixed number: a learning rate's, or that of a norm."""
    if len(ratios) > 1 and len(ratios) == len(submitted):
        norms = {name: float(np.linalg.norm(g)) for name, g in submitted.items()}
        norm = next(iter(norms.values()))
        if _same(norms, dict.fromkeys(norms, norm), tolerance):
            yield ((mistake("normalised_each"), norm),)
            return
    first = next(iter(ratios.values()), 1.0)
    if not ratios or not _same(ratios, dict.fromkeys(ratios, first), tolerance):
        return
    norm = float(np.sqrt(sum(np.vdot(g, g) for g in submitted.values())))
    if 1e-9 < abs(first) < 0.9 and _round(abs(first), tolerance):
        yield ((mistake("step"), first),)
    shortened = first < 1 or isclose(norm, 1, rel_tol=tolerance)  # a limit enlarges nothing
    if first > 0 and shortened and len(submitted) > 1 and _round(norm, tolerance):
        yield ((mistake("normalised"), norm),)


def _same(found: dict[str, float], wanted: dict[str, float], tolerance: float) -> bool:
    return all(isclose(found[name], wanted[name], rel_tol=_slack(tolerance)) for name in found)


def _round(value: float, tolerance: float) -> bool:
    power = 10.0 ** np.floor(log10(value))
    digits = ROUND if tolerance < 0.01 else ROUND_BY_PENCIL
    return any(isclose(value / power, digit, rel_tol=tolerance) for digit in digits)


def _pointless(factors: list[dict[str, float]], ratios: dict[str, float]) -> bool:
    """Whether one of several changes nothing here, so that it is no part of an explanation."""
    return any(all(isclose(f[name], 1.0) for name in ratios) for f in factors)


def _slack(tolerance: float) -> float:
    return min(10 * tolerance, 0.03)
