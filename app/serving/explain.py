"""The forward and backward pass of /gradients, with gradient check and trial steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import Invalid
from app.pools import heed
from model.gradcheck import GradientCheck, check_gradients
from model.network import (
    Array,
    Gradients,
    Parameters,
    Trace,
    backward,
    cross_entropy,
    forward,
    input_gradient,
    one_hot,
    softmax,
)
from model.training.diagnostics import update_ratio

__all__ = ["Explanation", "Step", "explain"]

MOST_ENTRIES = 200  # of each array in a gradient check
MOST_PRODUCTS = 6 * 10**9  # in all forward passes of a check: some second


@dataclass(frozen=True, slots=True)
class Step:
    """The loss and P (n, 10) after θ − α dL/dθ, and L − α ‖dL/dθ‖², its linear prediction."""

    learning_rate: float
    squared_norm: float  # ‖dL/dθ‖² before the step
    loss: float
    probabilities: Array
    predicted_loss: float
    update_ratios: list[float]  # ‖ΔW_l‖ / ‖W_l‖


@dataclass(frozen=True, slots=True)
class Explanation:
    """One forward and one backward pass over n images: every array that the derivation names."""

    labels: NDArray[np.int64]  # (n,)
    y: Array  # (n, 10)
    loss: float
    trace: Trace
    gradients: Gradients
    input_gradient: Array  # (n, 784)
    check: GradientCheck | None
    steps: Sequence[Step]  # each starts where the previous one ended
    stepped: Parameters  # after the last of them


def explain(
    parameters: Parameters,
    passed: Trace,
    labels: NDArray[np.int64],
    *,
    check: bool = False,
    learning_rates: Sequence[float] = (),
) -> Explanation:
    """Loss and gradients of n images with labels (n,), averaged over them.

    `passed` is the forward pass over the images, at any temperature. The loss is that of training,
    at temperature 1, so that D_L is exactly (P − Y)/n. `check` compares the gradients with central
    differences, of the fewer entries the more images there are, so that it takes about a second.
    `learning_rates` tries a step for each α, one after the other, on a copy: the parameters do not
    change. Raises Invalid for a label that the network has no output for.
    """
    classes = parameters.layers[-1]
    if not 0 <= labels.min() <= labels.max() < classes:
        raise Invalid("gradients.label", most=classes - 1, found=int(labels.max()))
    y = one_hot(labels, classes)
    trace = Trace(passed.z, [*passed.a[:-1], softmax(passed.z[-1])])
    gradients = backward(parameters, trace, y)
    loss = cross_entropy(trace.z[-1], y)
    steps, stepped = _steps(parameters, trace, gradients, y, loss, learning_rates)
    return Explanation(
        labels=labels,
        y=y,
        loss=loss,
        trace=trace,
        gradients=gradients,
        input_gradient=input_gradient(parameters, gradients),
        check=_checked(parameters, trace.a[0], y) if check else None,
        steps=steps,
        stepped=stepped,
    )


def _checked(parameters: Parameters, x: Array, y: Array) -> GradientCheck:
    arrays = len(parameters.arrays())
    passes = MOST_PRODUCTS // (2 * len(x) * parameters.vector.size)
    entries = min(max(passes // arrays, 1), MOST_ENTRIES)
    return check_gradients(parameters, x, y, entries=entries, between=heed)


def _steps(
    parameters: Parameters,
    trace: Trace,
    gradients: Gradients,
    y: Array,
    loss: float,
    learning_rates: Sequence[float],
) -> tuple[list[Step], Parameters]:
    """Try the steps in turn, each from where the previous one ended; gives the last parameters."""
    steps: list[Step] = []
    with np.errstate(over="ignore", invalid="ignore"):  # a loss of inf is shown as such
        for alpha in learning_rates:
            heed()
            if steps:
                gradients = backward(parameters, trace, y)
            squared_norm = float(gradients.vector @ gradients.vector)
            predicted_loss = loss - alpha * squared_norm
            before = parameters
            moved = before.vector - np.float32(alpha) * gradients.vector
            parameters = Parameters(before.layers, before.activation, moved)
            trace = forward(parameters, trace.a[0])
            loss = cross_entropy(trace.z[-1], y)
            ratios = update_ratio(before, parameters)
            steps.append(Step(alpha, squared_norm, loss, trace.a[-1], predicted_loss, ratios))
    return steps, parameters
