"""What is put in place of a right step, where it takes more than a few signs to say."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from model.exercises.steps import Batch, Grads, sigmoid
from model.network import Array, softmax

__all__ = [
    "argmax_for_probabilities",
    "clipped",
    "clipped_probabilities",
    "decayed",
    "labels_for_targets",
    "multiply",
    "no_sum",
    "normalised",
    "normalised_each",
    "only",
    "other_rows",
    "other_rows_back",
    "output_slope",
    "rounded_to",
    "sigmoid_outputs",
    "slope_at_activation",
    "softmax_diagonal",
    "softmax_over",
    "softmax_sign",
    "softmax_twice",
    "squared_error",
    "sum_over_all",
    "times",
    "transposed",
    "updated",
]

Finish = Callable[[Grads, Batch], Grads]


# The output's delta, m times: (P, Y) → (m, k)


def output_slope(P: Array, Y: Array) -> Array:
    """σ′ once more, though softmax with cross-entropy needs none."""
    return (P - Y) * P * (1 - P)


def softmax_diagonal(P: Array, Y: Array) -> Array:
    """Only ∂p_i/∂z_i, as if the other probabilities stayed where they are."""
    return -Y * (1 - P)


def softmax_sign(P: Array, Y: Array) -> Array:
    """+p_i p_j off the diagonal of softmax's Jacobian."""
    return -Y * (1 - P) - (1 - Y) * P


def squared_error(P: Array, Y: Array) -> Array:
    """The gradient of ½ Σ (p − y)² through softmax."""
    E = P - Y
    delta: Array = P * (E - (E * P).sum(axis=1, keepdims=True))
    return delta


def argmax_for_probabilities(P: Array, Y: Array) -> Array:
    """The chosen class, 0 or 1, in place of the probabilities."""
    chosen: Array = (P.max(axis=1, keepdims=True) == P).astype(P.dtype)
    return chosen - Y


def labels_for_targets(P: Array, Y: Array) -> Array:
    """The labels as a column of numbers, which broadcasts against P."""
    delta: Array = P - Y.argmax(axis=1)[:, None]
    return delta


def only(delta: Array, row: int) -> Array:
    """The delta of one example, and 0 for the others."""
    kept = np.zeros_like(delta)
    kept[row] = delta[row]
    return kept


# The probabilities: Z2 → P (m, k)


def softmax_over(Z2: Array, axis: int | None) -> Array:
    """Softmax along another axis than the classes, or over the whole array."""
    e = np.exp(Z2 - Z2.max(axis=axis, keepdims=True))
    P: Array = e / e.sum(axis=axis, keepdims=True)
    return P


def softmax_twice(Z2: Array) -> Array:
    """Softmax of what is a softmax already."""
    return softmax(softmax(Z2))


def sigmoid_outputs(Z2: Array) -> Array:
    """Each class by itself."""
    return sigmoid(Z2)


def clipped_probabilities(epsilon: float) -> Mapping[str, Any]:
    """P kept away from 0 and 1, as for a logarithm, and then used for the gradient."""
    return {"output": lambda Z2: np.clip(softmax(Z2), epsilon, 1 - epsilon)}


# Sums over the batch, and the hidden layer's slope


def sum_over_all(D: Array, *_: Array) -> Array:
    """One sum over examples and units, for every unit."""
    total: Array = np.full(D.shape[1], D.sum(), D.dtype)
    return total


def no_sum(D: Array, *_: Array) -> Array:
    """No gradient at all."""
    return np.zeros(D.shape[1], D.dtype)


def slope_at_activation(H: Array, Z1: Array) -> Array:
    """σ′ taken at h = σ(z): the sigmoid is applied twice."""
    s = sigmoid(H)
    return s * (1 - s)


def other_rows(X: Array) -> Array:
    """The forward pass of other examples than the backward pass's."""
    return np.roll(X, 1, axis=0)


def other_rows_back(X: Array) -> Array:
    """The examples that the backward pass is of."""
    return np.roll(X, -1, axis=0)


# What is done to all gradients at the end


def multiply(factors: Callable[[int, int], dict[str, float]]) -> Finish:
    """Each gradient times its factor, which depends on m and k."""

    def finish(grads: Grads, batch: Batch) -> Grads:
        of = factors(*batch.Y.shape)
        return {name: g * g.dtype.type(of[name]) for name, g in grads.items()}

    return finish


def times(factor: float) -> Finish:
    """All gradients times the same number, which is their own."""
    return lambda grads, batch: {name: g * g.dtype.type(factor) for name, g in grads.items()}


def updated(alpha: float) -> Finish:
    """The new parameters, where the gradients belong."""

    def finish(grads: Grads, batch: Batch) -> Grads:
        old = batch.parameters.arrays()
        return {name: old[name[1:]] - g.dtype.type(alpha) * g for name, g in grads.items()}

    return finish


def decayed(c: float, which: str) -> Finish:
    """A weight decay's c W added, or c b too where `which` has a "b"."""

    def finish(grads: Grads, batch: Batch) -> Grads:
        old = batch.parameters.arrays()
        return {
            name: g + g.dtype.type(c) * old[name[1:]] if name[1] in which else g
            for name, g in grads.items()
        }

    return finish


def normalised(grads: Grads, batch: Batch) -> Grads:
    """All gradients together scaled to norm 1."""
    norm = np.sqrt(sum(float(np.vdot(g, g)) for g in grads.values()))
    return {name: g / g.dtype.type(norm) for name, g in grads.items()}


def normalised_each(grads: Grads, batch: Batch) -> Grads:
    """Each gradient scaled to norm 1 by itself."""
    return {name: g / np.linalg.norm(g) for name, g in grads.items()}


def clipped(most: float) -> Finish:
    """Every number kept within ± `most`."""
    return lambda grads, batch: {name: np.clip(g, -most, most) for name, g in grads.items()}


def rounded_to(dtype: DTypeLike) -> Finish:
    """Every number stored in a type that is too coarse for it."""
    return lambda grads, batch: {n: g.astype(dtype).astype(g.dtype) for n, g in grads.items()}


def transposed(grads: Grads, batch: Batch) -> Grads:
    """Dᵀ H for Hᵀ D: every weight's gradient in the place of another."""
    return {name: g.T for name, g in grads.items()}
