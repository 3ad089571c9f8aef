"""Hidden-layer activations, each with its derivative and the gain of its initial weights.

A derivative is written in terms of the activation's own output a = g(z), because that is what the
forward pass keeps: sigmoid' = a(1 − a), tanh' = 1 − a², relu' = [a > 0].
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ACTIVATIONS", "Activation", "Array"]

Array = NDArray[np.floating[Any]]

LEAK = 0.01  # slope of leaky_relu for z < 0


@dataclass(frozen=True, slots=True)
class Activation:
    """One elementwise function g.

    `function(z, out)` writes g(z) into `out`; `scale_by_derivative(delta, a)` multiplies `delta` in
    place by g'(z), computed from a = g(z). All three arrays are (m, n). Initial weights are drawn
    with variance gain²/n_in (Glorot & Bengio 2010; He et al. 2015), so that the variance of
    activations stays about the same from layer to layer. `steepest` is the largest value of g'.
    `kinked` says that g' jumps at z = 0, where a gradient check has no derivative to compare with.
    """

    name: str
    function: Callable[[Array, Array], Array]
    scale_by_derivative: Callable[[Array, Array], Array]
    gain: float
    steepest: float
    kinked: bool = False


def _sigmoid(z: Array, out: Array) -> Array:
    # 1/(1 + e^-z) = (1 + tanh(z/2))/2: tanh cannot overflow, and takes fewer passes over memory.
    np.multiply(z, 0.5, out=out)
    np.tanh(out, out=out)
    np.multiply(out, 0.5, out=out)
    return np.add(out, 0.5, out=out)


def _sigmoid_derivative(delta: Array, a: Array) -> Array:
    # g' = a(1 − a)
    delta *= a
    delta *= 1 - a
    return delta


def _tanh(z: Array, out: Array) -> Array:
    return np.tanh(z, out=out)


def _tanh_derivative(delta: Array, a: Array) -> Array:
    # g' = 1 − a²
    delta *= 1 - a * a
    return delta


def _relu(z: Array, out: Array) -> Array:
    return np.maximum(z, 0, out=out)


def _relu_derivative(delta: Array, a: Array) -> Array:
    # g' = 1 where z > 0, else 0; a > 0 exactly where z > 0
    delta *= a > 0
    return delta


def _leaky_relu(z: Array, out: Array) -> Array:
    np.multiply(z, LEAK, out=out)
    return np.maximum(z, out, out=out)


def _leaky_relu_derivative(delta: Array, a: Array) -> Array:
    # g' = 1 where z > 0, else LEAK; a has the sign of z
    delta *= np.where(a > 0, 1, LEAK).astype(delta.dtype)
    return delta


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", _sigmoid, _sigmoid_derivative, gain=1.0, steepest=0.25),
        Activation("tanh", _tanh, _tanh_derivative, gain=5 / 3, steepest=1.0),
        Activation("relu", _relu, _relu_derivative, gain=2**0.5, steepest=1.0, kinked=True),
        Activation(
            "leaky_relu",
            _leaky_relu,
            _leaky_relu_derivative,
            gain=2**0.5,
            steepest=1.0,
            kinked=True,
        ),
    )
}
