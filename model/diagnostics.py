"""What goes on inside a training run, as numbers and as plain-language hints."""

import numpy as np
from numpy.typing import NDArray

from model.activations import ACTIVATIONS, Array
from model.network import Gradients, Parameters, Trace

__all__ = ["dead_units", "gradient_norms", "saturation", "update_ratio"]

FLAT = 0.05  # a unit is saturated where g'(z) is below this share of the steepest slope


def gradient_norms(gradients: Gradients) -> list[float]:
    """‖(dW_l, db_l)‖₂ for each layer l: how strongly the loss pulls at that layer's parameters."""
    pairs = zip(gradients.weights, gradients.biases, strict=True)
    return [float(np.hypot(np.linalg.norm(dW), np.linalg.norm(db))) for dW, db in pairs]


def saturation(trace: Trace, activation: str) -> list[float]:
    """Share, 0..1, of each hidden layer's activations (m, n_l) that are saturated.

    Saturated means g'(z) < 5 % of g's steepest slope, so that hardly any gradient passes: for
    sigmoid |z| > 4.36, for tanh |z| > 2.18, for relu and leaky_relu z <= 0 (there, half is usual).
    """
    return [float(flat.mean()) for flat in _flat(trace, activation)]


def dead_units(trace: Trace, activation: str) -> list[NDArray[np.bool_]]:
    """Mask (n_l,) for each hidden layer: the units saturated in every one of the m examples.

    A relu unit that is never active on a whole batch passes no gradient and may never learn again.
    """
    return [np.logical_and.reduce(flat, axis=0) for flat in _flat(trace, activation)]


def update_ratio(before: Parameters, after: Parameters) -> list[float]:
    """‖W_l(after) − W_l(before)‖ / ‖W_l(before)‖ for each layer; about 0.001 a step is healthy.

    The rule of thumb is that of Stanford's CS231n notes. A layer of zeros that stays zero gives 0,
    one that moves gives inf.
    """
    ratios = []
    for old, new in zip(before.weights, after.weights, strict=True):
        size, change = float(np.linalg.norm(old)), float(np.linalg.norm(new - old))
        ratios.append(change / size if size else (float("inf") if change else 0.0))
    return ratios


def _flat(trace: Trace, activation: str) -> list[NDArray[np.bool_]]:
    """Where each hidden layer's slope is below FLAT of the steepest, (m, n_l)."""
    g = ACTIVATIONS[activation]
    slopes: list[Array] = [
        g.scale_by_derivative(np.ones_like(a), a) for a in trace.a[1:-1]
    ]  # (m, n_l)
    return [slope < FLAT * g.steepest for slope in slopes]
