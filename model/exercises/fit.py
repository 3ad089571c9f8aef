"""How well the gradients of a supposed backward pass fit those that were submitted.

The fit leaves each gradient a factor, since many mistakes are nothing but a factor; what the
factors mean is the business of `model.exercises.ratios`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.exercises.steps import Grads
from model.network import Array

__all__ = ["Fit", "Sizes", "close", "fit", "fit_linear", "relative_error"]

Sizes = Mapping[str, float]

ROUNDING = 1e-5  # of the largest number of the right gradient


@dataclass(frozen=True, slots=True)
class Fit:
    """By gradient, how many times the supposed one was submitted; None where both are 0.

    `value` is the value of the mistake's own, where it has one.
    """

    ratios: Mapping[str, float | None]
    value: float | None = None


def relative_error(submitted: Array, right: Array) -> float:
    """max |submitted − right| / max |right|, where the latter is not 0."""
    size = float(np.abs(right).max())
    error = float(np.abs(submitted - right).max())
    return error / size if size else error


def close(submitted: Array, supposed: Array, tolerance: float) -> bool:
    """Whether all numbers agree, within a tolerance that is relative to the largest."""
    size = max(np.abs(submitted).max(), np.abs(supposed).max())
    return bool(np.abs(submitted - supposed).max() <= tolerance * size)


def fit(submitted: Grads, supposed: Grads, sizes: Sizes, tolerance: float) -> Fit | None:
    """The factors between the two, or None where some gradient is no multiple of the other.

    `sizes` has the largest number of each right gradient: far smaller ones are rounding.
    """
    ratios: dict[str, float | None] = {}
    for name, s in submitted.items():
        g = supposed[name]
        if g.shape != s.shape or not np.isfinite(g).all():
            return None
        none, supposed_none = _nothing(s, sizes[name]), _nothing(g, sizes[name])
        if none or supposed_none:
            if none != supposed_none:
                return None
            ratios[name] = None
            continue
        ratio = float(np.vdot(s, g) / np.vdot(g, g))
        if ratio == 0 or not close(s, ratio * g, tolerance):
            return None
        ratios[name] = ratio
    return Fit(ratios)


def fit_linear(
    submitted: Grads, at_0: Grads, at_1: Grads, sizes: Sizes, tolerance: float, least: int = 0
) -> Fit | None:
    """The same for a mistake whose gradients are g(0) + c (g(1) − g(0)), with the best c.

    c has to be the same for all gradients that depend on it, relative to the gradient's factor.
    A few numbers could agree by chance: at least `least` have to depend on c.
    """
    ratios: dict[str, float | None] = {}
    values: list[float] = []
    depending = 0
    for name, s in submitted.items():
        g = at_0[name]
        if g.shape != s.shape or not np.isfinite(g).all():
            return None
        more = at_1[name] - g
        if _nothing(more, sizes[name]):
            plain = fit({name: s}, {name: g}, sizes, tolerance)
            if plain is None:
                return None
            ratios |= plain.ratios
            continue
        basis = np.stack([g.ravel(), more.ravel()], axis=1)
        try:
            (a, c), *_ = np.linalg.lstsq(basis, s.ravel(), rcond=None)
        except np.linalg.LinAlgError:  # as in recover.delta_of
            return None
        if not close(s.ravel(), basis @ np.array([a, c]), tolerance):
            return None
        ratios[name] = float(a)
        values.append(float(c))
        depending += s.size
    if not values or depending < least or np.ptp(values) > 100 * tolerance * max(map(abs, values)):
        return None
    return Fit(ratios, float(np.mean(values)))


def _nothing(g: Array, size: float) -> bool:
    return bool(np.abs(g).max() <= ROUNDING * size)
