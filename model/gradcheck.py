"""Gradient check: compare `backward` with central finite differences of the loss."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.activations import ACTIVATIONS, Array
from model.network import Parameters, Trace, backward, forward

__all__ = ["Entry", "GradientCheck", "check_gradients"]

EPSILON = 1e-5
FACTORS = (1, 10, 100, 0.1)  # on ε, tried in turn until the two values agree
AGREES = 1e-7  # relative error below which no other ε is tried
LEAST_SCALE = 1e-8  # of the denominator of relative errors, for arrays of vanishing gradients


@dataclass(frozen=True, slots=True)
class Entry:
    """One parameter that was checked: its place, both values of dL/dθ, their relative error."""

    name: str  # "W1"
    index: tuple[int, ...]  # (407, 12)
    analytic: float  # from backward
    numeric: float  # from central differences
    relative_error: float


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """The result of `check_gradients`; `worst` is the entry with the largest relative error."""

    max_relative_error: float
    entries: int
    epsilon: float
    worst: Entry
    kinks: int  # entries skipped because ±ε crosses the kink of an activation


def check_gradients(
    parameters: Parameters,
    x: Array,
    y: Array,
    *,
    epsilon: float = EPSILON,
    entries: int | None = 200,
    seed: int = 0,
    between: Callable[[], None] | None = None,
) -> GradientCheck:
    """Compare `backward` with (L(θ + εe) − L(θ − εe)) / 2ε, for `entries` of each array or all.

    Everything is computed in float64 whatever the parameters' dtype; x is (m, n_0), y (m, k) with
    rows that sum to 1. The error of the difference quotient is about ε²/6·|L'''| from truncating
    the Taylor series, plus 1e-16/ε from rounding, which is least near ε = 1e-5.

        relative error = |analytic − numeric| / max(|analytic|, |numeric|, s)

    Here s is the largest |analytic| in the entry's own array, because the absolute error of
    rounding would dominate entries that happen to be almost 0. A correct derivation gives 1e-7 or
    less. An entry that disagrees is measured again with longer and shorter ε, since the best one
    depends on the network (through many sigmoid layers the loss hardly changes, and rounding may be
    all of it); a wrong derivative agrees at none. Where ±ε moves a relu across its kink there is no
    derivative to compare with; such entries are skipped and counted. `between` is called before
    each entry, and what it raises ends the check.
    """
    theta = parameters.astype(np.float64)
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    analytic = backward(theta, forward(theta, x), y).arrays()
    rng = np.random.default_rng(seed)
    checked, kinks = [], 0
    for name, values in theta.arrays().items():
        largest = max(float(np.abs(analytic[name]).max()), LEAST_SCALE)
        for index in _sample(values, entries, rng):
            if between is not None:
                between()
            exact = float(analytic[name][index])
            found = []
            for factor in FACTORS:
                numeric = _central_difference(theta, values, index, factor * epsilon, x, y)
                if numeric is not None:
                    error = abs(exact - numeric) / max(abs(exact), abs(numeric), largest)
                    found.append(Entry(name, index, exact, numeric, error))
                if found and found[-1].relative_error <= AGREES:
                    break
            if found:
                checked.append(min(found, key=lambda entry: entry.relative_error))
            else:
                kinks += 1
    # NaN counts as the worst error; comparisons alone would skip it.
    worst = max(checked, key=lambda entry: np.nan_to_num(entry.relative_error, nan=np.inf))
    return GradientCheck(worst.relative_error, len(checked), epsilon, worst, kinks)


def _sample(
    values: Array, entries: int | None, rng: np.random.Generator
) -> Iterator[tuple[int, ...]]:
    """Indices into `values`: all of them, or `entries` drawn without repetition."""
    places: NDArray[np.int64] = np.arange(values.size)
    if entries is not None and entries < values.size:
        places = np.sort(rng.choice(values.size, entries, replace=False))
    for place in places:
        yield tuple(int(i) for i in np.unravel_index(place, values.shape))


def _central_difference(
    theta: Parameters, values: Array, index: tuple[int, ...], epsilon: float, x: Array, y: Array
) -> float | None:
    """(L(θ + εe) − L(θ − εe)) / 2ε for one entry of θ, or None where a kink lies in between."""
    original = values[index]
    values[index] = original + epsilon
    above = forward(theta, x)
    values[index] = original - epsilon
    below = forward(theta, x)
    values[index] = original
    if ACTIVATIONS[theta.activation].kinked and _crosses(above, below):
        return None
    return _loss_difference(above.z[-1], below.z[-1], y) / (2 * epsilon)


def _crosses(above: Trace, below: Trace) -> bool:
    """Whether any hidden unit is active in one of the two traces and inactive in the other."""
    hidden = zip(above.z[:-1], below.z[:-1], strict=True)
    return any(np.any((one > 0) != (other > 0)) for one, other in hidden)


def _loss_difference(above: Array, below: Array, y: Array) -> float:
    """cross_entropy(above, y) − cross_entropy(below, y), for logits (m, k), without cancellation.

    The two losses agree in all but their last digits, so their difference would be mostly rounding.
    With δ = above − below, centred so that Σ_k Y_k δ_k = 0, and P = softmax(below), it equals log
    Σ_k P_k e^{δ_k} = log(1 + Σ_k P_k (e^{δ_k} − 1)), which has small terms only. The rows of Y must
    sum to 1.
    """
    delta = above - below  # (m, k)
    delta -= (y * delta).sum(axis=1, keepdims=True)
    P = np.exp(below - below.max(axis=1, keepdims=True))  # (m, k)
    P /= P.sum(axis=1, keepdims=True)
    return float(np.log1p((P * np.expm1(delta)).sum(axis=1)).mean())
