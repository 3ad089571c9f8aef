"""A forward and a backward pass taken apart into steps, each of which can be put in wrongly.

With the right steps it is the derivation of `model.network` for one hidden layer of sigmoids:

    Z1 = X W1 + b1      H = σ(Z1)      Z2 = H W2 + b2      P = softmax(Z2)           (6), (3)
    D2 = (P − Y)/m      dW2 = Hᵀ D2      db2 = column sums of D2                   (13), (18)
    D1 = (D2 W2ᵀ) ∘ σ′(Z1)      dW1 = Xᵀ D1      db1 = column sums of D1           (17), (18)

A mistake of `model.exercises.mistakes` replaces one step or some; mistakes that replace different
steps can be made together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from model.activations import ACTIVATIONS
from model.network import Array, Parameters, softmax

__all__ = ["RIGHT", "Batch", "Grads", "Pass", "Steps", "sigmoid"]

Grads = dict[str, Array]  # dW1 db1 dW2 db2, as many as are known


@dataclass(frozen=True, slots=True)
class Batch:
    """What a pass starts from: parameters, inputs X (m, n_0) and one-hot targets Y (m, k)."""

    parameters: Parameters
    X: Array
    Y: Array


@dataclass(frozen=True, slots=True)
class Pass:
    """Every value of one pass. `back` is D2 W2ᵀ (m, n_1), before σ′; `slope` is σ′(Z1)."""

    X: Array
    Y: Array
    Z1: Array
    H: Array
    Z2: Array
    P: Array
    D2: Array
    back: Array
    slope: Array
    D1: Array
    grads: Grads


def sigmoid(z: Array) -> Array:
    """σ(z) = 1/(1 + e^−z), elementwise."""
    return ACTIVATIONS["sigmoid"].function(z, np.empty_like(z))


def _same(values: Array) -> Array:
    return values


@dataclass(frozen=True, slots=True)
class Steps:
    """One function for each step; what it is given stands in the order of its arguments.

    `finish` are functions of all gradients and the batch, applied one after the other at the end.
    """

    pixels: Callable[[Array], Array] = _same  # X, as the forward pass sees it
    hidden_bias: Callable[[Array], Array] = _same  # b1, as it is added
    output_bias: Callable[[Array], Array] = _same  # b2, as it is added
    output: Callable[[Array], Array] = softmax  # Z2 → P
    targets: Callable[[Array], Array] = _same  # Y, as it is taken off
    output_delta: Callable[[Array, Array], Array] = lambda P, Y: P - Y  # m D2
    output_left: Callable[[Array, Array], Array] = lambda H, Z1: H.T  # what dW2 multiplies D2 with
    output_sum: Callable[[Array], Array] = lambda D2: D2.sum(axis=0)
    way_back: Callable[[Array, Array], Array] = lambda W2, dW2: W2.T  # what D2 goes back through
    slope: Callable[[Array, Array], Array] = lambda H, Z1: H * (1 - H)  # σ′
    hidden_delta: Callable[[Array, Array], Array] = np.multiply  # back ∘ slope
    pixels_back: Callable[[Array], Array] = _same  # X, as dW1 multiplies it
    hidden_left: Callable[[Array], Array] = np.transpose
    hidden_used: Callable[[Array, Array], Array] = lambda D1, back: D1  # what dW1 is made of
    hidden_sum: Callable[[Array, Array], Array] = lambda D1, back: D1.sum(axis=0)
    finish: tuple[Callable[[Grads, Batch], Grads], ...] = ()

    def changed(self, changes: Mapping[str, Any]) -> "Steps":
        """The same steps with some replaced; what is done at the end is added."""
        finish = (*self.finish, *changes.get("finish", ()))
        return replace(self, **{**changes, "finish": finish})

    def run(self, parameters: Parameters, X: Array, Y: Array, hidden: bool = True) -> Pass:
        """Every value of the pass over X (m, n_0) with targets Y (m, k), in X's precision.

        Without `hidden` the backward pass ends at the output layer, and the gradients are two.
        Numbers out of range become infinite without a warning, as some mistakes are meant to.
        """
        with np.errstate(all="ignore"):
            return self._run(Batch(parameters, X, Y), hidden)

    def _run(self, batch: Batch, hidden: bool) -> Pass:
        (W1, W2), (b1, b2) = batch.parameters.weights, batch.parameters.biases
        X = self.pixels(batch.X)
        Z1 = X @ W1 + self.hidden_bias(b1)  # (m, n_1)
        H = sigmoid(Z1)
        Z2 = H @ W2 + self.output_bias(b2)  # (m, k)
        P = self.output(Z2)
        D2 = self.output_delta(P, self.targets(batch.Y)) / len(X)
        dW2 = self.output_left(H, Z1) @ D2  # (n_1, k)
        back = D2 @ self.way_back(W2, dW2)  # (m, n_1)
        slope = self.slope(H, Z1)
        D1 = self.hidden_delta(back, slope)
        grads = {"dW2": dW2, "db2": self.output_sum(D2)}
        if hidden:
            grads["dW1"] = self.hidden_left(self.pixels_back(X)) @ self.hidden_used(D1, back)
            grads["db1"] = self.hidden_sum(D1, back)
        for finish in self.finish:
            grads = finish(grads, batch)
        return Pass(X, batch.Y, Z1, H, Z2, P, D2, back, slope, D1, grads)


RIGHT = Steps()
